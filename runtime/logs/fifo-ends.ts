/** Both ends of a stream's FIFO. Each is open for reading and writing, so that it outlives whoever is at the other end, and neither ever sees an end of file. */
import { closeSync, constants, fstatSync, mkdirSync, openSync, statSync } from "node:fs";
import { dirname } from "node:path";
import { GhostError } from "../../core/errors/ghost-error.ts";
import { ensureFifo } from "../process/fifo.ts";
import type { LogStreamTarget } from "./pump.ts";

/** Makes the FIFO and its folder. */
export function prepareFifo({ key, fifo, opened, uid, gid }: LogStreamTarget): void {
  if (opened !== undefined) return;
  orThrow(key, fifo, () => mkdirSync(dirname(fifo), { recursive: true, mode: 0o700 }));
  orThrow(key, fifo, () => ensureFifo(fifo, { uid, gid }));
}

/** The end for the process: blocking, so that it waits when the pipe is full. */
export function openWriter({ key, fifo }: LogStreamTarget): number {
  return orThrow(key, fifo, () => openSync(fifo, constants.O_RDWR));
}

/** The end for the pump. */
export function openPumpEnd({ key, fifo, opened }: LogStreamTarget): number {
  return opened ?? orThrow(key, fifo, () => openSync(fifo, constants.O_RDWR | constants.O_NONBLOCK));
}

/** Closes what `openWriter` gave. */
export function closeWriter(fd: number): void {
  closeSync(fd);
}

/** True while `path` is the FIFO that `fd` is open on. */
export function sameFifo(fd: number, path: string): boolean {
  return fstatSync(fd).ino === statSync(path, { throwIfNoEntry: false })?.ino;
}

function orThrow<T>(key: string, path: string, action: () => T): T {
  try {
    return action();
  } catch (error) {
    if (error instanceof GhostError) throw error;
    throw pipeError(key, path, error as NodeJS.ErrnoException);
  }
}

function pipeError(key: string, path: string, error: NodeJS.ErrnoException): GhostError {
  const message = `cannot log ${key} through ${path}: ${error.message}`;
  switch (error.code) {
    case "EACCES":
    case "EPERM":
      return new GhostError("PERMISSION_DENIED", message, { hint: "give the daemon's user access to Ghost's home", cause: error });
    case "ENOSPC":
      return new GhostError("NO_SPACE", message, { hint: "free some space", cause: error });
    case "EMFILE":
    case "ENFILE":
      return new GhostError("FAILED", message, { hint: "raise the daemon's limit of open files (`ulimit -n`)", cause: error });
    default:
      return new GhostError("FAILED", message, { cause: error });
  }
}
