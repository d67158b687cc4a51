/** What is merged: anything with a time that may be unknown. */
export interface Timed {
  readonly time: Date | null;
}

interface Cursor<T> {
  readonly iterator: AsyncIterator<readonly T[]>;
  batch: readonly T[];
  next: number;
  /** The time of the next item, or of the one before where it has none, so that a stream keeps its own order. */
  timeMs: number;
}

/**
 * Merges streams, each in its own order already, by time. Items without a time follow the one before them in their
 * stream; of equal times the earlier stream comes first. Takes and gives batches, because a promise for each line would
 * cost more than the line. Holds one batch of each stream.
 */
export async function* mergeByTime<T extends Timed>(sources: readonly AsyncIterable<readonly T[]>[]): AsyncGenerator<readonly T[]> {
  const cursors: Cursor<T>[] = sources.map((source) => ({
    iterator: source[Symbol.asyncIterator](),
    batch: [],
    next: 0,
    timeMs: Number.NEGATIVE_INFINITY,
  }));
  try {
    await Promise.all(cursors.map(refill));
    let open = cursors.filter(hasNext);
    while (open.length > 0) {
      yield takeWhileAllHaveNext(open);
      await Promise.all(open.filter((cursor) => !hasNext(cursor)).map(refill));
      open = open.filter(hasNext);
    }
  } finally {
    await Promise.all(cursors.map((cursor) => cursor.iterator.return?.()));
  }
}

/** Merges until one of the cursors has run dry: only then is an earlier item still to come. */
function takeWhileAllHaveNext<T extends Timed>(cursors: readonly Cursor<T>[]): readonly T[] {
  const [only] = cursors;
  if (only && cursors.length === 1) return takeAll(only);
  const taken: T[] = [];
  for (;;) {
    const earliest = cursors.reduce((best, cursor) => (cursor.timeMs < best.timeMs ? cursor : best));
    taken.push(earliest.batch[earliest.next] as T);
    earliest.next++;
    if (!hasNext(earliest)) return taken;
    readTime(earliest);
  }
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
