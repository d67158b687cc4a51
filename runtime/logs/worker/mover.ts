/** Moves the bytes of one FIFO into its log file, in the kernel: a SIGKILL cannot come between reading and writing. */
import { type NextMove, nextMove } from "../../../core/logs/rotation.ts";
import { COUNTER, type RotationPolicy } from "../messages.ts";
import { EAGAIN, EINTR, EINVAL, openPipe, type PumpLibc, pipeSize, resizePipe, SPLICE_F_NONBLOCK } from "./linux.ts";
import type { LiveFile } from "./live-file.ts";
import { SystemError } from "./system-error.ts";

/** Bytes that one system call moves at most: as much as the largest pipe holds. */
const SPLICE_BYTES_MAX = 1_048_576;
/** What is looked at to find a line's end, in bytes: all that a pipe of the default size holds. */
const PEEK_BYTES = 65_536;
/** A rotation that failed is tried again after this time. */
const ROTATION_RETRY_MS = 5_000;
const NEWLINE = 10;

/** A 64-bit offset, low half first, as splice(2) takes it. */
const OFFSET = new Uint32Array(2);

/** What all streams of the thread share. */
export interface MoverTools {
  readonly libc: PumpLibc;
  readonly counters: Float64Array;
  /** A pipe into which bytes are copied (not moved) to be looked at. */
  readonly scratch: readonly [number, number];
  readonly buffer: Uint8Array;
  /** Told after each rotation. */
  rotated(mover: Mover, inode: number): void;
  /** Told when a rotation failed; the file goes on growing meanwhile. */
  rotationFailed(mover: Mover, error: unknown): void;
}

/** Makes the shared tools' scratch pipe and buffer. */
export function openScratch(libc: PumpLibc): Pick<MoverTools, "scratch" | "buffer"> {
  return { scratch: openPipe(libc), buffer: new Uint8Array(PEEK_BYTES) };
}

export class Mover {
  readonly key: string;
  readonly fifo: number;
  readonly file: LiveFile;
  policy: RotationPolicy;
  readonly #tools: MoverTools;
  #noRotationBefore = 0;
  /** False where the file system knows no splice(2): bytes are then copied. */
  #splices = true;

  constructor(key: string, fifo: number, file: LiveFile, policy: RotationPolicy, tools: MoverTools) {
    this.key = key;
    this.fifo = fifo;
    this.file = file;
    this.policy = policy;
    this.#tools = tools;
  }

  /** Capacity of the pipe, in bytes. */
  pipeBytes(): number {
    return pipeSize(this.#tools.libc, this.fifo);
  }

  /** Changes it; false when the kernel refuses. */
  resize(bytes: number): boolean {
    return resizePipe(this.#tools.libc, this.fifo, bytes);
  }

  /**
   * Moves what waits, once: up to a pipe full, or to the next rotation. Gives the number of bytes, 0 when nothing waits.
   * Throws SystemError or what node:fs throws when the log cannot be written.
   */
  move(nowMs: number): number {
    let size = this.file.size();
    let next = this.#next(size, nowMs);
    if (next.kind === "rotate") {
      this.#rotate(nowMs);
      size = this.file.size();
      next = this.#next(size, nowMs);
    }
    const bytes = next.kind === "move" ? next.bytes : this.#restOfLine();
    if (bytes === 0) return 0;
    this.file.mark(size, nowMs);
    return this.#transfer(size, bytes);
  }

  /** Throws away what waits, up to a buffer full; gives its bytes. They are valid until the next call. */
  discard(limitBytes = PEEK_BYTES): Uint8Array {
    const { libc, buffer } = this.#tools;
    const count: number = libc.call.read(this.fifo, buffer, Math.min(limitBytes, buffer.length));
    return buffer.subarray(0, Math.max(0, count));
  }

  /** A copy of what waits, up to a buffer full, which goes on waiting. Valid until the next call. */
  peek(): Uint8Array {
    const { libc, buffer, scratch } = this.#tools;
    const copied: number = libc.call.tee(this.fifo, scratch[1], PEEK_BYTES, SPLICE_F_NONBLOCK);
    let have = 0;
    while (have < copied) {
      const count: number = libc.call.read(scratch[0], buffer.subarray(have), buffer.length - have);
      if (count <= 0) break;
      have += count;
    }
    return buffer.subarray(0, have);
  }

  #next(size: number, nowMs: number): NextMove {
    const maxSizeBytes = nowMs < this.#noRotationBefore ? Number.POSITIVE_INFINITY : this.policy.maxSizeBytes;
    return nextMove(size, maxSizeBytes, SPLICE_BYTES_MAX, () => this.file.endsLine(size));
  }

  /** Bytes up to and including the next line's end, or all that can be seen when it is further away. */
  #restOfLine(): number {
    const seen = this.peek();
    const end = seen.indexOf(NEWLINE);
    return end === -1 ? seen.length : end + 1;
  }

  #rotate(nowMs: number): void {
    try {
      const inode = this.file.rotate(this.policy.maxFiles);
      this.#tools.counters[COUNTER.rotations]!++;
      this.#tools.rotated(this, inode);
    } catch (error) {
      this.#noRotationBefore = nowMs + ROTATION_RETRY_MS;
      this.#tools.rotationFailed(this, error);
    }
  }

  #transfer(offset: number, bytes: number): number {
    const { counters } = this.#tools;
    const moved = this.#splices ? this.#splice(offset, bytes) : this.#copy(offset, bytes);
    counters[COUNTER.splices]!++;
    counters[COUNTER.movedBytes]! += moved;
    return moved;
  }

  #splice(offset: number, bytes: number): number {
    const { libc } = this.#tools;
    OFFSET[0] = offset % 2 ** 32;
    OFFSET[1] = Math.floor(offset / 2 ** 32);
    const moved: number = libc.call.splice(this.fifo, null, this.file.fd, OFFSET, bytes, SPLICE_F_NONBLOCK);
    if (moved >= 0) return moved;
    const errno = libc.errno();
    if (errno === EAGAIN) return 0;
    if (errno === EINTR) return this.#splice(offset, bytes);
    if (errno !== EINVAL) throw new SystemError(errno, "splice");
    this.#splices = false;
    return this.#copy(offset, bytes);
  }

  /** What is written is looked at first and taken away afterwards: a crash in between doubles it, and loses nothing. */
  #copy(offset: number, bytes: number): number {
    const { libc } = this.#tools;
    const seen = this.peek();
    const part = seen.subarray(0, Math.min(seen.length, bytes));
    if (part.length === 0) return 0;
    const written: number = libc.call.pwrite(this.file.fd, part, part.length, offset);
    if (written < 0) throw new SystemError(libc.errno(), "write");
    return this.discard(written).length;
  }
}
