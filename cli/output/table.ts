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
  /** What a narrow terminal goes without, the lowest number first; a column without a number is always there. */
  readonly spare?: number;
  /** Of the flexible column: columns are left out until so many cells of it are seen; without it, until all are. */
  readonly cellsWanted?: number;
}

/** A column that gives way keeps at least this many cells, as long as the terminal has them. */
const FLEXIBLE_CELLS_MIN = 8;
/** Between two columns. */
const GAP = "  ";

type Row = readonly Cell[] | string;

/** Lines of an aligned table, title line first, none longer than `columns` cells; spare columns that find no room are left out. Rows that are a string stand between the others as they are. */
export function renderTable(head: readonly Column[], rows: readonly Row[], columns: number, paint: Paint = plain): string[] {
  const all = [head.map(({ title }) => ({ text: title, paint: paint.dim })), ...rows];
  const isAscii = PRINTABLE_ASCII.test(allText(all));
  const cellWidths = all.map((row) => (typeof row === "string" ? [] : measure(row, isAscii)));
  const widest = widestOf(head, cellWidths);
  const kept = leaveOut(head, widest, columns);
  if (kept.length < head.length) {
    const keep = <Each>(of: readonly Each[]): Each[] => kept.map((index) => of[index] as Each);
    return renderTable(
      keep(head),
      rows.map((row) => (typeof row === "string" ? row : keep(row))),
      columns,
      paint,
    );
  }
  const widths = fit(head, widest, columns);
  const rights = head.map(({ align }) => align === "right");
  return all.map((row, index) => (typeof row === "string" ? row : renderRow(row, cellWidths[index] ?? [], widths, rights, columns)));
}

/**
 * The same of texts alone, given by column: without colours and with room for all, as it goes into pipes and files. `between` are lines that stand before the
 * row of that number. Null where a text is not plain ASCII, which needs `renderTable`.
 *
 * This is for the one table that may have hundreds of rows in a command that has 12 ms for everything: long loops over strings, because a program that
 * runs once is not compiled yet, and each function that is called for each cell costs more than what it does. 100 processes: 0.4 ms, with `renderTable` 3 ms.
 */
export function renderTexts(
  head: readonly Column[],
  texts: readonly (readonly string[])[],
  between: ReadonlyMap<number, string>,
): string[] | null {
  const widths: number[] = [];
  for (let column = 0; column < head.length; column++) {
    const cells = texts[column] as readonly string[];
    if (!PRINTABLE_ASCII.test(cells.join(""))) return null;
    let width = (head[column] as Column).title.length;
    for (let row = 0; row < cells.length; row++) {
      const { length } = cells[row] as string;
      if (length > width) width = length;
    }
    widths.push(width);
  }
  const last = head.length - 1;
  const rights = head.map(({ align }) => align === "right");
  const titles = head.map(({ title }, column) =>
    rights[column] ? title.padStart(widths[column] ?? 0) : title.padEnd(widths[column] ?? 0),
  );
  const lines = [titles.join(GAP).trimEnd()];
  const rows = texts[0]?.length ?? 0;
  for (let row = 0; row < rows; row++) {
    if (between.has(row)) lines.push(between.get(row) as string);
    let line = "";
    for (let column = 0; column < last; column++) {
      const cell = (texts[column] as readonly string[])[row] as string;
      line += (rights[column] ? cell.padStart(widths[column] as number) : cell.padEnd(widths[column] as number)) + GAP;
    }
    const end = (texts[last] as readonly string[])[row] as string;
    lines.push(rights[last] ? line + end.padStart(widths[last] as number) : line + end);
  }
  return lines;
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

function widestOf(head: readonly Column[], cellWidths: readonly (readonly number[])[]): number[] {
  const widths = head.map(() => 0);
  for (const row of cellWidths) {
    for (let index = 0; index < row.length; index++) {
      const width = row[index] ?? 0;
      if (width > (widths[index] ?? 0)) widths[index] = width;
    }
  }
  return widths;
}

/** The columns that stay, by their numbers: spare ones go, one after the other, until what is wanted of all others has room. */
function leaveOut(head: readonly Column[], widest: readonly number[], columns: number): number[] {
  const wanted = widest.map((width, index) => Math.min(width, head[index]?.cellsWanted ?? width));
  let kept = head.map((_, index) => index);
  const spareOf = (index: number): number => head[index]?.spare ?? Number.POSITIVE_INFINITY;
  for (const spare of kept.filter((index) => Number.isFinite(spareOf(index))).sort((a, b) => spareOf(a) - spareOf(b))) {
    if (rowWidth(kept.map((index) => wanted[index] ?? 0)) <= columns) break;
    kept = kept.filter((index) => index !== spare);
  }
  return kept;
}

function fit(head: readonly Column[], widest: readonly number[], columns: number): number[] {
  const widths = [...widest];
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
