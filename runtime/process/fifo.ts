/** Makes named pipes. The C library does it where it can be reached; elsewhere the command `mkfifo` does. */
import { spawnSync } from "node:child_process";
import { chmodSync, chownSync, lstatSync, rmSync, utimesSync } from "node:fs";
import { GhostError } from "../../core/errors/ghost-error.ts";
import { openLibc } from "../system/native.ts";

/** Owner alone may read and write: what a program prints is nobody else's business. */
const FIFO_MODE = 0o600;

/** Whom a FIFO belongs to; absent: whoever runs Ghost. */
export interface FifoOwner {
  readonly uid?: number;
  readonly gid?: number;
}

let libc: ReturnType<typeof openMkfifo> | undefined;

/**
 * Makes the FIFO `path` unless it is there; what waits in it and who holds it open stay untouched. Anything else at
 * that place is replaced. Its folder must exist. Throws PERMISSION_DENIED, NO_SPACE or FAILED.
 */
export function ensureFifo(path: string, owner: FifoOwner = {}): void {
  const found = lstatSync(path, { throwIfNoEntry: false });
  if (found && !found.isFIFO()) rmSync(path, { recursive: true });
  if (!found?.isFIFO()) makeFifo(path);
  const { uid = found?.uid, gid = found?.gid } = owner;
  if (uid === undefined && gid === undefined) return;
  const now = lstatSync(path);
  if ((uid ?? now.uid) !== now.uid || (gid ?? now.gid) !== now.gid) chownSync(path, uid ?? now.uid, gid ?? now.gid);
}

/** Puts a mark on a FIFO that the next write into it takes away: the kernel sets the time of modification then. */
export function markUnwritten(path: string): void {
  utimesSync(path, 0, 0);
}

/** True when something was written into the FIFO since `markUnwritten`. */
export function wasWritten(path: string): boolean {
  const stats = lstatSync(path, { throwIfNoEntry: false });
  return stats?.isFIFO() === true && stats.mtimeMs !== 0;
}

function makeFifo(path: string): void {
  libc ??= openMkfifo();
  if (libc) {
    if (libc.call.mkfifo(Buffer.from(`${path}\0`), FIFO_MODE) !== 0) throw fifoError(path, libc.errno());
    return;
  }
  const { status, stderr, error } = spawnSync("mkfifo", ["-m", FIFO_MODE.toString(8), path], { encoding: "utf8" });
  if (status === 0) return chmodSync(path, FIFO_MODE);
  throw new GhostError("FAILED", `cannot make the pipe ${path}: ${error?.message ?? stderr.trim()}`, {
    hint: "the command `mkfifo` must be in PATH",
  });
}

function openMkfifo() {
  return openLibc({ mkfifo: { args: ["ptr", "u32"], returns: "i32" } });
}

const ENOSPC = 28;
const EACCES = 13;
const EPERM = 1;

function fifoError(path: string, errno: number): GhostError {
  if (errno === ENOSPC)
    return new GhostError("NO_SPACE", `cannot make the pipe ${path}: no space left on the device`, { hint: "free some space" });
  if (errno === EACCES || errno === EPERM) {
    return new GhostError("PERMISSION_DENIED", `cannot make the pipe ${path}: permission denied`, {
      hint: "the folder must be writable, and its file system must know pipes",
    });
  }
  return new GhostError("FAILED", `cannot make the pipe ${path}: error ${errno} of mkfifo(3)`, { hint: "its file system must know pipes" });
}
