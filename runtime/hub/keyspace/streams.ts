/**
 * Streams. What a stream is as a whole, its last chunk and its groups are kept in memory and written at the commit; a pure append
 * writes one row. A stream is known by its object's number.
 */
import { bytesOf, latin1Of } from "../server/arguments.ts";
import { removeWith } from "./garbage.ts";
import type { Keyspace } from "./keyspace.ts";
import { STREAM } from "./schema.ts";
import { type ChunkRow, PLACES, type Stream } from "./stream.ts";
import { ChunkStore } from "./stream-chunk-store.ts";
import { type Chunk, decodeChunk, firstOf, indexFrom, isFull, newChunk, push, type StreamEntry } from "./stream-chunks.ts";
import { type Group, GroupStore } from "./stream-groups.ts";
import { MIN_ID, makeId, msOf, type StreamId } from "./stream-id.ts";

export const STREAM_LIMITS = {
  /** Streams of which the whole is kept in memory. */
  keptMax: 1000,
  /** Entries that retention removes at once; the rest goes in quiet moments. */
  retentionSlice: 1000,
  /** Streams that are looked at for retention in one quiet moment. */
  retentionStreams: 8,
} as const;

interface StreamRow {
  number: number;
  revision: number;
  length: number;
  added: number;
  last: Uint8Array;
  deleted: Uint8Array;
  retain: number | null;
  entries_max: number | null;
  due: number | null;
}

export class Streams {
  readonly groups: GroupStore;
  private readonly keyspace: Keyspace;
  private readonly known = new Map<number, Stream>();
  private readonly changed = new Set<Stream>();
  private readonly chunks: ChunkStore;
  private nextNumber: number | null = null;
  private nextDue: number | null = null;

  constructor(keyspace: Keyspace) {
    this.keyspace = keyspace;
    this.groups = new GroupStore(keyspace);
    this.chunks = new ChunkStore(keyspace);
    const streams = this;
    keyspace.join({
      flush: () => this.flush(),
      forget: () => this.forget(),
      tidy: () => this.tidy(),
      get tidyAt() {
        return streams.dueAt();
      },
    });
  }

  /** Makes the stream of a new object. */
  create(object: number): Stream {
    this.nextNumber ??= (this.keyspace.db.get<{ number: number | null }>("SELECT max(number) AS number FROM streams")?.number ?? 0) + 1;
    const number = this.nextNumber++;
    const stream: Stream = {
      ...{ object, base: number * PLACES, revision: 0, length: 0, added: 0, last: MIN_ID, deleted: MIN_ID },
      ...{ retainMs: null, entriesMax: null, due: null, first: null, nextPlace: number * PLACES, tail: null, hint: null },
      ...{ changed: new Set<Chunk>(), isAccountChanged: true, groups: new Map() },
    };
    this.keep(stream);
    this.touch(stream);
    return stream;
  }

  /** The stream of an object. */
  open(object: number): Stream {
    const known = this.known.get(object);
    if (known) return known;
    const stream = this.load(object);
    this.keep(stream);
    return stream;
  }

  /** Adds an entry; its id must be after `stream.last`. */
  append(stream: Stream, id: StreamId, count: number, body: Uint8Array): void {
    let { tail } = stream;
    if (!tail || isFull(tail)) {
      if (tail) this.chunks.keep(tail);
      tail = stream.tail = newChunk(stream.nextPlace++);
    }
    push(tail, { id, count, body });
    stream.changed.add(tail);
    if (stream.length === 0) {
      stream.first = id;
      if (stream.retainMs !== null) stream.isAccountChanged = true;
    }
    stream.length++;
    stream.added++;
    stream.last = id;
    this.touch(stream);
    if (stream.retainMs !== null || stream.entriesMax !== null) this.applyRetention(stream);
  }

  /** Says that something of the whole changed. */
  changeAccount(stream: Stream): void {
    stream.isAccountChanged = true;
    this.touch(stream);
  }

  /** Says that a group of the stream changed, so that the commit writes it. */
  touch(stream: Stream): void {
    this.keyspace.note();
    this.changed.add(stream);
  }

  /** Sets how long and how many entries are kept; null: for ever, all. */
  retain(stream: Stream, retainMs: number | null, entriesMax: number | null): void {
    if (stream.retainMs === retainMs && stream.entriesMax === entriesMax) return;
    stream.retainMs = retainMs;
    stream.entriesMax = entriesMax;
    this.changeAccount(stream);
  }

