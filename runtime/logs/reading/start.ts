/** Where to begin reading a stream, so that no more is read than asked for. */
import { offsetSince } from "../../../core/logs/index-format.ts";
import { READ_BYTES, readBytes } from "./bytes.ts";
import { type Segment, SegmentGone } from "./segments.ts";

const NEWLINE = 10;
/** A file's time of change may lie this far behind the clock, in milliseconds: systems round it, the coarsest to 2 s. */
const CHANGE_SLACK_MS = 2_000;

/** A place in a stream's segments. */
export interface Start {
  /** Which segment; their number means: after all of them. */
  readonly segment: number;
  readonly offset: number;
  /** True when `offset` may stand inside a line, which is then left out. */
  readonly skipsLine: boolean;
}

/** The first byte of all. */
export const BEGINNING: Start = { segment: 0, offset: 0, skipsLine: false };

/** The later of two places. */
export function later(one: Start, other: Start): Start {
  if (one.segment !== other.segment) return one.segment > other.segment ? one : other;
  return one.offset >= other.offset ? one : other;
}

/** The first whole line that arrived at `since` or later. Files without an index count as a whole, by their last change. */
export async function startSince(segments: readonly Segment[], since: Date): Promise<Start> {
  for (const [i, segment] of segments.entries()) {
    const { changed, index } = segment;
    if (changed.getTime() + CHANGE_SLACK_MS < since.getTime()) continue;
    if (!index) return { segment: i, offset: 0, skipsLine: false };
    const offset = await unlessGone(() => segment.use(async () => offsetSince(index, since.getTime())), 0);
    if (offset !== null) return { segment: i, offset, skipsLine: offset > 0 };
  }
  return { segment: segments.length, offset: 0, skipsLine: false };
}

/** The beginning of the last `count` lines. */
export async function startOfLast(segments: readonly Segment[], count: number): Promise<Start> {
  let missing = count;
  for (let i = segments.length - 1; i >= 0 && missing > 0; i--) {
    const segment = segments[i] as Segment;
    const look = (): Promise<Found> => (segment.gzip ? lastLinesForward(segment, missing) : lastLinesBackward(segment, missing));
    // Of a file that was removed meanwhile nothing is shown, but that it is missing.
    const { offset, lines } = await unlessGone(() => segment.use(look), { offset: 0, lines: 0 });
    missing -= lines;
    if (missing <= 0) return { segment: i, offset, skipsLine: false };
  }
  return count === 0 ? { segment: segments.length, offset: 0, skipsLine: false } : BEGINNING;
}

interface Found {
  readonly offset: number;
  readonly lines: number;
}

async function unlessGone<T>(work: () => Promise<T>, otherwise: T): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof SegmentGone) return otherwise;
    throw error;
  }
}

/** Looks for line ends from the end of a plain file backwards. */
async function lastLinesBackward(segment: Segment, count: number): Promise<Found> {
  const buffer = new Uint8Array(READ_BYTES);
  let lines = 0;
  for (let end = segment.bytes; end > 0; ) {
    const start = Math.max(0, end - READ_BYTES);
    const { bytesRead } = await segment.handle.read(buffer, 0, end - start, start);
    for (let at = bytesRead; (at = buffer.lastIndexOf(NEWLINE, at - 1)) !== -1; ) {
      // The very last line end closes the last line; each one before it opens the line behind it.
      if (start + at + 1 < segment.bytes && ++lines === count) return { offset: start + at + 1, lines };
      if (at === 0) break;
    }
    end = start;
  }
  return { offset: 0, lines: lines + (segment.bytes > 0 ? 1 : 0) };
}

/** A compressed file can only be read from its start: the beginnings of its last lines are kept in a ring. */
async function lastLinesForward(segment: Segment, count: number): Promise<Found> {
  const ring: number[] = [];
  const source = readBytes(segment, { position: 0 });
  let lines = 0;
  let lineStart = 0;
  for (let bytes = await source.next(); bytes; bytes = await source.next()) {
    const base = source.position - bytes.length;
    for (let at = bytes.indexOf(NEWLINE); at !== -1; at = bytes.indexOf(NEWLINE, at + 1)) {
      ring[lines++ % count] = lineStart;
      lineStart = base + at + 1;
    }
  }
  if (source.position > lineStart) ring[lines++ % count] = lineStart;
  return lines < count ? { offset: 0, lines } : { offset: ring[lines % count] ?? 0, lines: count };
}
