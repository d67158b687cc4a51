/** Reads one stream: what is there, and then, if asked, what comes. */
import { LineCutter } from "../../../core/logs/lines.ts";
import type { LogGap, LogOrigin, LogRecord } from "../../../core/logs/record.ts";
import { type ByteSource, readBytes } from "./bytes.ts";
import { IndexCursor } from "./index-cursor.ts";
import type { OpenFiles } from "./open-files.ts";
import { inodeAt, openSegments, type Segment, SegmentGone } from "./segments.ts";
import { BEGINNING, later, type Start, startOfLast, startSince } from "./start.ts";
import { findAfterGone, findSuccessor } from "./successor.ts";

/** How a stream is read beside others. */
export interface ReaderOptions {
  readonly matches: (line: string) => boolean;
  readonly files: OpenFiles;
  /** Bytes that are read at a time. */
  readonly stepBytes: number;
  /** Bytes that one `more` reads at most, so that no stream keeps the others waiting. */
  readonly turnBytes: number;
}

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
  readonly segment: Segment;
  /** Whether the segment was compressed when `bytes` was made. */
  readonly gzip: boolean;
  readonly bytes: ByteSource;
  /** Whether the index was looked for once there were bytes. */
  sought: boolean;
  /** Rotated away while it was parked: told as a gap, and left for what came after it. */
  isGone: boolean;
  cutter: LineCutter;
  cursor: IndexCursor | null;
  skipsLine: boolean;
}

export class StreamReader {
  readonly #place: StreamPlace;
  readonly #options: ReaderOptions;
  readonly #decoder = new TextDecoder("utf-8", { ignoreBOM: true });
  #segments: Segment[] = [];
  #reading: Reading | null = null;

  constructor(place: StreamPlace, options: ReaderOptions) {
    this.#place = place;
    this.#options = options;
  }

