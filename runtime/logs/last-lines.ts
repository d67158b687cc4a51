import { closeSync, fstatSync, openSync, readSync, statSync } from "node:fs";
import { logPath } from "./file-set.ts";

/** How far back last lines are looked for, in bytes; of a longer line only the end is shown. */
const LOOK_BACK_BYTES = 65_536;

/** A place in a log: what was written later comes after it. */
export interface LogMark {
  /** The file's inode, which a rotation takes along; 0 when there was no file. */
  readonly inode: number;
  readonly bytes: number;
}

/** Where a log ends now. */
export function markEnd(file: string): LogMark {
  const stats = statSync(file, { throwIfNoEntry: false });
  return { inode: stats?.ino ?? 0, bytes: stats?.size ?? 0 };
}

/**
 * The last `count` lines of a log for an error message, the newest last, without reading more than 64 KiB of it. Right
 * after a rotation the file before it is asked, too. With `since` only what was written after that mark. None when there is no log,
 * or none that can be read: those who ask have something else to tell.
 */
export function lastLines(file: string, count: number, since?: LogMark): string[] {
  const lines = linesAtEnd(file, count, since);
  if (lines.length >= count) return lines;
  const before = logPath(file, 1);
  if (since && markEnd(before).inode !== since.inode) return lines;
  return [...linesAtEnd(before, count - lines.length, since), ...lines];
}

function linesAtEnd(path: string, count: number, since: LogMark | undefined): string[] {
  let fd: number;
  try {
    fd = openSync(path, "r");
  } catch {
    return [];
  }
  try {
    return cutLines(readEnd(fd, since), count);
  } catch {
    return [];
  } finally {
    closeSync(fd);
  }
}

function readEnd(fd: number, since: LogMark | undefined): Uint8Array {
  const { size, ino } = fstatSync(fd);
  const from = since?.inode === ino ? Math.min(since.bytes, size) : 0;
  const bytes = new Uint8Array(Math.min(size - from, LOOK_BACK_BYTES));
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
