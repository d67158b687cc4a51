/** The bytes of one log file, in order, compressed or not. */
import { createReadStream } from "node:fs";
import { createGunzip } from "node:zlib";
import type { Segment } from "./segments.ts";

/** Bytes that are read at a time. */
export const READ_BYTES = 262_144;

export interface ByteSource {
  /** The next bytes; null at the end, which for the live file is only the end for now. Valid until the next call. */
  next(): Promise<Uint8Array | null>;
  /** The offset of the byte that comes next. */
  readonly position: number;
  /** Goes elsewhere; for plain files alone. */
  seek(position: number): void;
}

/** Reads `segment` from `position` on, up to `end` if given. */
export function readBytes(segment: Segment, position: number, end = Number.POSITIVE_INFINITY): ByteSource {
  return segment.gzip ? new GzipBytes(segment, position) : new PlainBytes(segment, position, end);
}

class PlainBytes implements ByteSource {
  position: number;
  readonly #segment: Segment;
  readonly #end: number;
  readonly #buffer = new Uint8Array(READ_BYTES);

  constructor(segment: Segment, position: number, end: number) {
    this.#segment = segment;
    this.position = position;
    this.#end = end;
  }

  async next(): Promise<Uint8Array | null> {
    const wanted = Math.min(READ_BYTES, this.#end - this.position);
    if (wanted <= 0) return null;
    const { bytesRead } = await this.#segment.handle.read(this.#buffer, 0, wanted, this.position);
    this.position += bytesRead;
    return bytesRead === 0 ? null : this.#buffer.subarray(0, bytesRead);
  }

  seek(position: number): void {
    this.position = position;
  }
}

class GzipBytes implements ByteSource {
  position: number;
  readonly #chunks: AsyncIterator<Uint8Array>;
  #skip: number;

  constructor(segment: Segment, position: number) {
    this.position = position;
    this.#skip = position;
    const stream = createReadStream("", { fd: segment.handle, start: 0, autoClose: false }).pipe(createGunzip({ chunkSize: READ_BYTES }));
    this.#chunks = stream[Symbol.asyncIterator]() as AsyncIterator<Uint8Array>;
  }

  async next(): Promise<Uint8Array | null> {
    for (;;) {
      const { done, value } = await this.#chunks.next();
      if (done) return null;
      const skipped = Math.min(this.#skip, value.length);
      this.#skip -= skipped;
      if (skipped === value.length) continue;
      this.position += value.length - skipped;
      return value.subarray(skipped);
    }
  }

  seek(): void {
    throw new Error("a compressed log is read from start to end");
  }
}
