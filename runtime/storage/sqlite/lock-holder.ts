/** Who holds a lock on a file, from what `/proc` shows of each process (proc_pid_fdinfo(5)); on other systems it cannot be learnt. */
import { readdirSync, readFileSync, readlinkSync } from "node:fs";
import { readProcess } from "../../process/table.ts";

export interface LockHolder {
  readonly pid: number;
  /** The kernel's short name of the program. */
  readonly name: string;
}

/** A process that holds a byte-range lock on `path` (symbolic links resolved); undefined when none is seen, e.g. because it is another user's. */
export function findLockHolder(path: string): LockHolder | undefined {
  for (const pid of listed("/proc")) {
    if (/^\d+$/.test(pid) && holdsLock(`/proc/${pid}`, path)) return { pid: Number(pid), name: nameOf(Number(pid)) };
  }
  return undefined;
}

/** The kernel's short name of a program; empty when the process is gone. */
export function nameOf(pid: number): string {
  return readProcess(pid)?.command ?? "";
}

function holdsLock(proc: string, path: string): boolean {
  return listed(`${proc}/fd`).some((fd) => target(`${proc}/fd/${fd}`) === path && (text(`${proc}/fdinfo/${fd}`) ?? "").includes("\nlock:"));
}

function listed(folder: string): string[] {
  return orUndefined(() => readdirSync(folder)) ?? [];
}

function target(link: string): string | undefined {
  return orUndefined(() => readlinkSync(link));
}

function text(path: string): string | undefined {
  return orUndefined(() => readFileSync(path, "utf8"));
}

/** Processes end, and other users' are closed, while one looks. */
function orUndefined<T>(look: () => T): T | undefined {
  try {
    return look();
  } catch {
    return undefined;
  }
}
