import { Heap } from "./heap.ts";

/** What is merged: anything with a time that may be unknown. */
export interface Timed {
  readonly time: Date | null;
}

interface Cursor<T> {
  /** Its place among the streams. */
  readonly number: number;
  readonly iterator: AsyncIterator<readonly T[]>;
  batch: readonly T[];
  next: number;
  /** The time of the next item, or of the one before where it has none, so that a stream keeps its own order. */
  timeMs: number;
}

/**
 * Merges streams, each in its own order already, by time. Items without a time follow the one before them in their
 * stream; of equal times the earlier stream comes first. Takes and gives batches, because a promise for each line would
 * cost more than the line. Holds one batch of each stream; an item costs the logarithm of the number of streams.
 */
export async function* mergeByTime<T extends Timed>(sources: readonly AsyncIterable<readonly T[]>[]): AsyncGenerator<readonly T[]> {
  const cursors: Cursor<T>[] = sources.map((source, number) => ({
    number,
    iterator: source[Symbol.asyncIterator](),
    batch: [],
    next: 0,
    timeMs: Number.NEGATIVE_INFINITY,
  }));
  try {
    await Promise.all(cursors.map(refill));
    const open = new Heap<Cursor<T>>(cursors.filter(hasNext), isEarlier);
    for (let first = open.first; first; first = open.first) {
      yield open.size === 1 ? takeAll(first) : takeUntilDry(open);
      // Whoever has run dry was the earliest, and is the first still.
      const dry = open.first as Cursor<T>;
      await refill(dry);
      if (hasNext(dry)) open.firstChanged();
      else open.removeFirst();
    }
  } finally {
    await Promise.all(cursors.map((cursor) => cursor.iterator.return?.()));
  }
}

/** Merges until the earliest cursor has run dry: only what it brings next tells how to go on. */
function takeUntilDry<T extends Timed>(open: Heap<Cursor<T>>): readonly T[] {
  const taken: T[] = [];
  for (;;) {
    const earliest = open.first as Cursor<T>;
    taken.push(earliest.batch[earliest.next] as T);
    earliest.next++;
    if (!hasNext(earliest)) return taken;
    readTime(earliest);
    open.firstChanged();
  }
}

function isEarlier<T>(one: Cursor<T>, other: Cursor<T>): boolean {
  return one.timeMs < other.timeMs || (one.timeMs === other.timeMs && one.number < other.number);
}

function takeAll<T>(cursor: Cursor<T>): readonly T[] {
  const rest = cursor.batch.slice(cursor.next);
  cursor.next = cursor.batch.length;
  return rest;
}

async function refill<T extends Timed>(cursor: Cursor<T>): Promise<void> {
  do {
    const result = await cursor.iterator.next();
    cursor.batch = result.done ? [] : result.value;
    cursor.next = 0;
    if (result.done) return;
  } while (cursor.batch.length === 0);
  readTime(cursor);
}

function readTime<T extends Timed>(cursor: Cursor<T>): void {
  cursor.timeMs = cursor.batch[cursor.next]?.time?.getTime() ?? cursor.timeMs;
}

function hasNext<T>(cursor: Cursor<T>): boolean {
  return cursor.next < cursor.batch.length;
}
