/** The bytes of one log file, in order, compressed or not. */
import { Readable } from "node:stream";
import { createGunzip } from "node:zlib";
import type { Segment } from "./segments.ts";

/** Bytes that are read at a time, unless very many streams are read beside each other. */
export const READ_BYTES = 262_144;

export interface ByteSource {
  /** The next bytes; null at the end, which for the live file is only the end for now. Valid until the next call. Throws SegmentGone. */
  next(): Promise<Uint8Array | null>;
  /** The offset of the byte that comes next. */
  readonly position: number;
  /** Goes elsewhere; for plain files alone. */
  seek(position: number): void;
}

export interface ReadingRange {
  readonly position: number;
  /** Where it ends, for plain files; absent: at the end of the file. */
  readonly end?: number | undefined;
  /** Bytes that are read at a time. Default READ_BYTES. */
  readonly step?: number;
}

/** Reads a part of `segment`. */
export function readBytes(segment: Segment, { position, end = Number.POSITIVE_INFINITY, step = READ_BYTES }: ReadingRange): ByteSource {
  return segment.gzip ? new GzipBytes(segment, position, step) : new PlainBytes(segment, position, end, step);
}

class PlainBytes implements ByteSource {
  position: number;
  readonly #segment: Segment;
  readonly #end: number;
  readonly #buffer: Uint8Array;

  constructor(segment: Segment, position: number, end: number, step: number) {
    this.#segment = segment;
    this.position = position;
    this.#end = end;
    this.#buffer = new Uint8Array(step);
  }

  async next(): Promise<Uint8Array | null> {
    const wanted = Math.min(this.#buffer.length, this.#end - this.position);
    if (wanted <= 0) return null;
    const { bytesRead } = await this.#segment.use(() => this.#segment.handle.read(this.#buffer, 0, wanted, this.position));
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

  constructor(segment: Segment, position: number, step: number) {
    this.position = position;
    this.#skip = position;
    const gunzip = createGunzip({ chunkSize: step });
    const compressed = Readable.from(compressedBytes(segment, step), { objectMode: true, highWaterMark: 1 });
    // A pipe does not pass errors on.
    compressed.once("error", (error) => gunzip.destroy(error));
    // Nobody may be reading any more when it comes; whoever is, is told by the iterator.
    gunzip.on("error", () => {});
    this.#chunks = compressed.pipe(gunzip)[Symbol.asyncIterator]() as AsyncIterator<Uint8Array>;
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

/** The file as it lies there; it need not stay open in between. */
async function* compressedBytes(segment: Segment, step: number): AsyncGenerator<Uint8Array> {
  for (let position = 0; ; ) {
    const buffer = new Uint8Array(step);
    const { bytesRead } = await segment.use(() => segment.handle.read(buffer, 0, step, position));
    if (bytesRead === 0) return;
    position += bytesRead;
    yield buffer.subarray(0, bytesRead);
  }
}
