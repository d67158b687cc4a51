/** Reads a FIFO on the main thread, by whatever the runtime can read one with; see README.md for what works where. */
import { readSync } from "node:fs";
import { Socket } from "node:net";

/** What one read takes at most, in bytes: a pipe full. */
const READ_BYTES = 65_536;
/** What is read at most to settle, in bytes: the largest pipe, full. */
const SETTLE_BYTES_MAX = 1_048_576;
/** Without a way to ask, a FIFO counts as read when nothing came for so many looks, so many milliseconds apart: on a machine that is overrun, time alone says little. */
const QUIET_LOOKS = 5;
const LOOK_MS = 10;

export interface FifoReader {
  /** Resolves when what was in the FIFO has been given to `onBytes`. */
  settle(): Promise<void>;
  close(): void;
}

/** Takes bytes; the next ones come only once its promise resolves, so that a slow disk slows the writer and not this process's memory. */
export type BytesTaker = (bytes: Uint8Array) => Promise<void>;

/** Begins to read the FIFO at `path`, of which `fd` is a descriptor that does not block. */
export function readFifo(path: string, fd: number, onBytes: BytesTaker): FifoReader {
  const own = globalThis as { Bun?: BunFiles; Deno?: DenoFiles };
  const take = inOrder(onBytes);
  if (own.Bun) return readChunks(Promise.resolve(own.Bun.file(fd).stream()), fd, take);
  if (own.Deno)
    return readChunks(
      own.Deno.open(path, { read: true, write: true }).then((file) => file.readable),
      fd,
      take,
    );
  return readSocket(fd, take);
}

/** One after the other, however they are called. */
function inOrder(onBytes: BytesTaker): BytesTaker {
  let last = Promise.resolve();
  return (bytes) => {
    last = last.then(() => onBytes(bytes));
    return last;
  };
}

interface BunFiles {
  file(fd: number): { stream(): ReadableStream<Uint8Array> };
}
interface DenoFiles {
  open(path: string, options: { read: true; write: true }): Promise<{ readonly readable: ReadableStream<Uint8Array> }>;
}

/** Node: a socket tells of readiness and reads; what it has not taken yet is read directly. */
function readSocket(fd: number, take: BytesTaker): FifoReader {
  const socket = new Socket({ fd, readable: true, writable: false });
  let taking = Promise.resolve();
  socket.on("data", (bytes) => {
    socket.pause();
    taking = take(bytes).finally(() => socket.resume());
  });
  socket.on("error", () => socket.destroy());
  return {
    async settle() {
      // In one go, so that the socket reads nothing in between: first what it holds, which comes as `data`.
      socket.read();
      const rest = takeWaiting(fd, take);
      await taking;
      await rest;
    },
    close: () => socket.destroy(),
  };
}

/** Bun and Deno: a stream of chunks, which reads ahead by one; what comes is known only when it comes. */
function readChunks(opened: Promise<ReadableStream<Uint8Array>>, fd: number, take: BytesTaker): FifoReader {
  let quietLooks = 0;
  let reader: ReadableStreamDefaultReader<Uint8Array> | undefined;
  const run = async () => {
    reader = (await opened).getReader();
    for (let next = await reader.read(); !next.done; next = await reader.read()) {
      quietLooks = Number.NEGATIVE_INFINITY;
      await take(next.value);
      quietLooks = 0;
    }
  };
  run().catch(() => {});
  return {
    async settle() {
      for (quietLooks = Math.min(quietLooks, 0); quietLooks < QUIET_LOOKS; quietLooks++)
        await new Promise((resolve) => setTimeout(resolve, LOOK_MS));
      await takeWaiting(fd, take);
    },
    close: () => void reader?.cancel().catch(() => {}),
  };
}

/** Takes what waits, without giving way to anybody who reads, too. */
async function takeWaiting(fd: number, take: BytesTaker): Promise<void> {
  let taking = Promise.resolve();
  for (let bytes = readNow(fd), total = 0; bytes.length > 0 && total < SETTLE_BYTES_MAX; bytes = readNow(fd)) {
    total += bytes.length;
    taking = take(bytes);
  }
  await taking;
}

function readNow(fd: number): Uint8Array {
  const buffer = new Uint8Array(READ_BYTES);
  try {
    return buffer.subarray(0, readSync(fd, buffer));
  } catch {
    // EAGAIN: nothing waits.
    return buffer.subarray(0, 0);
  }
}
