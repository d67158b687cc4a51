import { type Paint, plain, same } from "./paint.ts";
import { cut, displayWidth, pad } from "./width.ts";

/** A cell: text without colours, and the colour that it gets once it is cut and filled up. */
export interface Cell {
  readonly text: string;
  readonly paint?: (text: string) => string;
}

export interface Column {
  readonly title: string;
  readonly align?: "left" | "right";
  /** The one column that gives way when the terminal is narrow; the last, if none says so. */
  readonly flexible?: boolean;
}

/** A column that gives way keeps at least this many cells, as long as the terminal has them. */
const FLEXIBLE_CELLS_MIN = 8;
const GAP = "  ";

/** Lines of an aligned table, title line first, none longer than `columns` cells. Rows that are a string stand between the others as they are. */
export function renderTable(head: readonly Column[], rows: readonly (readonly Cell[] | string)[], columns: number, paint: Paint = plain): string[] {
  const widths = fit(head, rows, columns);
  const titles = head.map(({ title }) => ({ text: title, paint: paint.dim }));
  return [titles, ...rows].map((row) => (typeof row === "string" ? row : renderRow(head, row, widths, columns)));
}

function fit(head: readonly Column[], rows: readonly (readonly Cell[] | string)[], columns: number): number[] {
  const widths = head.map(({ title }) => title.length);
  for (const row of rows) {
    if (typeof row === "string") continue;
    for (const [index, { text }] of row.entries()) widths[index] = Math.max(widths[index] ?? 0, displayWidth(text));
  }
  const over = widths.reduce((sum, width) => sum + width, GAP.length * (widths.length - 1)) - columns;
  if (over <= 0) return widths;
  const flexible = Math.max(head.findIndex((column) => column.flexible), -1);
  const index = flexible === -1 ? head.length - 1 : flexible;
  widths[index] = Math.max((widths[index] ?? 0) - over, FLEXIBLE_CELLS_MIN);
  return widths;
}

function renderRow(head: readonly Column[], row: readonly Cell[], widths: readonly number[], columns: number): string {
  let line = "";
  let left = columns;
  for (const [index, cell] of row.entries()) {
    const gap = index === 0 ? "" : GAP;
    const width = Math.min(widths[index] ?? 0, left - gap.length);
    if (width <= 0) break;
    const last = index === row.length - 1 && head[index]?.align !== "right";
    const text = cut(cell.text, width);
    line += gap + (cell.paint ?? same)(last ? text : pad(text, width, head[index]?.align === "right" ? "left" : "right"));
    left -= gap.length + width;
  }
  return line.trimEnd();
}
