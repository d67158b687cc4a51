/** Reads one stream: what is there, and then, if asked, what comes. */
import { LineCutter } from "../../../core/logs/lines.ts";
import type { LogGap, LogOrigin, LogRecord } from "../../../core/logs/record.ts";
import { type ByteSource, readBytes } from "./bytes.ts";
import { IndexCursor } from "./index-cursor.ts";
import { closeSegment, inodeAt, openSegments, type Segment, withIndex } from "./segments.ts";
import { BEGINNING, later, type Start, startOfLast, startSince } from "./start.ts";
import { findSuccessor } from "./successor.ts";

/** Bytes of one stream that one `more` reads at most, so that no stream keeps the others waiting. */
const TURN_BYTES = 4 * 1024 * 1024;

export interface StreamPlace extends LogOrigin {
  /** Absolute path of the live file. */
  readonly file: string;
}

/** What of the past is wanted: all, the last lines, what came since, or both. */
export interface Past {
  readonly lines: number | undefined;
  readonly since: Date | undefined;
}

interface Reading {
  segment: Segment;
  /** Whether the index was looked for once there were bytes. */
  sought: boolean;
  readonly bytes: ByteSource;
  cutter: LineCutter;
  cursor: IndexCursor | null;
  skipsLine: boolean;
}

export class StreamReader {
  readonly #place: StreamPlace;
  readonly #matches: (line: string) => boolean;
  readonly #decoder = new TextDecoder("utf-8", { ignoreBOM: true });
  #segments: Segment[] = [];
  #reading: Reading | null = null;

  constructor(place: StreamPlace, matches: (line: string) => boolean) {
    this.#place = place;
    this.#matches = matches;
  }

  /** What is there now, from where `past` says. With `goesOn`, an unfinished last line is left to `more`. */
  async *past(past: Past, goesOn: boolean): AsyncGenerator<readonly LogRecord[]> {
    this.#segments = await openSegments(this.#place.file);
    const start = await this.#start(past);
    const live = this.#segments.length - 1;
    const first = goesOn ? Math.max(0, Math.min(start.segment, live)) : start.segment;
    for (let i = first; i <= live; i++) {
      const segment = this.#segments[i] as Segment;
      // Where nothing of the past is wanted, what comes later still is.
      const from = i === start.segment ? start : i > start.segment ? BEGINNING : { ...BEGINNING, offset: segment.bytes };
      yield* this.#readAll(segment, from, goesOn && i === live);
    }
  }

