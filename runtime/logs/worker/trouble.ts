/** How long a log that cannot be written is waited for, and when it counts as mended. */
import { statfsSync } from "node:fs";
import { dirname } from "node:path";

/** For how long a writer is made to wait for a disk that is full, in milliseconds; then what it writes is dropped. */
export const BLOCK_MS = 5_000;
/** How often writing is tried again, in milliseconds. */
export const RETRY_MS = 250;
/** How often, while a log cannot be written, files that were removed are let go of, in milliseconds: one look at each file. */
export const RELEASE_MS = 1_000;
/** A full disk counts as mended when this much is free, in bytes: less would be gone with the next write. */
const FREE_BYTES_MIN = 1_048_576;

/** Is there a point in trying to write `file` again, which failed with `code`? */
export function hasRoom(file: string, code: string): boolean {
  if (code !== "ENOSPC") return true;
  try {
    const { bavail, bsize } = statfsSync(dirname(file));
    return bavail * bsize >= FREE_BYTES_MIN;
  } catch {
    return false;
  }
}