  /** What is there now, from where `past` says. With `goesOn`, an unfinished last line is left to `more`. */
  async *past(past: Past, goesOn: boolean): AsyncGenerator<readonly LogRecord[]> {
    this.#segments = await openSegments(this.#place.file, this.#options.files);
    const start = await this.#start(past);
    const live = this.#segments.length - 1;
    const first = goesOn ? Math.max(0, Math.min(start.segment, live)) : start.segment;
    await Promise.all(this.#segments.slice(0, first).map((segment) => segment.close()));
    for (let i = first; i <= live; i++) {
      const segment = this.#segments[i] as Segment;
      // Where nothing of the past is wanted, what comes later still is.
      const from = i === start.segment ? start : i > start.segment ? BEGINNING : { ...BEGINNING, offset: segment.bytes };
      yield* this.#readAll(segment, from, goesOn && i === live);
      if (!goesOn || i < live) await segment.close();
    }
  }

  /** What has come since the last call; empty when nothing has. */
  async more(): Promise<readonly LogRecord[]> {
    const records: LogRecord[] = [];
    if (this.#reading?.segment.isUnchanged(this.#reading.bytes.position)) return records;
    for (let left = this.#options.turnBytes; left > 0; ) {
      const read = await this.#step(records);
      left -= read;
      if (read === 0 && !(await this.#moveOn(records))) break;
    }
    return records;
  }

  async close(): Promise<void> {
    await Promise.all(this.#segments.map((segment) => segment.close()));
    this.#segments = [];
  }

  async #start({ lines, since }: Past): Promise<Start> {
    const bySince = since === undefined ? BEGINNING : await startSince(this.#segments, since);
    return lines === undefined ? bySince : later(bySince, await startOfLast(this.#segments, lines));
  }

  async *#readAll(segment: Segment, start: Start, goesOn: boolean): AsyncGenerator<readonly LogRecord[]> {
    await this.#begin(segment, start, segment.bytes);
    for (;;) {
      const records: LogRecord[] = [];
      if ((await this.#step(records)) === 0) break;
      yield records;
    }
    const last: LogRecord[] = [];
    if (!goesOn) {
      await this.#finish(last);
      if (this.#reading?.isGone) last.push(this.#gap(null, { droppedBytes: null, reason: "rotated-away" }));
    }
    // The cutter keeps the unfinished line; only the limit of what is read goes.
    else if (this.#reading && !segment.gzip)
      this.#reading = { ...this.#reading, bytes: this.#bytesOf(segment, this.#reading.bytes.position) };
    yield last;
  }

  /** Reads and cuts one piece; gives how many bytes there were. */
  async #step(into: LogRecord[]): Promise<number> {
    const read = await this.#inUse(async () => {
      const bytes = await this.#current().bytes.next();
      if (bytes) {
        await this.#seekIndex();
        this.#cut(bytes, into);
      }
      return bytes?.length ?? 0;
    });
    return read ?? 0;
  }

  /** Does `work` while the file that is read is open; null when there is none, or when it is gone. */
  async #inUse<T>(work: (reading: Reading) => Promise<T>): Promise<T | null> {
    const reading = this.#reading;
    if (!reading || reading.isGone) return null;
    try {
      return await reading.segment.use(() => work(reading));
    } catch (error) {
      if (!(error instanceof SegmentGone)) throw error;
      (this.#reading as Reading).isGone = true;
      return null;
    }
  }

  /** A file that was compressed while it was parked goes on where it was. */
  #current(): Reading {
    const reading = this.#reading as Reading;
    const { segment, bytes } = reading;
    if (segment.gzip !== reading.gzip) this.#reading = { ...reading, gzip: segment.gzip, bytes: this.#bytesOf(segment, bytes.position) };
    return this.#reading as Reading;
  }

  #bytesOf(segment: Segment, position: number, end?: number): ByteSource {
    return readBytes(segment, { position, end: segment.gzip ? undefined : end, step: this.#options.stepBytes });
  }

  async #begin(segment: Segment, { offset, skipsLine }: Start, end?: number): Promise<void> {
    // One byte earlier: if that one is a line's end, nothing but an empty line is skipped.
    const from = skipsLine ? offset - 1 : offset;
    const { index, gzip } = segment;
    const bytes = this.#bytesOf(segment, from, end);
    this.#reading = { segment, gzip, bytes, sought: index !== null, isGone: false, cutter: new LineCutter(from), cursor: null, skipsLine };
    if (index)
      await this.#inUse(async (reading) => {
        reading.cursor = new IndexCursor(index, from);
      });
  }

  /** A file that is met as it is made may have no index yet; when it has its first bytes, it has. */
  async #seekIndex(): Promise<void> {
    const reading = this.#reading;
    if (!reading || reading.sought) return;
    reading.sought = true;
    await reading.segment.seekIndex();
    const { index } = reading.segment;
    if (index) reading.cursor = new IndexCursor(index, reading.cutter.lineStart);
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
    if (this.#options.matches(text)) into.push({ ...this.#origin(), time: reading.cursor?.time ?? null, line: text });
  }

  #giveGaps(reading: Reading, offset: number, into: LogRecord[]): void {
    for (const { time, droppedBytes } of reading.cursor?.advance(offset) ?? [])
      into.push(this.#gap(time, { droppedBytes, reason: "disk-full" }));
  }

  /** The end of a file that gets no more: its last line, even without an end, and a gap behind it. */
  async #finish(into: LogRecord[]): Promise<void> {
    const reading = this.#reading;
    if (!reading) return;
    const finish = (): true => {
      const rest = reading.cutter.rest();
      if (rest) this.#give(reading, rest, into);
      this.#giveGaps(reading, reading.bytes.position, into);
      return true;
    };
    // Without the file its index is silent, but the line that was begun is known.
    if ((await this.#inUse(async () => finish())) === null) finish();
  }

  /** At the end of what is there: was the file emptied, or another one begun? True when there may be more to read. */
  async #moveOn(into: LogRecord[]): Promise<boolean> {
    const reading = this.#reading;
    if (!reading) return this.#beginNew();
    const onThisFile = reading.segment.gzip ? null : await this.#goOnWith(reading, into);
    if (onThisFile !== null) return onThisFile;
    const find = reading.isGone ? findAfterGone : findSuccessor;
    const successor = await find(this.#place.file, reading.segment, this.#options.files);
    if (!successor) return false;
    await this.#finish(into);
    if (successor.missed || reading.isGone) into.push(this.#gap(null, { droppedBytes: null, reason: "rotated-away" }));
    await this.#changeTo(successor.segment);
    return true;
  }

  /** Whether the same plain file may have more to read; null where another one comes next. */
  async #goOnWith(reading: Reading, into: LogRecord[]): Promise<boolean | null> {
    const { segment } = reading;
    return this.#inUse(async () => {
      // Compressed while it was parked: it is read on as such.
      if (segment.gzip !== reading.gzip) return true;
      const { size } = await segment.handle.stat();
      if (size < reading.bytes.position) return this.#rewind(reading, size);
      if ((await inodeAt(this.#place.file)) === segment.inode) return this.#giveTrailingGaps(reading, into);
      // It may have grown between the last read and the rename.
      return (await segment.handle.stat()).size > reading.bytes.position ? true : null;
    });
  }

  async #beginNew(): Promise<boolean> {
    const segments = await openSegments(this.#place.file, this.#options.files);
    const [oldest, ...newer] = segments;
    await Promise.all(newer.map((segment) => segment.close()));
    if (oldest) await this.#changeTo(oldest);
    return oldest !== undefined;
  }

  async #changeTo(segment: Segment): Promise<void> {
    await this.close();
    this.#segments = [segment];
    await this.#begin(segment, BEGINNING);
  }

  /** A gap is told although no line has come after it. */
  #giveTrailingGaps(reading: Reading, into: LogRecord[]): false {
    reading.segment.index?.refresh();
    if (reading.cutter.lineStart === reading.bytes.position) this.#giveGaps(reading, reading.bytes.position, into);
    return false;
  }

  /** The file became shorter: an unfinished line was cut off, or all of it. */
  #rewind(reading: Reading, size: number): boolean {
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
