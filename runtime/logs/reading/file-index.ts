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
  readonly #fd: number;
  readonly #block = new DataView(new ArrayBuffer(BLOCK_RECORDS * INDEX_RECORD_BYTES));
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
    this.count = Math.max(0, Math.floor((fstatSync(this.#fd).size - INDEX_HEADER_BYTES) / INDEX_RECORD_BYTES));
    this.#blockCount = 0;
  }

  at(index: number): IndexRecord | null {
    if (index < 0 || index >= this.count) return null;
    if (index < this.#blockStart || index >= this.#blockStart + this.#blockCount) this.#load(index);
    return index < this.#blockStart + this.#blockCount
      ? decodeIndexRecord(this.#block, (index - this.#blockStart) * INDEX_RECORD_BYTES)
      : null;
  }

  close(): void {
    closeSync(this.#fd);
  }

  #load(index: number): void {
    this.#blockStart = index - (index % BLOCK_RECORDS);
    const position = INDEX_HEADER_BYTES + this.#blockStart * INDEX_RECORD_BYTES;
    this.#blockCount = Math.floor(readSync(this.#fd, this.#block, 0, this.#block.byteLength, position) / INDEX_RECORD_BYTES);
  }
}
