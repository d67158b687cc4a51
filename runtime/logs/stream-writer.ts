/** Writes the bytes that were read from one FIFO: rotation at a line's end, and what happens when the disk is full, as the pump's thread does it. */
import { write } from "node:fs";
import { setTimeout as pause } from "node:timers/promises";
import { LINE_SPLIT_BYTES, nextMove } from "../../core/logs/rotation.ts";
import type { PumpEvent, RotationPolicy } from "./messages.ts";
import type { LiveFile } from "./worker/live-file.ts";
import { errorCode } from "./worker/system-error.ts";
import { BLOCK_MS, hasRoom, RETRY_MS } from "./worker/trouble.ts";

/** One write takes at most this many bytes. */
const WRITE_BYTES_MAX = 1_048_576;
/** A rotation that failed is tried again after this time. */
const ROTATION_RETRY_MS = 5_000;
const NEWLINE = 10;

/** Counters that all streams share. */
export interface WriteCounts {
  movedBytes: number;
  droppedBytes: number;
  rotations: number;
  moves: number;
}

interface Trouble {
  readonly code: string;
  readonly sinceMs: number;
  retryAtMs: number;
  dropping: boolean;
  droppedBytes: number;
}

export class StreamWriter {
  policy: RotationPolicy;
  readonly #key: string;
  readonly #file: LiveFile;
  readonly #counts: WriteCounts;
  readonly #tell: (event: PumpEvent) => void;
  readonly #beforeRetry: () => void;
  #trouble: Trouble | null = null;
  #noRotationBefore = 0;
  #closed = false;
  #writing = false;

  /** `beforeRetry`: called before a full disk is looked at again. */
  constructor(
    key: string,
    file: LiveFile,
    policy: RotationPolicy,
    counts: WriteCounts,
    told: { readonly tell: (event: PumpEvent) => void; readonly beforeRetry: () => void },
  ) {
    this.#key = key;
    this.#file = file;
    this.policy = policy;
    this.#counts = counts;
    this.#tell = told.tell;
    this.#beforeRetry = told.beforeRetry;
  }

  get inTrouble(): boolean {
    return this.#trouble !== null;
  }

  /** Resolves when the bytes are in the file, or dropped. Calls must not overlap. */
  async write(bytes: Uint8Array): Promise<void> {
    let rest = bytes;
    while (rest.length > 0 && !this.#closed) {
      if (this.#trouble) rest = await this.#writeInTrouble(this.#trouble, rest);
      else rest = rest.subarray(await this.#writeSome(rest));
    }
  }

  /** See `LiveFile`. Not in the middle of a write: its descriptor would soon be another file's. */
  releaseRemoved(): void {
    if (!this.#writing) this.#file.releaseRemoved();
  }

  close(): void {
    this.#closed = true;
    this.#file.close();
  }

  async #writeSome(bytes: Uint8Array): Promise<number> {
    const nowMs = Date.now();
    try {
      return await this.#append(bytes, nowMs);
    } catch (error) {
      const code = errorCode(error);
      this.#trouble = { code, sinceMs: nowMs, retryAtMs: nowMs + RETRY_MS, dropping: false, droppedBytes: 0 };
      this.#tell({ kind: "error", key: this.#key, code, message: (error as Error).message });
      return 0;
    }
  }

  async #append(bytes: Uint8Array, nowMs: number): Promise<number> {
    const size = this.#makeRoom(nowMs);
    const next = nextMove(size, this.#maxSizeBytes(nowMs), WRITE_BYTES_MAX, () => false);
    const limit = next.kind === "move" ? next.bytes : Math.min(bytes.indexOf(NEWLINE) + 1 || bytes.length, LINE_SPLIT_BYTES);
    this.#file.mark(size, nowMs);
    const written = await this.#writeAt(bytes.subarray(0, limit), size);
    this.#counts.movedBytes += written;
    this.#counts.moves++;
    return written;
  }

  async #writeAt(bytes: Uint8Array, offset: number): Promise<number> {
    this.#writing = true;
    try {
      return await writeAt(this.#file.fd, bytes, offset);
    } finally {
      this.#writing = false;
    }
  }

  /** Rotates if it is time; gives the live file's size. */
  #makeRoom(nowMs: number): number {
    const size = this.#file.size();
    if (nextMove(size, this.#maxSizeBytes(nowMs), WRITE_BYTES_MAX, () => this.#file.endsLine(size)).kind !== "rotate") return size;
    try {
      const inode = this.#file.rotate(this.policy.maxFiles);
      this.#counts.rotations++;
      this.#tell({ kind: "rotated", key: this.#key, inode, compress: this.policy.compress && this.policy.maxFiles > 0 });
    } catch (error) {
      this.#noRotationBefore = nowMs + ROTATION_RETRY_MS;
      this.#tell({ kind: "error", key: this.#key, code: errorCode(error), message: `cannot rotate: ${(error as Error).message}` });
    }
    return this.#file.size();
  }

  #maxSizeBytes(nowMs: number): number {
    return nowMs < this.#noRotationBefore ? Number.POSITIVE_INFINITY : this.policy.maxSizeBytes;
  }

  /** Waits or drops; gives what is still to be written. */
  async #writeInTrouble(trouble: Trouble, bytes: Uint8Array): Promise<Uint8Array> {
    const nowMs = Date.now();
    if (nowMs >= trouble.retryAtMs) {
      trouble.retryAtMs = nowMs + RETRY_MS;
      this.#beforeRetry();
      if (hasRoom(this.#file.path, trouble.code)) return this.#recover(trouble, bytes);
    }
    if (!trouble.dropping && nowMs - trouble.sinceMs >= BLOCK_MS) this.#beginDropping(trouble);
    if (!trouble.dropping) await pause(RETRY_MS);
    if (!trouble.dropping) return bytes;
    trouble.droppedBytes += bytes.length;
    return bytes.subarray(bytes.length);
  }

  /** Goes on, after a gap with the next whole line. */
  #recover(trouble: Trouble, bytes: Uint8Array): Uint8Array {
    const lineStart = trouble.dropping ? bytes.indexOf(NEWLINE) + 1 : 0;
    if (trouble.dropping && lineStart === 0) {
      trouble.droppedBytes += bytes.length;
      return bytes.subarray(bytes.length);
    }
    trouble.droppedBytes += lineStart;
    try {
      this.#file.reopenIndex();
      if (trouble.dropping && !this.#file.gap(this.#file.size(), trouble.droppedBytes)) return bytes.subarray(lineStart);
    } catch {
      return bytes.subarray(lineStart);
    }
    this.#endTrouble(trouble);
    return bytes.subarray(lineStart);
  }

  #endTrouble({ dropping, droppedBytes }: Trouble): void {
    this.#trouble = null;
    this.#counts.droppedBytes += droppedBytes;
    if (dropping) this.#tell({ kind: "gap", key: this.#key, droppedBytes });
    this.#tell({ kind: "recovered", key: this.#key });
  }

  #beginDropping(trouble: Trouble): void {
    trouble.dropping = true;
    try {
      trouble.droppedBytes += this.#file.cutUnfinishedLine();
    } catch {
      // The file cannot be reached at all, or not be cut: the line before the gap then stays unfinished.
    }
  }
}

function writeAt(fd: number, bytes: Uint8Array, offset: number): Promise<number> {
  return new Promise((resolve, reject) => {
    write(fd, bytes, 0, bytes.length, offset, (error, written) => (error ? reject(error) : resolve(written)));
  });
}
