/** The chunks of streams: where an entry is or would be, and writing those that changed. What was read last stays in memory. */
import { LRUCache } from "lru-cache";
import type { SqlValue } from "../../storage/sqlite/open.ts";
import { bytesOf } from "../server/arguments.ts";
import type { Keyspace } from "./keyspace.ts";
import type { ChunkRow, Stream } from "./stream.ts";
import { type Chunk, cut, decodeChunk, encodeChunk, firstOf, lastOf } from "./stream-chunks.ts";
import type { StreamId } from "./stream-id.ts";

export const CHUNK_LIMITS = {
  /** Chunks kept in memory, besides the last one of each stream. */
  chunksMax: 2000,
  chunkBytesMax: 16 * 1024 * 1024,
} as const;

export class ChunkStore {
  private readonly keyspace: Keyspace;
  private readonly chunks = new LRUCache<number, Chunk>({
    max: CHUNK_LIMITS.chunksMax,
    maxSize: CHUNK_LIMITS.chunkBytesMax,
    sizeCalculation: ({ bytes }) => bytes + 1,
  });

  constructor(keyspace: Keyspace) {
    this.keyspace = keyspace;
  }

  /** A chunk that is the last one of its stream no more stays in memory for a while. */
  keep(chunk: Chunk): void {
    chunk.image = null;
    this.chunks.set(chunk.place, chunk);
  }

  /** What is in the file holds. */
  forget(): void {
    this.chunks.clear();
  }

  /** Removes entries of a chunk, and the chunk with the last of them. */
  cut(stream: Stream, chunk: Chunk, from: number, count: number): void {
    if (stream.hint !== chunk) stream.hint = null;
    cut(chunk, from, count);
    stream.length -= count;
    stream.first = null;
    if (chunk.entries.length > 0) stream.changed.add(chunk);
    else this.drop(stream, chunk);
  }

  private drop(stream: Stream, chunk: Chunk): void {
    stream.changed.delete(chunk);
    this.chunks.delete(chunk.place);
    if (stream.hint === chunk) stream.hint = null;
    this.keyspace.run("DELETE FROM chunks WHERE place = ?", [chunk.place]);
    if (stream.tail !== chunk) return;
    this.write(stream);
    stream.tail = this.read(stream, "SELECT place, entries FROM chunks WHERE place >= ? AND place < ? ORDER BY place DESC LIMIT 1", [
      stream.base,
      chunk.place,
    ]);
  }

  /** The oldest chunk. */
  first(stream: Stream): Chunk | null {
    return this.after(stream, null);
  }

  /** The chunk in which `id` is or would be, or the next one; null: all are before it. */
  from(stream: Stream, id: StreamId): Chunk | null {
    const { tail, hint } = stream;
    if (!tail || id > lastOf(tail)) return null;
    if (id >= firstOf(tail)) return tail;
    if (hint && hint.entries.length > 0 && id >= firstOf(hint)) {
      if (id <= lastOf(hint)) return hint;
      const next = this.after(stream, hint) as Chunk;
      if (id <= lastOf(next)) return next;
    }
    return (stream.hint = this.search(stream, id));
  }

  private search(stream: Stream, id: StreamId): Chunk {
    const first = this.first(stream) as Chunk;
    if (id <= lastOf(first)) return first;
    let low = first.place + 1;
    let high = (stream.tail as Chunk).place;
    let best: Chunk | null = stream.tail;
    while (low < high) {
      const middle = Math.floor((low + high) / 2);
      const chunk = this.at(stream, middle, high);
      if (!chunk) high = middle;
      else if (lastOf(chunk) >= id) {
        best = chunk;
        high = middle;
      } else low = chunk.place + 1;
    }
    return best as Chunk;
  }

  /** The chunk after another one; null: the oldest. */
  after(stream: Stream, chunk: Chunk | null): Chunk | null {
    const { tail } = stream;
    if (!tail || chunk === tail) return null;
    const next = this.at(stream, chunk ? chunk.place + 1 : stream.base, tail.place) ?? tail;
    stream.hint = next;
    return next;
  }

  /** The chunk before another one. */
  before(stream: Stream, chunk: Chunk): Chunk | null {
    const cached = this.chunks.get(chunk.place - 1);
    if (cached && chunk.place > stream.base) return cached;
    this.writeRest(stream);
    return this.read(stream, "SELECT place, entries FROM chunks WHERE place >= ? AND place < ? ORDER BY place DESC LIMIT 1", [
      stream.base,
      chunk.place,
    ]);
  }

  /** The first chunk at or after a place and before another one. */
  private at(stream: Stream, place: number, before: number): Chunk | null {
    if (place >= before) return null;
    const cached = this.chunks.get(place);
    if (cached) return cached;
    this.writeRest(stream);
    return this.read(stream, "SELECT place, entries FROM chunks WHERE place >= ? AND place < ? ORDER BY place LIMIT 1", [place, before]);
  }

  private read(stream: Stream, sql: string, places: [number, number]): Chunk | null {
    const row = this.keyspace.db.get<ChunkRow>(sql, places);
    if (!row) return null;
    if (row.place === stream.tail?.place) return stream.tail;
    const cached = this.chunks.get(row.place);
    if (cached) return cached;
    const chunk = decodeChunk(row.place, row.entries);
    this.chunks.set(chunk.place, chunk);
    return chunk;
  }

  /** What is read from the table must be there: all that changed but the last chunk. */
  private writeRest(stream: Stream): void {
    if (stream.changed.size > 1 || (stream.changed.size === 1 && !stream.changed.has(stream.tail as Chunk))) this.write(stream);
  }

  /** Writes the chunks that changed, so that they can be read from the table. */
  write(stream: Stream): void {
    this.writeChanged(stream, (sql, values) => this.keyspace.run(sql, values));
  }

  /** The same at the end of a turn. */
  flush(stream: Stream): void {
    this.writeChanged(stream, (sql, values) => this.keyspace.runLast(sql, values));
  }

  private writeChanged(stream: Stream, run: (sql: string, values: SqlValue[]) => void): void {
    const { changed, length, added } = stream;
    if (changed.size === 0) return;
    const revision = ++stream.revision;
    for (const chunk of changed)
      run("INSERT OR REPLACE INTO chunks (place, revision, length, added, last, entries) VALUES (?, ?, ?, ?, ?, ?)", [
        ...[chunk.place, revision, length, added],
        ...[bytesOf(lastOf(chunk)), encodeChunk(chunk)],
      ]);
    changed.clear();
  }
}
