import { type Paint, plain, same } from "./paint.ts";
import type { Cell } from "./table.ts";
import { cut, displayWidth, pad } from "./width.ts";

/** A row of a boxed table: in each column one or more lines. */
export type BoxRow = readonly (readonly Cell[])[];

/** Lines of a boxed table with its title centred above, a rule under the head and, if `ruled`, between the rows. */
export function renderBox(
  title: string,
  head: readonly string[],
  rows: readonly BoxRow[],
  options: { ruled: boolean; columns: number; paint?: Paint },
): string[] {
  const paint = options.paint ?? plain;
  const widths = fit(head, rows, options.columns);
  const rule = (left: string, middle: string, right: string): string =>
    paint.dim(left + widths.map((width) => "─".repeat(width + 2)).join(middle) + right);
  const total = widths.reduce((sum, width) => sum + width + 3, 1);
  const lines = [
    paint.bold(pad(title, total, "centre").trimEnd()),
    rule("┌", "┬", "┐"),
    ...renderRow([...head.map((text) => [{ text }])], widths, paint),
    rule("├", "┼", "┤"),
  ];
  for (const [index, row] of rows.entries()) {
    if (index > 0 && options.ruled) lines.push(rule("├", "┼", "┤"));
    lines.push(...renderRow(row, widths, paint));
  }
  return [...lines, rule("└", "┴", "┘")];
}

/** Column widths; when the terminal is narrower, the widest column gives way, again and again. */
function fit(head: readonly string[], rows: readonly BoxRow[], columns: number): number[] {
  const widths = head.map(displayWidth);
  for (const row of rows)
    for (const [index, cells] of row.entries())
      for (const { text } of cells) widths[index] = Math.max(widths[index] ?? 0, displayWidth(text));
  let over = widths.reduce((sum, width) => sum + width + 3, 1) - columns;
  while (over > 0) {
    const widest = widths.indexOf(Math.max(...widths));
    if ((widths[widest] ?? 1) <= 1) break;
    widths[widest] = (widths[widest] ?? 1) - 1;
    over -= 1;
  }
  return widths;
}

function renderRow(row: BoxRow, widths: readonly number[], paint: Paint): string[] {
  const height = Math.max(1, ...row.map((cells) => cells.length));
  const edge = paint.dim("│");
  return Array.from({ length: height }, (_, line) => {
    const cells = widths.map((width, index) => {
      const cell = row[index]?.[line] ?? { text: "" };
      return (cell.paint ?? same)(pad(cut(cell.text, width), width));
    });
    return `${edge} ${cells.join(` ${edge} `)} ${edge}`;
  });
}
