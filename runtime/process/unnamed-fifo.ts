/** FIFOs whose name is gone, and that live on in the hands of whoever writes into them. Linux only; elsewhere none is found. */
import { closeSync, constants, existsSync, fstatSync, openSync, readdirSync, type Stats, statSync } from "node:fs";
import { basename } from "node:path";
import { descriptorTarget } from "./environ.ts";

/**
 * So many descriptors of a process are looked at, the lowest. Output is 1 and 2; but while a shell has one of them redirected (`echo >&2`), which may be
 * for long where that blocks, it keeps the real one from 10 on (dash, bash, zsh) or from 24 on (mksh).
 */
const DESCRIPTORS_MAX = 64;
/**
 * A process that goes on while it is looked at may have moved its output between two descriptors past each look. So many looks find it even in a dash that
 * does nothing but redirect, of which one look in four does. Where there is something of that name it is nearly always the right one, and a process that has
 * it nowhere writes elsewhere.
 */
const LOOKS_MAX = 100;
const LOOKS_NAMED_MAX = 5;

/**
 * Opens the FIFO that was made as `fifo`, does not bear that name any more (it was removed, or its folder moved) and is open in one of these processes;
 * the caller closes it. Null where there is none, or where the process has the one that bears the name. It is told by the last part of
 * its name, which must be unique. Throws the system's error where it is there and may not be opened.
 */
export function openUnnamedFifo(pids: Iterable<number>, fifo: string): number | null {
  const alive = [...pids].filter((pid) => existsSync(`/proc/${pid}/fd`));
  const named = statSync(fifo, { throwIfNoEntry: false });
  for (let looks = alive.length === 0 ? 0 : named ? LOOKS_NAMED_MAX : LOOKS_MAX; looks > 0; looks -= 1) {
    for (const path of alive.flatMap((pid) => descriptorsNamed(pid, basename(fifo)))) {
      const found = statIfThere(path);
      if (found && isSame(found, named)) return null;
      const fd = found?.isFIFO() ? openNamed(path, basename(fifo)) : null;
      if (fd !== null) return fd;
    }
  }
  return null;
}

/** Where a process has what bore this name, e.g. `/proc/12/fd/1`. */
function descriptorsNamed(pid: number, name: string): string[] {
  return lowestDescriptors(pid)
    .filter((descriptor) => nameOf(pid, descriptor) === name)
    .map((descriptor) => `/proc/${pid}/fd/${descriptor}`);
}

function lowestDescriptors(pid: number): number[] {
  try {
    return readdirSync(`/proc/${pid}/fd`)
      .map(Number)
      .sort((a, b) => a - b)
      .slice(0, DESCRIPTORS_MAX);
  } catch {
    return [];
  }
}

function nameOf(pid: number, descriptor: number): string | undefined {
  const target = descriptorTarget(pid, descriptor);
  return target && basename(target.replace(/ \(deleted\)$/, ""));
}

/** Null where the process has put something else, or nothing, there since it was looked at: what is open here cannot change any more. */
function openNamed(path: string, name: string): number | null {
  const fd = openIfThere(path);
  if (fd === null || (nameOf(process.pid, fd) === name && fstatSync(fd).isFIFO())) return fd;
  closeSync(fd);
  return null;
}

/** What could be looked at a moment ago and cannot be any more has ended: for the descriptors of one that does so meanwhile the system says EACCES, not ENOENT. */
function statIfThere(path: string): Stats | undefined {
  try {
    return statSync(path);
  } catch {
    return undefined;
  }
}

function openIfThere(path: string): number | null {
  try {
    return openSync(path, constants.O_RDWR | constants.O_NONBLOCK);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT" || statIfThere(path) === undefined) return null;
    throw error;
  }
}

function isSame(one: Stats, other: Stats | undefined): boolean {
  return one.ino === other?.ino && one.dev === other.dev;
}