  /** What has come since the last call; empty when nothing has. */
  async more(): Promise<readonly LogRecord[]> {
    const records: LogRecord[] = [];
    for (let left = TURN_BYTES; left > 0; ) {
      const bytes = await this.#reading?.bytes.next();
      if (bytes) {
        left -= bytes.length;
        await this.#seekIndex();
        this.#cut(bytes, records);
      } else if (!(await this.#moveOn(records))) break;
    }
    return records;
  }

  async close(): Promise<void> {
    await Promise.all(this.#segments.map(closeSegment));
    this.#segments = [];
  }

  async #start({ lines, since }: Past): Promise<Start> {
    const bySince = since === undefined ? BEGINNING : startSince(this.#segments, since);
    return lines === undefined ? bySince : later(bySince, await startOfLast(this.#segments, lines));
  }

  async *#readAll(segment: Segment, start: Start, goesOn: boolean): AsyncGenerator<readonly LogRecord[]> {
    this.#begin(segment, start, segment.bytes);
    for (;;) {
      const bytes = await this.#reading?.bytes.next();
      if (!bytes) break;
      const records: LogRecord[] = [];
      this.#cut(bytes, records);
      yield records;
    }
    const last: LogRecord[] = [];
    if (!goesOn) this.#finish(last);
    // The cutter keeps the unfinished line; only the limit of what is read goes.
    else if (!segment.gzip) this.#reading = { ...(this.#reading as Reading), bytes: readBytes(segment, segment.bytes) };
    yield last;
  }

  #begin(segment: Segment, { offset, skipsLine }: Start, end?: number): void {
    // One byte earlier: if that one is a line's end, nothing but an empty line is skipped.
    const from = skipsLine ? offset - 1 : offset;
    const cursor = segment.index ? new IndexCursor(segment.index, from) : null;
    this.#reading = {
      segment,
      sought: segment.index !== null,
      bytes: readBytes(segment, from, segment.gzip ? undefined : end),
      cutter: new LineCutter(from),
      cursor,
      skipsLine,
    };
  }

  /** A file that is met as it is made may have no index yet; when it has its first bytes, it has. */
  async #seekIndex(): Promise<void> {
    const reading = this.#reading;
    if (!reading || reading.sought) return;
    reading.sought = true;
    const segment = await withIndex(this.#place.file, reading.segment);
    this.#segments = this.#segments.map((each) => (each === reading.segment ? segment : each));
    reading.segment = segment;
    reading.cursor = segment.index ? new IndexCursor(segment.index, reading.cutter.lineStart) : null;
  }

  #cut(bytes: Uint8Array, into: LogRecord[]): void {
    const reading = this.#reading as Reading;
    // Records are written before the bytes they speak of: after reading, they are all there.
    reading.segment.index?.refresh();
    for (const line of reading.cutter.push(bytes)) this.#give(reading, line, into);
  }

  #give(reading: Reading, line: { readonly offset: number; readonly bytes: Uint8Array }, into: LogRecord[]): void {
    this.#giveGaps(reading, line.offset, into);
    if (reading.skipsLine) {
      reading.skipsLine = false;
      return;
    }
    const text = this.#decoder.decode(line.bytes);
    if (this.#matches(text)) into.push({ ...this.#origin(), time: reading.cursor?.time ?? null, line: text });
  }

  #giveGaps(reading: Reading, offset: number, into: LogRecord[]): void {
    for (const { time, droppedBytes } of reading.cursor?.advance(offset) ?? [])
      into.push(this.#gap(time, { droppedBytes, reason: "disk-full" }));
  }

  /** The end of a file that gets no more: its last line, even without an end, and a gap behind it. */
  #finish(into: LogRecord[]): void {
    const reading = this.#reading;
    const rest = reading?.cutter.rest();
    if (reading && rest) this.#give(reading, rest, into);
    if (reading) this.#giveGaps(reading, reading.bytes.position, into);
  }

  /** At the end of what is there: was the file emptied, or another one begun? True when there may be more to read. */
  async #moveOn(into: LogRecord[]): Promise<boolean> {
    const reading = this.#reading;
    if (!reading) return this.#beginNew();
    if (!reading.segment.gzip) {
      const { size } = await reading.segment.handle.stat();
      if (size < reading.bytes.position) return this.#rewind(reading, size);
      if ((await inodeAt(this.#place.file)) === reading.segment.inode) return this.#giveTrailingGaps(reading, into);
      // It may have grown between the last read and the rename.
      if ((await reading.segment.handle.stat()).size > reading.bytes.position) return true;
    }
    const successor = await findSuccessor(this.#place.file, reading.segment);
    if (!successor) return false;
    this.#finish(into);
    if (successor.missed) into.push(this.#gap(null, { droppedBytes: null, reason: "rotated-away" }));
    await this.#changeTo(successor.segment);
    return true;
  }

  async #beginNew(): Promise<boolean> {
    const segments = await openSegments(this.#place.file);
    const [oldest, ...newer] = segments;
    await Promise.all(newer.map(closeSegment));
    if (oldest) await this.#changeTo(oldest);
    return oldest !== undefined;
  }

  async #changeTo(segment: Segment): Promise<void> {
    await this.close();
    this.#segments = [segment];
    this.#begin(segment, BEGINNING);
  }

  /** A gap is told although no line has come after it. */
  #giveTrailingGaps(reading: Reading, into: LogRecord[]): false {
    reading.segment.index?.refresh();
    if (reading.cutter.lineStart === reading.bytes.position) this.#giveGaps(reading, reading.bytes.position, into);
    return false;
  }

  /** The file became shorter: an unfinished line was cut off, or all of it. */
  async #rewind(reading: Reading, size: number): Promise<boolean> {
    const from = size >= reading.cutter.lineStart ? reading.cutter.lineStart : 0;
    reading.bytes.seek(from);
    reading.cutter = new LineCutter(from);
    reading.segment.index?.refresh();
    reading.cursor = reading.segment.index ? new IndexCursor(reading.segment.index, from) : null;
    return size > from;
  }

  #gap(time: Date | null, gap: LogGap["gap"]): LogGap {
    return { ...this.#origin(), time, gap };
  }

  #origin(): LogOrigin {
    const { project, name, instance, stream } = this.#place;
    return { project, name, instance, stream };
  }
}
