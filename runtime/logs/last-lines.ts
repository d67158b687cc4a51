import { closeSync, fstatSync, openSync, readSync } from "node:fs";
import { logPath } from "./file-set.ts";

/** How far back last lines are looked for, in bytes; of a longer line only the end is shown. */
const LOOK_BACK_BYTES = 65_536;

/** The last `count` lines of a log for an error message, the newest last, without reading more than 64 KiB of it. Right after a rotation the file before it is asked, too. None when there is no log. */
export function lastLines(file: string, count: number): string[] {
  const lines = linesAtEnd(file, count);
  if (lines.length >= count) return lines;
  return [...linesAtEnd(logPath(file, 1), count - lines.length), ...lines];
}

function linesAtEnd(path: string, count: number): string[] {
  let fd: number;
  try {
    fd = openSync(path, "r");
  } catch {
    return [];
  }
  try {
    return cutLines(readEnd(fd), count);
  } finally {
    closeSync(fd);
  }
}

function readEnd(fd: number): Uint8Array {
  const { size } = fstatSync(fd);
  const bytes = new Uint8Array(Math.min(size, LOOK_BACK_BYTES));
  return bytes.subarray(0, readSync(fd, bytes, 0, bytes.length, size - bytes.length));
}

function cutLines(bytes: Uint8Array, count: number): string[] {
  if (bytes.length === 0 || count <= 0) return [];
  const lines = new TextDecoder().decode(bytes).split("\n");
  if (lines.at(-1) === "") lines.pop();
  // What the look back begins with is the end of a line, unless it reached the file's beginning.
  if (bytes.length === LOOK_BACK_BYTES && lines.length > 1) lines.shift();
  return lines.slice(-count);
}
