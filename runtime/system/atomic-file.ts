import { closeSync, fsyncSync, openSync, renameSync, statSync, unlinkSync, writeFileSync, writeSync } from "node:fs";
import { dirname } from "node:path";

/** Replaces a file so that a reader, and a power cut, find either the old or the new text, whole and on the disk. Throws the system's error; the old file then stands. */
export function writeFileAtomically(path: string, text: string, mode = 0o600): void {
  const temporary = `${path}.new`;
  const fd = openSync(temporary, "w", mode);
  try {
    writeFileSync(fd, text);
    fsyncSync(fd);
  } catch (error) {
    closeSync(fd);
    unlinkSync(temporary);
    throw error;
  }
  closeSync(fd);
  renameSync(temporary, path);
  syncDirectory(dirname(path));
}

/**
 * Writes `text` over what a file holds, filled up with spaces to the size that it has, so that a full disk has nothing to refuse.
 * A reader may meet half of it. Throws the system's error, and RangeError where the text is longer than the file.
 */
export function overwriteInPlace(path: string, text: string): void {
  const { size } = statSync(path);
  const bytes = Buffer.from(text);
  if (bytes.length > size) throw new RangeError(`${bytes.length} bytes do not fit into the ${size} of ${path}`);
  const fd = openSync(path, "r+");
  try {
    writeSync(fd, Buffer.concat([bytes, Buffer.alloc(size - bytes.length, " ")]), 0, size, 0);
  } finally {
    closeSync(fd);
  }
}

/** Makes a rename in this folder durable. */
function syncDirectory(path: string): void {
  const fd = openSync(path, "r");
  try {
    fsyncSync(fd);
  } finally {
    closeSync(fd);
  }
}
