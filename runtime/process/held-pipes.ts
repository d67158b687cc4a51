/** The descriptors that a keeper is given. */
import { closeSync, constants, fstatSync, openSync } from "node:fs";

/** A descriptor that is not open is none. */
export function isSocket(fd: number): boolean {
  try {
    return fstatSync(fd).isSocket();
  } catch {
    return false;
  }
}

/** What the system says when it has no room for another open file, for this process or at all. */
const NO_ROOM = new Set(["EMFILE", "ENFILE", "ENOMEM"]);

/**
 * Opens FIFOs without waiting for anybody at the other end; the caller closes them. Those that are gone are forgotten, those that cannot be opened are left
 * out and tried the next time. Throws the system's error, with nothing left open, where there is no room for all of them.
 */
export function openAll(fifos: Set<string>): number[] {
  const fds: number[] = [];
  for (const fifo of fifos) {
    try {
      fds.push(openSync(fifo, constants.O_RDWR | constants.O_NONBLOCK));
    } catch (error) {
      const { code = "" } = error as NodeJS.ErrnoException;
      if (code === "ENOENT") fifos.delete(fifo);
      if (!NO_ROOM.has(code)) continue;
      for (const fd of fds) closeSync(fd);
      throw error;
    }
  }
  return fds;
}
