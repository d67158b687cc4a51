import { closeSync, fsyncSync, openSync, renameSync, unlinkSync, writeFileSync } from "node:fs";
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

/** Makes a rename in this folder durable. */
function syncDirectory(path: string): void {
  const fd = openSync(path, "r");
  try {
    fsyncSync(fd);
  } finally {
    closeSync(fd);
  }
}
