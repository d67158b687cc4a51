import { type Chunk, lastOf } from "./stream-chunks.ts";
import type { Group } from "./stream-groups.ts";
import type { StreamId } from "./stream-id.ts";

/** Chunks that one stream may ever have: its number is the upper part of their places. */
export const PLACES = 2 ** 28;

/** A stream as a whole. */
export interface Stream {
  readonly object: number;
  /** Where its chunks' places begin. */
  readonly base: number;
  revision: number;
  length: number;
  /** Entries ever added. */
  added: number;
  /** The last id given. */
  last: StreamId;
  /** The largest id that XDEL removed. */
  deleted: StreamId;
  /** Entries older than this go, milliseconds; null: none for their age. */
  retainMs: number | null;
  /** More entries than this go, the oldest first; null: none for their number. */
  entriesMax: number | null;
  due: number | null;
  /** The oldest entry; null: to be looked up. */
  first: StreamId | null;
  nextPlace: number;
  tail: Chunk | null;
  /** The chunk that was read last: who reads goes on there. */
  hint: Chunk | null;
  readonly changed: Set<Chunk>;
  isAccountChanged: boolean;
  groups: Map<string, Group> | null;
}

/** A chunk as it is in the table; an append writes it alone, with what the stream was then. */
export interface ChunkRow {
  place: number;
  revision: number;
  length: number;
  added: number;
  last: Uint8Array;
  entries: Uint8Array;
}

/** The youngest entry's id, which is not `last` when that was deleted; null: the stream is empty. */
export function topId({ tail }: Stream): StreamId | null {
  return tail ? lastOf(tail) : null;
}
