import { fstatSync } from "node:fs";
import { openLibc } from "../system/native.ts";

/** How often it is looked whether somebody still reads what the program writes, in ms. */
const LOOK_MS = 500;
/** A pipe with a name may be without a reader for a moment: so many looks in a row count. */
const LOOKS = 2;
const STDOUT = 1;
/** Of poll(2): the reader is gone. Linux says the first, macOS the second. */
const POLLERR = 0x008;
const POLLHUP = 0x010;

/**
 * Calls `onClosed` once nobody reads the pipe any more that this program's standard output is (`ghost run app | head -1`). The program that writes into it would learn of
 * that when it writes, but not every runtime tells it then. Gives what ends the looking. Without FFI, and where it is no pipe, nothing is looked at.
 */
export function watchOutput(onClosed: () => void): () => void {
  if (!isPipe()) return () => {};
  let libc: ReturnType<typeof openPoll> | undefined;
  let gone = 0;
  const timer = setInterval(() => {
    // Not before the program has its first moments behind it.
    libc ??= openPoll();
    gone = libc !== null && isReaderGone(libc) ? gone + 1 : 0;
    if (gone < LOOKS) return;
    clearInterval(timer);
    onClosed();
  }, LOOK_MS).unref();
  return () => clearInterval(timer);
}

function openPoll() {
  return openLibc({ poll: { args: ["ptr", "u64", "i32"], returns: "i32" } });
}

/** `struct pollfd`: the descriptor, what is asked for (nothing: errors are told always), what is so. */
function isReaderGone(libc: NonNullable<ReturnType<typeof openPoll>>): boolean {
  const asked = new Int32Array([STDOUT, 0]);
  if (libc.call.poll(libc.pointer(asked), 1n, 0) <= 0) return false;
  return (((asked[1] ?? 0) >> 16) & (POLLERR | POLLHUP)) !== 0;
}

/** Node and Bun make sockets where they say pipe. */
function isPipe(): boolean {
  try {
    const stats = fstatSync(STDOUT);
    return stats.isFIFO() || stats.isSocket();
  } catch {
    return false; // It was closed before this program began.
  }
}