  /** The oldest id; null: the stream is empty. */
  firstId(stream: Stream): StreamId | null {
    if (stream.length === 0) return null;
    stream.first ??= firstOf(this.chunks.first(stream) as Chunk);
    return stream.first;
  }

  /** One entry. */
  get(stream: Stream, id: StreamId): StreamEntry | null {
    const chunk = this.chunks.from(stream, id);
    const entry = chunk?.entries[indexFrom(chunk, id)];
    return entry?.id === id ? entry : null;
  }

  /** At most `limit` entries from `start` to `end`, both included. */
  range(stream: Stream, start: StreamId, end: StreamId, limit: number): StreamEntry[] {
    const found: StreamEntry[] = [];
    let chunk = start > stream.last ? null : this.chunks.from(stream, start);
    let index = chunk ? indexFrom(chunk, start) : 0;
    while (chunk && found.length < limit) {
      const entry = chunk.entries[index++];
      if (!entry) {
        chunk = this.chunks.after(stream, chunk);
        index = 0;
      } else if (entry.id > end) break;
      else found.push(entry);
    }
    return found;
  }

  /** The same from the end. */
  rangeBack(stream: Stream, start: StreamId, end: StreamId, limit: number): StreamEntry[] {
    const found: StreamEntry[] = [];
    let chunk = this.chunks.from(stream, end) ?? stream.tail;
    let index = chunk ? indexFrom(chunk, end) : 0;
    if (chunk && chunk.entries[index]?.id !== end) index--;
    while (chunk && found.length < limit) {
      const entry: StreamEntry | undefined = chunk.entries[index--];
      if (!entry) {
        chunk = this.chunks.before(stream, chunk);
        index = (chunk?.entries.length ?? 0) - 1;
      } else if (entry.id < start) break;
      else found.push(entry);
    }
    return found;
  }

  /** Removes one entry; false when there is none. */
  remove(stream: Stream, id: StreamId): boolean {
    const chunk = this.chunks.from(stream, id);
    if (!chunk) return false;
    const index = indexFrom(chunk, id);
    if (chunk.entries[index]?.id !== id) return false;
    this.cut(stream, chunk, index, 1);
    if (id > stream.deleted) stream.deleted = id;
    return true;
  }

  /** Removes the `count` oldest entries. */
  removeFirst(stream: Stream, count: number): void {
    for (let missing = Math.min(count, stream.length); missing > 0; ) {
      const chunk = this.chunks.first(stream) as Chunk;
      const here = Math.min(missing, chunk.entries.length);
      this.cut(stream, chunk, 0, here);
      missing -= here;
    }
  }

  /** How many entries are before `id`, counted no further than `limit`. */
  countBefore(stream: Stream, id: StreamId, limit: number): number {
    let count = 0;
    let chunk = stream.length > 0 ? this.chunks.first(stream) : null;
    while (chunk && count < limit) {
      const here = indexFrom(chunk, id);
      count += here;
      if (here < chunk.entries.length) break;
      chunk = this.chunks.after(stream, chunk);
    }
    return Math.min(count, limit);
  }

  /** All groups of a stream. */
  groupsOf(stream: Stream): Map<string, Group> {
    stream.groups ??= this.groups.load(stream.object);
    return stream.groups;
  }

  private applyRetention(stream: Stream): void {
    const { entriesMax } = stream;
    const excess = entriesMax === null ? 0 : stream.length - entriesMax;
    // A whole chunk at a time is cheaper than an entry at each append.
    if (entriesMax !== null && excess > Math.min(100, entriesMax / 10))
      this.removeFirst(stream, Math.min(excess, STREAM_LIMITS.retentionSlice));
    if (stream.due !== null && stream.due <= this.keyspace.now()) this.removeOld(stream);
  }

  /** Some of what is too old or too much; true when nothing of it is left. */
  private removeOld(stream: Stream): boolean {
    const { retainMs, entriesMax } = stream;
    const slice = STREAM_LIMITS.retentionSlice;
    let count = entriesMax === null ? 0 : Math.min(Math.max(0, stream.length - entriesMax), slice);
    if (retainMs !== null) count = Math.max(count, this.countBefore(stream, idAt(this.keyspace.now() - retainMs), slice));
    this.removeFirst(stream, count);
    this.changeAccount(stream);
    return count < slice;
  }

