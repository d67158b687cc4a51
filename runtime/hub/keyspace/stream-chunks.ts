/**
 * Entries of streams lie together in rows, chunks, because a row for each would make the tables several times as large and every
 * append several times as dear. Appending rewrites the last chunk until it is full.
 */
import { latin1Of } from "../server/arguments.ts";
import type { StreamId } from "./stream-id.ts";

export interface StreamEntry {
  readonly id: StreamId;
  /** How many words it has: fields and values. */
  readonly count: number;
  /** The words as RESP bulk strings, as they are sent. */
  readonly body: Uint8Array;
}

export interface Chunk {
  /** Its row's number: chunks of a stream are in the order of their places. */
  readonly place: number;
  readonly entries: StreamEntry[];
  bytes: number;
  /** What was last written of one that still grows, so that only what came since must be put into bytes. */
  image: ChunkImage | null;
}

interface ChunkImage {
  bytes: Buffer;
  entries: number;
  end: number;
}

/** A chunk takes no more entries when it has so many bytes or entries: two fit into a page of SQLite. */
export const CHUNK_LIMITS = { bytes: 1900, entries: 100 } as const;

/** id 16, count of words 4, bytes 4. */
const HEAD_BYTES = 24;

export function newChunk(place: number): Chunk {
  return { place, entries: [], bytes: 0, image: null };
}

export function isFull(chunk: Chunk): boolean {
  return chunk.bytes >= CHUNK_LIMITS.bytes || chunk.entries.length >= CHUNK_LIMITS.entries;
}

export function push(chunk: Chunk, entry: StreamEntry): void {
  chunk.entries.push(entry);
  chunk.bytes += HEAD_BYTES + entry.body.length;
}

/** Takes `count` entries out. */
export function cut(chunk: Chunk, from: number, count: number): void {
  chunk.image = null;
  for (const entry of chunk.entries.splice(from, count)) chunk.bytes -= HEAD_BYTES + entry.body.length;
}

/** The place in `entries` of the first one that is not before `id`. */
export function indexFrom(chunk: Chunk, id: StreamId): number {
  let low = 0;
  let high = chunk.entries.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((chunk.entries[middle] as StreamEntry).id < id) low = middle + 1;
    else high = middle;
  }
  return low;
}

export function firstOf(chunk: Chunk): StreamId {
  return (chunk.entries[0] as StreamEntry).id;
}

export function lastOf(chunk: Chunk): StreamId {
  return (chunk.entries[chunk.entries.length - 1] as StreamEntry).id;
}

/** A chunk as it lies in the table; valid until it changes. */
export function encodeChunk(chunk: Chunk): Buffer {
  const image = imageFor(chunk);
  const { bytes } = image;
  while (image.entries < chunk.entries.length) {
    const { id, count, body } = chunk.entries[image.entries++] as StreamEntry;
    const at = image.end;
    for (let index = 0; index < 16; index++) bytes[at + index] = id.charCodeAt(index);
    writeUInt32(bytes, at + 16, count);
    writeUInt32(bytes, at + 20, body.length);
    bytes.set(body, at + HEAD_BYTES);
    image.end += HEAD_BYTES + body.length;
  }
  return bytes.subarray(0, image.end);
}

/** As `writeUInt32LE`, without a call. */
function writeUInt32(bytes: Buffer, at: number, value: number): void {
  bytes[at] = value;
  bytes[at + 1] = value >>> 8;
  bytes[at + 2] = value >>> 16;
  bytes[at + 3] = value >>> 24;
}

/** With room for all that is in the chunk. */
function imageFor(chunk: Chunk): ChunkImage {
  const image = chunk.image ?? { bytes: Buffer.allocUnsafe(Math.max(chunk.bytes, CHUNK_LIMITS.bytes)), entries: 0, end: 0 };
  if (image.bytes.length < chunk.bytes) {
    const wider = Buffer.allocUnsafe(chunk.bytes);
    image.bytes.copy(wider, 0, 0, image.end);
    image.bytes = wider;
  }
  chunk.image = image;
  return image;
}

export function decodeChunk(place: number, bytes: Uint8Array): Chunk {
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length);
  const entries: StreamEntry[] = [];
  for (let at = 0; at < buffer.length; ) {
    const start = at + HEAD_BYTES;
    const end = start + buffer.readUInt32LE(at + 20);
    entries.push({ id: latin1Of(buffer.subarray(at, at + 16)), count: buffer.readUInt32LE(at + 16), body: buffer.subarray(start, end) });
    at = end;
  }
  return { place, entries, bytes: buffer.length, image: null };
}
