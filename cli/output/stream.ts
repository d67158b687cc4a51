import { writeSync } from "node:fs";
import { GhostError } from "../../core/errors/ghost-error.ts";

/** Thrown when the reader of our output is gone (`ghost list | head -1`): the command ends quietly. */
export class OutputClosed extends Error {
  override readonly name = "OutputClosed";
}

/** How long to wait before a full pipe is tried again. */
const FULL_PIPE_WAIT_MS = 2;
const waitCell = new Int32Array(new SharedArrayBuffer(4));

/**
 * Writes all of `text` to a file descriptor before it returns, so that nothing is lost when the program ends right after.
 * Synchronous on purpose: `process.stdout` costs 3 ms to set up, a quarter of what a whole `ghost list` may take.
 */
export function writeFully(fd: number, text: string | Uint8Array): void {
  const bytes = typeof text === "string" ? Buffer.from(text, "utf8") : text;
  for (let written = 0; written < bytes.length; ) written += writeSome(fd, bytes, written);
}

function writeSome(fd: number, bytes: Uint8Array, offset: number): number {
  try {
    return writeSync(fd, bytes, offset);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    // A pipe that somebody made non-blocking and that is full: its reader is slow, not gone.
    if (code === "EAGAIN") return waitForRoom();
    // EBADF: the caller closed it (`>&-`); EIO: the terminal is gone.
    if (code === "EPIPE" || code === "EIO" || code === "EBADF") throw new OutputClosed();
    throw new GhostError(code === "ENOSPC" ? "NO_SPACE" : "FAILED", `cannot write the output: ${(error as Error).message}`, {
      cause: error,
    });
  }
}

function waitForRoom(): 0 {
  Atomics.wait(waitCell, 0, 0, FULL_PIPE_WAIT_MS);
  return 0;
}
