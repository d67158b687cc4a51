/** What compression finds and leaves among rotated files; only whoever rotates may call this. */
import { renameSync, rmSync, statSync } from "node:fs";
import { gzipPath, listFiles, logPath } from "../file-set.ts";

/** Puts a compressed file in the place of the rotated one that it was made from, wherever that stands by now; drops it if that is gone. */
export function placeCompressed(file: string, inode: number, temporary: string): void {
  const number = numberOfInode(file, inode);
  if (number === null || number === 0) return rmSync(temporary, { force: true });
  renameSync(temporary, gzipPath(file, number));
  rmSync(logPath(file, number), { force: true });
}

/** The rotated files that a crash, or an earlier policy, left uncompressed. */
export function uncompressedInodes(file: string): number[] {
  const rotated = [...listFiles(file).plain].filter((number) => number > 0);
  return rotated.map((number) => inodeOf(file, number)).filter((inode) => inode !== undefined);
}

function numberOfInode(file: string, inode: number): number | null {
  for (const number of listFiles(file).plain) if (inodeOf(file, number) === inode) return number;
  return null;
}

function inodeOf(file: string, number: number): number | undefined {
  return statSync(logPath(file, number), { throwIfNoEntry: false })?.ino;
}
