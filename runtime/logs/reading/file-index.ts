/** Reads the index beside a log file without holding all of it in memory. */
import { closeSync, fstatSync, openSync, readSync } from "node:fs";
import {
  decodeIndexHeader,
  decodeIndexRecord,
  INDEX_HEADER_BYTES,
  INDEX_RECORD_BYTES,
  type IndexRecord,
  type IndexRecords,
} from "../../../core/logs/index-format.ts";

/** Records that are read at a time: 64 KiB of them. */
const BLOCK_RECORDS = 4096;

export class FileIndex implements IndexRecords {
  /** The number of the log file in its stream. */
  readonly sequence: number;
  count = 0;
  /** Null while it is parked: it then knows no records. */
  #fd: number | null;
  #block: DataView | null = null;
  #blockStart = 0;
  #blockCount = 0;

  private constructor(fd: number, sequence: number) {
    this.#fd = fd;
    this.sequence = sequence;
    this.refresh();
  }

  /** Opens an index; null when there is none, or none of this format. */
  static open(path: string): FileIndex | null {
    let fd: number;
    try {
      fd = openSync(path, "r");
    } catch {
      return null;
    }
    const header = new Uint8Array(INDEX_HEADER_BYTES);
    const sequence = readSync(fd, header, 0, header.length, 0) === header.length ? decodeIndexHeader(header) : null;
    if (sequence !== null) return new FileIndex(fd, sequence);
    closeSync(fd);
    return null;
  }

  /** Looks for records that were added, or for an index that was begun anew. */
  refresh(): void {
    if (this.#fd === null) return;
    this.count = Math.max(0, Math.floor((fstatSync(this.#fd).size - INDEX_HEADER_BYTES) / INDEX_RECORD_BYTES));
    this.#blockCount = 0;
  }

  at(index: number): IndexRecord | null {
    if (index < 0 || index >= this.count) return null;
    if (index < this.#blockStart || index >= this.#blockStart + this.#blockCount) this.#load(index);
    return this.#block && index < this.#blockStart + this.#blockCount
      ? decodeIndexRecord(this.#block, (index - this.#blockStart) * INDEX_RECORD_BYTES)
      : null;
  }

  /** Closes the file until `resume`. */
  park(): void {
    if (this.#fd !== null) closeSync(this.#fd);
    this.#fd = null;
    this.#block = null;
    this.#blockCount = 0;
  }

  /** Goes on with the file of another one that was opened meanwhile, which is not to be used any more. */
  resume(opened: FileIndex): void {
    this.#fd = opened.#fd;
    opened.#fd = null;
    this.refresh();
  }

  #load(index: number): void {
    if (this.#fd === null) return;
    this.#block ??= new DataView(new ArrayBuffer(BLOCK_RECORDS * INDEX_RECORD_BYTES));
    this.#blockStart = index - (index % BLOCK_RECORDS);
    const position = INDEX_HEADER_BYTES + this.#blockStart * INDEX_RECORD_BYTES;
    this.#blockCount = Math.floor(readSync(this.#fd, this.#block, 0, this.#block.byteLength, position) / INDEX_RECORD_BYTES);
  }
}
