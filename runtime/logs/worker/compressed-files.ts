/** What compression finds and leaves among rotated files; only whoever rotates may call this. */
import { renameSync, rmSync, statSync } from "node:fs";
import { gzipPath, inodeOf, listFiles, logPath, numberOfInode } from "../file-set.ts";
import type { RotatedFile } from "../messages.ts";

/** Puts a compressed file in the place of its original, wherever that stands by now; drops it if that is gone. */
export function placeCompressed(file: string, original: RotatedFile, temporary: string): void {
  const number = numberOfInode(file, original.inode);
  if (number === null || number === 0 || !isSame(file, number, original)) return rmSync(temporary, { force: true });
  renameSync(temporary, gzipPath(file, number));
  rmSync(logPath(file, number), { force: true });
}

function isSame(file: string, number: number, { bytes, changedMs }: RotatedFile): boolean {
  const { size, mtimeMs } = statSync(logPath(file, number));
  return size === bytes && mtimeMs === changedMs;
}

/** The rotated files that a crash, or an earlier policy, left uncompressed. */
export function uncompressedInodes(file: string): number[] {
  const rotated = [...listFiles(file).plain].filter((number) => number > 0);
  return rotated.map((number) => inodeOf(file, number)).filter((inode) => inode !== undefined);
}
