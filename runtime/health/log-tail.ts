/** Follows one log file across rotations without keeping it open between two looks. */
import { statSync } from "node:fs";
import { LineCutter } from "../../core/logs/lines.ts";
import { indexPath, inodeOf } from "../logs/file-set.ts";
import { READ_BYTES, readBytes } from "../logs/reading/bytes.ts";
import { FileIndex } from "../logs/reading/file-index.ts";
import { OpenFiles } from "../logs/reading/open-files.ts";
import { openSegment, openSegments, type Segment, SegmentGone } from "../logs/reading/segments.ts";
import { startSince } from "../logs/reading/start.ts";

/** A place in a stream's files. `inode` is null where there is no file yet: all that comes is new. */
export interface LogPlace {
  readonly inode: number | null;
  /** The number of the file in its stream, which stays when it is compressed; null: it has no index. */
  readonly sequence: number | null;
  readonly offset: number;
}

/** The end of the live file as it is now. */
export function endOfLog(file: string): LogPlace {
  const stats = statSync(file, { throwIfNoEntry: false });
  if (!stats) return { inode: null, sequence: null, offset: 0 };
  const index = FileIndex.open(indexPath(file, 0));
  index?.park();
  return { inode: stats.ino, sequence: index?.sequence ?? null, offset: stats.size };
}

/** Files of one log that one look has open at a time, after a rotation. */
const OPEN_FILES_MAX = 32;

const NOTHING = { lines: [], more: false } as const;

/** Reads what was added to a log, in turns of at most `READ_BYTES`. */
export class LogTail {
  readonly #file: string;
  readonly #files = new OpenFiles(OPEN_FILES_MAX);
  #place: LogPlace | { readonly sinceMs: number };
  #cutter = new LineCutter(0);
  readonly #decoder = new TextDecoder("utf-8", { ignoreBOM: true });

  /** Begins at a place, or with the first line that arrived at a time. */
  constructor(file: string, start: LogPlace | { readonly sinceMs: number }) {
    this.#file = file;
    this.#place = start;
  }

  /** The lines that came since the last call, as far as one turn goes. `more`: there is more to read at once. */
  async read(): Promise<{ readonly lines: readonly string[]; readonly more: boolean }> {
    if (this.#isUnchanged()) return NOTHING;
    const segments = await this.#openRest();
    const lines: string[] = [];
    let left = READ_BYTES;
    try {
      for (const [i, segment] of segments.entries()) {
        left -= await this.#readOne(segment, left, lines);
        if (left <= 0) return { lines, more: true };
        if (i < segments.length - 1) this.#beginAt(segments[i + 1] as Segment, 0);
      }
      return { lines, more: false };
    } catch (error) {
      if (!(error instanceof SegmentGone)) throw error;
      // Rotated away under our hands: the next look goes on with what came after it.
      return { lines, more: true };
    } finally {
      await Promise.all(segments.map((segment) => segment.close()));
    }
  }

  /** By far the most frequent case: nothing was rotated, and nothing was written. */
  #isUnchanged(): boolean {
    const place = this.#place;
    if (!("inode" in place)) return false;
    const stats = statSync(this.#file, { throwIfNoEntry: false });
    return stats === undefined ? place.inode === null : stats.ino === place.inode && stats.size === place.offset;
  }

  /** The file of the place that was read to, and what came after it, the oldest first; opened. */
  async #openRest(): Promise<Segment[]> {
    const place = this.#place;
    if ("inode" in place && place.inode !== null && inodeOf(this.#file, 0) === place.inode) {
      const live = await openSegment(this.#file, 0, this.#files);
      if (live && isSame(live, place)) return [await this.#rewound(live, place)];
      if (live) await live.close();
    }
    return this.#skipRead(await openSegments(this.#file, this.#files));
  }

  /** Of all segments those that are not read yet. */
  async #skipRead(segments: Segment[]): Promise<Segment[]> {
    const place = this.#place;
    if ("sinceMs" in place) return this.#skipOlder(segments, place.sinceMs);
    const at = segments.findIndex((segment) => isSame(segment, place));
    // One that is gone was rotated away: the next is the first with a higher number; without numbers the live one has to do.
    const next = segments.findIndex(({ index }) => index !== null && place.sequence !== null && index.sequence > place.sequence);
    const from = at !== -1 ? at : place.inode === null ? 0 : next !== -1 ? next : segments.length - 1;
    const rest = await drop(segments, from);
    if (rest[0] && at === -1) this.#beginAt(rest[0], 0);
    return rest;
  }

  async #skipOlder(segments: Segment[], sinceMs: number): Promise<Segment[]> {
    const start = await startSince(segments, new Date(sinceMs));
    // Nothing came since: what comes will be at the end of the last.
    const at = Math.min(start.segment, segments.length - 1);
    const rest = await drop(segments, at);
    if (rest[0]) this.#beginAt(rest[0], start.segment === at ? start.offset : rest[0].bytes);
    return rest;
  }

  /** A file that became shorter is read from its beginning. */
  async #rewound(live: Segment, { offset }: LogPlace): Promise<Segment> {
    if (live.bytes < offset) this.#beginAt(live, 0);
    return live;
  }

  async #readOne(segment: Segment, limit: number, lines: string[]): Promise<number> {
    const { offset } = this.#place as LogPlace;
    const source = readBytes(segment, { position: offset, end: segment.gzip ? undefined : offset + limit });
    let bytes = 0;
    for (let chunk = await source.next(); chunk; chunk = bytes < limit ? await source.next() : null) {
      bytes += chunk.length;
      for (const line of this.#cutter.push(chunk)) lines.push(this.#decoder.decode(line.bytes));
    }
    this.#place = { inode: segment.inode, sequence: segment.index?.sequence ?? null, offset: offset + bytes };
    return bytes;
  }

  #beginAt(segment: Segment, offset: number): void {
    this.#place = { inode: segment.inode, sequence: segment.index?.sequence ?? null, offset };
    this.#cutter = new LineCutter(offset);
  }
}

/** Inodes are given out again soon: where both have a sequence number, that decides. */
function isSame({ inode, index }: Segment, place: LogPlace): boolean {
  return index !== null && place.sequence !== null ? index.sequence === place.sequence : inode === place.inode;
}

/** Closes the first `count` segments and gives the others. */
async function drop(segments: readonly Segment[], count: number): Promise<Segment[]> {
  await Promise.all(segments.slice(0, Math.max(0, count)).map((segment) => segment.close()));
  return segments.slice(Math.max(0, count));
}
