import { type Paint, plain, same } from "./paint.ts";
import { cut, displayWidth, PRINTABLE_ASCII, pad, tame } from "./width.ts";

/** A cell: any text without colours, which is tamed here, and the colour that it gets once it is cut and filled up. */
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
/** Cells between two columns. */
export const TABLE_GAP_CELLS = 2;
const GAP = " ".repeat(TABLE_GAP_CELLS);

type Row = readonly Cell[] | string;

/**
 * Lines of an aligned table, title line first, none longer than `columns` cells. Rows that are a string stand between the others as they are.
 * The loops are long on purpose: a list of 100 processes has 800 cells, and each small function that is called for each of them costs
 * 0.2 ms of compilation, in a command that has 12 ms for everything.
 */
export function renderTable(head: readonly Column[], rows: readonly Row[], columns: number, paint: Paint = plain): string[] {
  const all = [head.map(({ title }) => ({ text: title, paint: paint.dim })), ...rows];
  const isAscii = PRINTABLE_ASCII.test(allText(all));
  const cellWidths = all.map((row) => (typeof row === "string" ? [] : measure(row, isAscii)));
  const widths = fit(head, cellWidths, columns);
  const rights = head.map(({ align }) => align === "right");
  if (isAscii && paint === plain && rowWidth(widths) <= columns)
    return all.map((row) => (typeof row === "string" ? row : renderPlainRow(row, widths, rights)));
  return all.map((row, index) => (typeof row === "string" ? row : renderRow(row, cellWidths[index] ?? [], widths, rights, columns)));
}

/** One look at everything tells in most cases that no cell needs to be measured. */
function allText(rows: readonly Row[]): string {
  let text = "";
  for (const row of rows) if (typeof row !== "string") for (const cell of row) text += cell.text;
  return text;
}

function measure(row: readonly Cell[], isAscii: boolean): number[] {
  const widths: number[] = [];
  for (const { text } of row) widths.push(isAscii ? text.length : displayWidth(tame(text)));
  return widths;
}

function fit(head: readonly Column[], cellWidths: readonly (readonly number[])[], columns: number): number[] {
  const widths = head.map(() => 0);
  for (const row of cellWidths) {
    for (let index = 0; index < row.length; index++) {
      const width = row[index] ?? 0;
      if (width > (widths[index] ?? 0)) widths[index] = width;
    }
  }
  const over = rowWidth(widths) - columns;
  if (over <= 0) return widths;
  const flexible = head.findIndex((column) => column.flexible);
  const index = flexible === -1 ? head.length - 1 : flexible;
  widths[index] = Math.max((widths[index] ?? 0) - over, FLEXIBLE_CELLS_MIN);
  return widths;
}

function rowWidth(widths: readonly number[]): number {
  return widths.reduce((sum, width) => sum + width, GAP.length * (widths.length - 1));
}

/** What goes into pipes, mostly: no colours, one cell a character, and room for all columns. */
function renderPlainRow(row: readonly Cell[], widths: readonly number[], rights: readonly boolean[]): string {
  let line = "";
  for (let index = 0; index < row.length; index++) {
    const { text } = row[index] as Cell;
    const width = widths[index] as number;
    const shown = text.length > width ? `${text.slice(0, width - 1)}…` : text;
    line += (index === 0 ? "" : GAP) + (rights[index] ? shown.padStart(width) : shown.padEnd(width));
  }
  return line.trimEnd();
}

function renderRow(
  row: readonly Cell[],
  cellWidths: readonly number[],
  widths: readonly number[],
  rights: readonly boolean[],
  columns: number,
): string {
  let line = "";
  let left = columns;
  for (let index = 0; index < row.length && left > GAP.length; index++) {
    const cell = row[index] as Cell;
    const gap = index === 0 ? "" : GAP;
    const width = Math.min(widths[index] ?? 0, left - gap.length);
    const missing = width - (cellWidths[index] ?? 0);
    let text = cell.text;
    if (missing < 0 || text.length !== cellWidths[index]) text = pad(cut(tame(text), width), width, rights[index] ? "left" : "right");
    else if (missing > 0 && rights[index]) text = " ".repeat(missing) + text;
    else if (missing > 0 && index < row.length - 1) text += " ".repeat(missing);
    line += cell.paint === undefined || cell.paint === same ? gap + text : gap + cell.paint(text);
    left -= gap.length + width;
  }
  return line.trimEnd();
}
