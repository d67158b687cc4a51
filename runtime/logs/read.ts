/** Reads logs as `ghost logs` shows them: several streams merged by time, straight from the files, with or without a daemon. */
import { dirname } from "node:path";
import { mergeByTime } from "../../core/logs/merge.ts";
import type { LogRecord } from "../../core/logs/record.ts";
import { READ_BYTES } from "./reading/bytes.ts";
import { Changes } from "./reading/changes.ts";
import { HoldBack } from "./reading/hold-back.ts";
import { OpenFiles } from "./reading/open-files.ts";
import { type ReaderOptions, type StreamPlace, StreamReader } from "./reading/stream-reader.ts";

/** Log files that one reading keeps open, each with its index: however many streams it reads. */
const OPEN_FILES_MAX = 128;
/** What all streams together hold in buffers, and take in before others have their turn; each gets its share, but enough for a line of usual length. */
const STEPS_BYTES = 32 * 1024 * 1024;
const TURNS_BYTES = 64 * 1024 * 1024;
const STEP_BYTES_MIN = 16 * 1024;
const TURN_BYTES_MAX = 4 * 1024 * 1024;

export type { LogGap, LogLine, LogRecord } from "../../core/logs/record.ts";
/** One stream: whose it is, and the absolute path of its live file, which need not exist. */
export type LogSource = StreamPlace;

/** Says which lines are wanted; `core/health/pattern.ts` makes one that no line can keep busy. */
export interface LineFilter {
  matches(line: string): boolean;
}

export interface ReadLogsOptions {
  readonly streams: readonly LogSource[];
  /** Only the last so many records of all streams together; absent: all. */
  readonly lines?: number;
  /** Only lines that arrived then or later. */
  readonly since?: Date;
  /** Only lines that match; gaps are always shown. */
  readonly grep?: LineFilter;
  /** Goes on with what comes, until this is aborted; after that one looks once more. */
  readonly follow?: AbortSignal;
  /** Whoever is behind a flood then is given all that was written before the abort, however long that takes. */
  readonly toTheEnd?: boolean;
}

/**
 * The records of `streams` by their time. A last line without an end is given, except while following. Lines over 64 KiB
 * come in pieces. Throws GhostError when a file cannot be read; files that do not exist are no error.
 */
export async function* readLogs(options: ReadLogsOptions): AsyncGenerator<LogRecord> {
  const { grep, streams } = options;
  const reading: ReaderOptions = {
    matches: (line) => grep?.matches(line) ?? true,
    files: new OpenFiles(OPEN_FILES_MAX),
    stepBytes: shareOf(STEPS_BYTES, streams.length, STEP_BYTES_MIN, READ_BYTES),
    turnBytes: shareOf(TURNS_BYTES, streams.length, STEP_BYTES_MIN, TURN_BYTES_MAX),
  };
  const readers = streams.map((stream) => new StreamReader(stream, reading));
  try {
    for await (const batch of pastOf(readers, options)) yield* batch;
    if (options.follow) yield* following(readers, options, options.follow);
  } finally {
    await Promise.all(readers.map((reader) => reader.close()));
  }
}

/** What each of `count` gets of a whole, within limits. */
function shareOf(whole: number, count: number, least: number, most: number): number {
  return Math.max(least, Math.min(most, Math.floor(whole / Math.max(1, count))));
}

async function* pastOf(
  readers: readonly StreamReader[],
  { lines, since, grep, follow }: ReadLogsOptions,
): AsyncGenerator<readonly LogRecord[]> {
  // With a pattern it is not known how far back the last matching lines are.
  const past = { lines: grep ? undefined : lines, since };
  const merged = mergeByTime(readers.map((reader) => reader.past(past, follow !== undefined)));
  if (lines === undefined) return yield* merged;
  yield await lastOf(merged, lines);
}

/** The last `count` records; holds at most twice as many and one batch. */
async function lastOf(batches: AsyncIterable<readonly LogRecord[]>, count: number): Promise<readonly LogRecord[]> {
  let last: LogRecord[] = [];
  for await (const batch of batches) {
    for (const record of batch) last.push(record);
    if (last.length > 2 * count) last = last.slice(last.length - count);
  }
  return last.slice(Math.max(0, last.length - count));
}

async function* following(
  readers: readonly StreamReader[],
  { streams, toTheEnd }: ReadLogsOptions,
  signal: AbortSignal,
): AsyncGenerator<LogRecord> {
  const changes = new Changes(streams.map((stream) => dirname(stream.file)));
  const heldBack = readers.map(() => new HoldBack());
  let endMs: number | null = null;
  try {
    for (;;) {
      // The last look comes after the word to end: what was written before it is given.
      if (signal.aborted) endMs ??= Date.now();
      const beganMs = signal.aborted || readers.length === 1 ? Number.POSITIVE_INFINITY : Date.now();
      const batches = await Promise.all(readers.map((reader) => reader.more()));
      const records = batches.map((batch, index) => [(heldBack[index] as HoldBack).take(batch, beganMs)]);
      let found = heldBack.some(({ isHolding }) => isHolding);
      let behind = false;
      for await (const batch of mergeByTime(records.map(toAsync))) {
        found ||= batch.length > 0;
        behind ||= endMs !== null && batch.some(({ time }) => time !== null && time.getTime() <= (endMs ?? 0));
        yield* batch;
      }
      if (endMs !== null && !(toTheEnd && behind)) return;
      await changes.next(found, signal);
    }
  } finally {
    changes.close();
  }
}

async function* toAsync<T>(items: readonly T[]): AsyncGenerator<T> {
  yield* items;
}
