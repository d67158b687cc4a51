import type { Paint } from "./paint.ts";
import { formatClock } from "./quantities.ts";
import { cut, displayWidth, tame } from "./width.ts";

/** What is shown of one message. */
export interface MessageLine {
  readonly time: Date;
  /** A channel, or an entry's id. */
  readonly label: string;
  readonly data: unknown;
  /** Who sent it. */
  readonly from?: string;
}

/** A value on a terminal takes at most so many lines. */
const VALUE_LINES_MAX = 40;
const INDENT = "  ";

/** `12:30:45 orders {"id":7} (shop)`; a value that does not fit beside that stands below it, indented. Where nobody looks (`columns` infinite) a message is one line. */
export function renderMessage({ time, label, data, from }: MessageLine, columns: number, paint: Paint): string[] {
  const head = [formatClock(time), tame(label)];
  const tail = from === undefined ? "" : ` (${tame(from)})`;
  const short = shortValue(data);
  const painted = `${paint.dim(head[0] ?? "")} ${paint.cyan(head[1] ?? "")}`;
  if (displayWidth(`${head.join(" ")} ${short}${tail}`) <= columns) return [`${painted} ${short}${paint.dim(tail)}`];
  return [`${painted}${paint.dim(tail)}`, ...longValue(data, columns - INDENT.length, paint).map((line) => INDENT + line)];
}

/** A value on one line: JSON, but a text as it is. */
export function shortValue(data: unknown): string {
  return typeof data === "string" ? tame(data) : JSON.stringify(data);
}

/** A value on as many lines as it needs, each cut to `columns`. */
export function longValue(data: unknown, columns: number, paint: Paint): string[] {
  const text = typeof data === "string" ? data : JSON.stringify(data, null, 2);
  const lines = text.split("\n");
  const shown = lines.slice(0, VALUE_LINES_MAX).map((line) => cut(tameLine(line), columns));
  return lines.length > shown.length ? [...shown, paint.dim(`… ${lines.length - shown.length} more lines`)] : shown;
}

/** Tamed, and the indentation kept. */
function tameLine(line: string): string {
  const indent = /^ */.exec(line)?.[0] ?? "";
  return indent + tame(line.slice(indent.length));
}