  private tidy(): void {
    const now = this.keyspace.now();
    if (this.dueAt() > now) return;
    const due = this.keyspace.db.all<{ object: number }>("SELECT object FROM streams WHERE due <= ? LIMIT ?", [
      now,
      STREAM_LIMITS.retentionStreams,
    ]);
    for (const { object } of due) this.removeOld(this.open(object));
    this.nextDue = null;
  }

  private dueAt(): number {
    this.nextDue ??=
      rounded(
        this.keyspace.db.get<{ due: number | bigint | null }>("SELECT min(due) AS due FROM streams WHERE due IS NOT NULL")?.due ?? null,
      ) ?? Number.POSITIVE_INFINITY;
    return this.nextDue;
  }

  private keep(stream: Stream): void {
    if (this.known.size >= STREAM_LIMITS.keptMax) {
      for (const [object, old] of this.known) {
        if (this.changed.has(old)) continue;
        this.known.delete(object);
        if (this.known.size < STREAM_LIMITS.keptMax / 2) break;
      }
    }
    this.known.set(stream.object, stream);
  }

  private load(object: number): Stream {
    const row = this.keyspace.db.get<StreamRow>("SELECT * FROM streams WHERE object = ?", [object]);
    if (!row) throw new Error(`stream ${object} has no row`);
    const base = row.number * PLACES;
    const end = this.keyspace.db.get<ChunkRow>("SELECT * FROM chunks WHERE place >= ? AND place < ? ORDER BY place DESC LIMIT 1", [
      base,
      base + PLACES,
    ]);
    // An append writes its chunk only, which then knows better.
    const newest = end && end.revision > row.revision ? end : row;
    return {
      ...{ object, base, revision: newest.revision, length: newest.length, added: newest.added, last: latin1Of(newest.last) },
      ...{
        deleted: latin1Of(row.deleted),
        retainMs: rounded(row.retain),
        entriesMax: rounded(row.entries_max),
        due: rounded(row.due),
        first: null,
      },
      ...{ nextPlace: (end?.place ?? base - 1) + 1, tail: end ? decodeChunk(end.place, end.entries) : null, hint: null },
      ...{ changed: new Set<Chunk>(), isAccountChanged: false, groups: null },
    };
  }

  private cut(stream: Stream, chunk: Chunk, from: number, count: number): void {
    this.changeAccount(stream);
    this.chunks.cut(stream, chunk, from, count);
  }

  private flush(): void {
    for (const stream of this.changed) {
      this.chunks.flush(stream);
      if (stream.isAccountChanged) this.writeAccount(stream);
      if (stream.groups) this.groups.flush(stream.object, stream.groups);
    }
    this.changed.clear();
  }

  private writeAccount(stream: Stream): void {
    const { object, base, revision, length, added, last, deleted, retainMs, entriesMax } = stream;
    const before = stream.due;
    const first = retainMs === null ? null : this.firstId(stream);
    stream.due = first === null || retainMs === null ? null : msOf(first) + retainMs + 1;
    if (entriesMax !== null && length - entriesMax > STREAM_LIMITS.retentionSlice) stream.due = 0;
    if (stream.due !== before) this.nextDue = null;
    this.keyspace.run(
      "INSERT OR REPLACE INTO streams (object, number, revision, length, added, last, deleted, retain, entries_max, due) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
      [object, base / PLACES, revision, length, added, bytesOf(last), bytesOf(deleted), retainMs, entriesMax, stream.due],
    );
    stream.isAccountChanged = false;
  }

  private forget(): void {
    this.known.clear();
    this.changed.clear();
    this.chunks.forget();
    this.nextNumber = null;
    this.nextDue = null;
  }
}

function idAt(ms: number): StreamId {
  return ms <= 0 ? MIN_ID : makeId(ms, 0);
}

const BY_PLACE = `place BETWEEN (SELECT number FROM streams WHERE object = ?1) * ${PLACES} AND (SELECT number FROM streams WHERE object = ?1) * ${PLACES} + ${PLACES - 1}`;

removeWith(STREAM, [
  { name: "chunks", key: "place", by: BY_PLACE },
  { name: "pending", key: "group_id, id" },
  { name: "consumers", key: "group_id, id" },
  { name: "stream_groups", key: "id" },
  { name: "published", key: "number" },
  { name: "streams", key: "object" },
]);

/** What clients choose may be beyond 2^53 and comes as a bigint then, with which nothing can be reckoned. */
function rounded(value: number | bigint | null): number | null {
  return value === null ? null : Number(value);
}
