/**
 * The lock where SQLite's own cannot reach the system: a folder `FILE.lock` that holds one file, named after its owner.
 * It is made complete under another name and renamed, so it is never seen half made. Of several who find a dead owner
 * one wins, because each tries to rename the dead owner's file to its own name. It keeps out Ghost only, not `sqlite3`.
 */
import { mkdirSync, readdirSync, renameSync, rmdirSync, rmSync, unlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { bootId, isAlive } from "../../process/identity.ts";
import { readProcess } from "../../process/table.ts";
import { errorName } from "./errno.ts";

/** Each failed attempt means that another process won or went meanwhile. */
const ATTEMPTS_MAX = 10;

/** A lock that is held until `release`, or the process that holds it instead. */
export type DirectoryLock = { readonly release: () => void } | { readonly ownerPid: number };

let serial = 0;

/** Takes the lock of the file at `path`. One whose owner is dead is taken over. Throws what `node:fs` throws. */
export function takeDirectoryLock(path: string): DirectoryLock {
  const folder = folderOf(path);
  const own = ownName();
  for (let attempt = 0; attempt < ATTEMPTS_MAX; attempt++) {
    if (create(folder, own)) return { release: () => release(folder, own) };
    const owner = readOwner(folder);
    if (owner && isAlive(owner)) return { ownerPid: owner.pid };
    if (owner && takeOver(folder, owner.file, own)) return { release: () => release(folder, own) };
  }
  throw new Error(`${folder} changed owners ${ATTEMPTS_MAX} times while it was being taken`);
}

/** The live process that holds the lock of the file at `path`, if one does. */
export function directoryLockOwner(path: string): number | undefined {
  const owner = readOwner(folderOf(path));
  return owner && isAlive(owner) ? owner.pid : undefined;
}

function folderOf(path: string): string {
  return `${path}.lock`;
}

interface Owner {
  readonly file: string;
  readonly pid: number;
  readonly startTicks: number;
  readonly bootId: string;
}

function ownName(): string {
  return `${process.pid}_${readProcess(process.pid)?.startTicks ?? 0}_${bootId}_${++serial}`;
}

/** Undefined when nobody holds it. */
function readOwner(folder: string): Owner | undefined {
  try {
    const [file = ""] = readdirSync(folder);
    const [pid = "", startTicks = "", boot = ""] = file.split("_");
    return file === "" ? undefined : { file, pid: Number(pid), startTicks: Number(startTicks), bootId: boot };
  } catch (error) {
    return ignore(error, "ENOENT");
  }
}

/** rename(2) replaces an empty folder and refuses one that has an owner. */
function create(folder: string, own: string): boolean {
  const prepared = `${folder}-${own}`;
  mkdirSync(prepared, { mode: 0o700 });
  writeFileSync(join(prepared, own), "", { mode: 0o600 });
  try {
    renameSync(prepared, folder);
    return true;
  } catch (error) {
    rmSync(prepared, { recursive: true, force: true });
    return ignore(error, "ENOTEMPTY", "EEXIST") ?? false;
  }
}

function takeOver(folder: string, dead: string, own: string): boolean {
  try {
    renameSync(join(folder, dead), join(folder, own));
    return true;
  } catch (error) {
    return ignore(error, "ENOENT") ?? false;
  }
}

function release(folder: string, own: string): void {
  try {
    unlinkSync(join(folder, own));
    rmdirSync(folder);
  } catch (error) {
    // Somebody may take the empty folder, or remove it, between the two calls.
    ignore(error, "ENOENT", "ENOTEMPTY", "EEXIST");
  }
}

function ignore(error: unknown, ...names: string[]): undefined {
  if (!names.includes(errorName(error))) throw error;
}
