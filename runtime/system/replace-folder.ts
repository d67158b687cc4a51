import { closeSync, existsSync, fsyncSync, mkdirSync, openSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { openLibc } from "./native.ts";

const AT_FDCWD = -100;
/** RENAME_EXCHANGE of Linux, RENAME_SWAP of macOS. */
const EXCHANGE = 2;

/**
 * Puts a folder with these files (path and text) in the place of the one that is there, if any: whoever looks finds either the old or the new one, whole; where the
 * C library cannot exchange two names there is a moment in which there is none. Throws the system's error; the old one then stands. What a replacement
 * that was killed left behind is taken away.
 */
export function replaceFolder(path: string, files: Readonly<Record<string, string>>): void {
  // Whoever watches files leaves alone what ends so.
  const beside = (suffix: string): string => join(dirname(path), `.${basename(path)}.${suffix}.tmp`);
  const [fresh, old] = [beside("new"), beside("old")];
  for (const left of [fresh, old]) rmSync(left, { recursive: true, force: true });
  try {
    for (const [name, text] of Object.entries(files)) writeWhole(join(fresh, name), text);
    if (existsSync(path)) exchange(fresh, path, old);
    else renameSync(fresh, path);
    sync(dirname(path));
  } finally {
    for (const left of [fresh, old]) rmSync(left, { recursive: true, force: true });
  }
}

function writeWhole(path: string, text: string): void {
  mkdirSync(dirname(path), { recursive: true });
  const fd = openSync(path, "wx", 0o644);
  try {
    writeFileSync(fd, text);
    fsyncSync(fd);
  } finally {
    closeSync(fd);
  }
}

/** Afterwards what was `path` is `fresh`, or nowhere. */
function exchange(fresh: string, path: string, aside: string): void {
  if (exchangeNames(fresh, path)) return;
  renameSync(path, aside);
  try {
    renameSync(fresh, path);
  } catch (error) {
    renameSync(aside, path);
    throw error;
  }
}

/** False where it cannot be done: another file system, an old kernel or C library, no FFI. */
function exchangeNames(one: string, other: string): boolean {
  const [from, to] = [one, other].map((path) => Buffer.from(`${path}\0`)) as [Buffer, Buffer];
  if (process.platform === "linux") {
    const libc = openLibc({ renameat2: { args: ["i32", "ptr", "i32", "ptr", "u32"], returns: "i32" } });
    return libc?.call.renameat2(AT_FDCWD, libc.pointer(from), AT_FDCWD, libc.pointer(to), EXCHANGE) === 0;
  }
  const libc = openLibc({ renamex_np: { args: ["ptr", "ptr", "u32"], returns: "i32" } });
  return libc?.call.renamex_np(libc.pointer(from), libc.pointer(to), EXCHANGE) === 0;
}

/** Makes a rename in this folder durable. */
function sync(folder: string): void {
  const fd = openSync(folder, "r");
  try {
    fsyncSync(fd);
  } finally {
    closeSync(fd);
  }
}
