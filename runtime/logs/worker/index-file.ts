/** Writes the index beside a live log file. Its failure never stops the log: times are then missing, lines are not. */
import { closeSync, constants, fstatSync, ftruncateSync, openSync, readSync, writeSync } from "node:fs";
import {
  decodeIndexHeader,
  decodeIndexRecord,
  encodeIndexHeader,
  encodeIndexRecord,
  INDEX_HEADER_BYTES,
  INDEX_RECORD_BYTES,
  type IndexRecord,
  lastRecordAt,
} from "../../../core/logs/index-format.ts";
import { LOG_MODE } from "../log-mode.ts";

/** Where records are put together; one serves all, since nothing waits while it is in use. */
const RECORD = new DataView(new ArrayBuffer(INDEX_RECORD_BYTES));

export class IndexFile {
  #fd: number;
  /** Where the next record goes. */
  #end: number = INDEX_HEADER_BYTES;
  #lastOffset = -1;
  #lastTimeMs = -1;
  #sequence: number;

  /**
   * Opens or makes the index at `path` of a log file that is `logBytes` long. What it says of bytes that the log does not
   * have is cut off; a damaged one is begun anew. `freshSequence`: the number for a new one.
   */
  constructor(path: string, logBytes: number, freshSequence: () => number) {
    this.#fd = openIndex(path);
    const sequence = this.#fd === -1 ? null : readSequence(this.#fd);
    this.#sequence = sequence ?? freshSequence();
    if (sequence === null) this.begin(this.#sequence);
    else this.#try(() => this.#continue(logBytes));
  }

  get sequence(): number {
    return this.#sequence;
  }

  /** Empties the index: its log file is a new one, or was emptied. */
  begin(sequence: number): void {
    this.#sequence = sequence;
    this.#end = INDEX_HEADER_BYTES;
    this.#lastOffset = -1;
    this.#lastTimeMs = -1;
    this.#try(() => {
      ftruncateSync(this.#fd, 0);
      writeSync(this.#fd, encodeIndexHeader(sequence), 0, INDEX_HEADER_BYTES, 0);
    });
  }

  /** Says that the bytes from `offset` on arrive at `timeMs`. To be called before they are written: a crash in between then leaves nothing false. */
  mark(offset: number, timeMs: number): void {
    if (offset < this.#lastOffset) this.#try(() => this.#keepUpTo(offset));
    // One record a millisecond is all that the clock can tell apart.
    if (timeMs === this.#lastTimeMs) return;
    if (this.#write({ kind: "chunk", offset, timeMs })) this.#lastTimeMs = timeMs;
  }

  /** Says that bytes are missing at `offset`; false when that could not be written. */
  gap(offset: number, droppedBytes: number): boolean {
    return this.#write({ kind: "gap", offset, droppedBytes });
  }

  close(): void {
    this.#try(() => closeSync(this.#fd));
    this.#fd = -1;
  }

  #write(record: IndexRecord): boolean {
    encodeIndexRecord(RECORD, record);
    const written = this.#try(() => writeSync(this.#fd, RECORD, 0, INDEX_RECORD_BYTES, this.#end) === INDEX_RECORD_BYTES);
    if (!written) return false;
    this.#end += INDEX_RECORD_BYTES;
    this.#lastOffset = record.offset;
    return true;
  }

  #continue(logBytes: number): void {
    const { size } = fstatSync(this.#fd);
    this.#end = size - ((size - INDEX_HEADER_BYTES) % INDEX_RECORD_BYTES);
    this.#keepUpTo(logBytes);
  }

  /** The log was cut: what is said of bytes behind `logBytes` goes. */
  #keepUpTo(logBytes: number): void {
    const count = (this.#end - INDEX_HEADER_BYTES) / INDEX_RECORD_BYTES;
    const last = lastRecordAt({ count, at: (index) => this.#at(index) }, logBytes);
    this.#end = INDEX_HEADER_BYTES + (last + 1) * INDEX_RECORD_BYTES;
    this.#lastOffset = this.#at(last)?.offset ?? -1;
    this.#lastTimeMs = -1;
    ftruncateSync(this.#fd, this.#end);
  }

  #at(index: number): IndexRecord | null {
    if (index < 0) return null;
    readSync(this.#fd, RECORD, 0, INDEX_RECORD_BYTES, INDEX_HEADER_BYTES + index * INDEX_RECORD_BYTES);
    return decodeIndexRecord(RECORD, 0);
  }

  #try(action: () => unknown): boolean {
    if (this.#fd === -1) return false;
    try {
      return action() !== false;
    } catch {
      return false;
    }
  }
}

/** The sequence number that an index file bears; null when there is none. */
export function sequenceOf(path: string): number | null {
  let fd: number;
  try {
    fd = openSync(path, constants.O_RDONLY);
  } catch {
    return null;
  }
  try {
    return readSequence(fd);
  } finally {
    closeSync(fd);
  }
}

function openIndex(path: string): number {
  try {
    return openSync(path, constants.O_RDWR | constants.O_CREAT, LOG_MODE);
  } catch {
    return -1;
  }
}

function readSequence(fd: number): number | null {
  const header = new Uint8Array(INDEX_HEADER_BYTES);
  return readSync(fd, header, 0, INDEX_HEADER_BYTES, 0) === INDEX_HEADER_BYTES ? decodeIndexHeader(header) : null;
}
