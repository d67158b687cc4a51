/** Looks at the processes of this machine through /proc: for tests that must know what lives, and for cleaning up. */
import { readdirSync, readFileSync, readlinkSync } from "node:fs";

/** A process as the system shows it. */
export interface Seen {
  readonly pid: number;
  /** The command line, words joined by spaces; the kernel's short name when it is empty. */
  readonly command: string;
}

/** True while a process with this pid lives; a zombie does not. */
export function isAlive(pid: number): boolean {
  try {
    return !/^State:\s+[ZX]/m.test(readFileSync(`/proc/${pid}/status`, "utf8"));
  } catch {
    return false;
  }
}

/** True while a process stands still after a SIGSTOP: then its main thread is in the middle of nothing. */
export function isStopped(pid: number): boolean {
  return /^State:\s+T/m.test(read(`/proc/${pid}/status`));
}

/** The pids of this process's living children, without zombies. */
export function childrenOf(pid: number): number[] {
  return allPids().filter((other) => isAlive(other) && parentOf(other) === pid);
}

/** The parent's pid, or null when the process is gone. */
export function parentOf(pid: number): number | null {
  const match = /^PPid:\s+(\d+)/m.exec(read(`/proc/${pid}/status`));
  return match ? Number(match[1]) : null;
}

/** The environment a process was started with (an nginx or a redis overwrites it). Empty when it cannot be read. */
export function environmentOf(pid: number): Record<string, string> {
  const pairs = read(`/proc/${pid}/environ`).split("\0").filter(Boolean);
  return Object.fromEntries(pairs.map((pair) => [pair.slice(0, pair.indexOf("=")), pair.slice(pair.indexOf("=") + 1)]));
}

/**
 * Living processes that have to do with a folder: by their environment, command line, working directory or open files.
 * This process and its parents are never among them.
 */
export function processesOf(folder: string): Seen[] {
  const own = ancestors();
  const pids = allPids().filter((pid) => !own.has(pid) && isAlive(pid) && mentions(pid, folder));
  return pids.map((pid) => ({ pid, command: commandOf(pid) }));
}

/** The command line of a process, for people. */
export function commandOf(pid: number): string {
  return read(`/proc/${pid}/cmdline`).split("\0").join(" ").trim() || read(`/proc/${pid}/comm`).trim();
}

function mentions(pid: number, folder: string): boolean {
  if (read(`/proc/${pid}/environ`).includes(folder) || read(`/proc/${pid}/cmdline`).includes(folder)) return true;
  return [`/proc/${pid}/cwd`, ...openFiles(pid)].some((link) => isInside(target(link), folder));
}

function isInside(path: string, folder: string): boolean {
  return path === folder || path.startsWith(`${folder}/`);
}

function openFiles(pid: number): string[] {
  try {
    return readdirSync(`/proc/${pid}/fd`).map((fd) => `/proc/${pid}/fd/${fd}`);
  } catch {
    return [];
  }
}

function ancestors(): Set<number> {
  const own = new Set<number>();
  for (let pid: number | null = process.pid; pid !== null && pid > 0 && !own.has(pid); pid = parentOf(pid)) own.add(pid);
  return own;
}

function allPids(): number[] {
  try {
    return readdirSync("/proc")
      .filter((name) => /^\d+$/.test(name))
      .map(Number);
  } catch {
    return [];
  }
}

function read(path: string): string {
  try {
    return readFileSync(path, "utf8");
  } catch {
    return "";
  }
}

function target(link: string): string {
  try {
    return readlinkSync(link);
  } catch {
    return "";
  }
}
