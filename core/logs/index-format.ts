/**
 * The index beside a log file (`out.log.idx`): which bytes arrived when, without touching the log itself.
 *
 * A header of 16 bytes (`GHOSTIX1`, then the file's sequence number), then records of 16 bytes in the order of their
 * offsets. A chunk record (offset, time) says that the bytes from `offset` on, up to the next chunk, arrived at `time`;
 * where several stand at one offset, the last is true. A gap record says that at `offset` bytes are missing.
 * All numbers are little-endian; offsets, times and counts take 48 bits (256 TiB; the year 10889).
 */

/** Bytes before the first record. */
export const INDEX_HEADER_BYTES = 16;
/** Bytes of one record; a file whose length is not a multiple of it ends with a torn record, which is ignored. */
export const INDEX_RECORD_BYTES = 16;

const MAGIC = "GHOSTIX1";
const KIND_CHUNK = 1;
const KIND_GAP = 2;
const TWO_32 = 2 ** 32;

export type IndexRecord =
  /** From `offset` on the bytes arrived at `timeMs` (milliseconds since 1970). */
  | { readonly kind: "chunk"; readonly offset: number; readonly timeMs: number }
  /** At `offset` this many bytes are missing, because the disk was full. */
  | { readonly kind: "gap"; readonly offset: number; readonly droppedBytes: number };

/** The header of an index. `sequence` numbers the files of one stream: each new live file gets the next one, and keeps it through rotation and compression. */
export function encodeIndexHeader(sequence: number): Uint8Array {
  const bytes = new Uint8Array(INDEX_HEADER_BYTES);
  for (let i = 0; i < MAGIC.length; i++) bytes[i] = MAGIC.charCodeAt(i);
  write48(new DataView(bytes.buffer), 8, sequence);
  return bytes;
}

/** The sequence number in a header; null when these bytes are no index of this format. */
export function decodeIndexHeader(bytes: Uint8Array): number | null {
  if (bytes.length < INDEX_HEADER_BYTES) return null;
  for (let i = 0; i < MAGIC.length; i++) if (bytes[i] !== MAGIC.charCodeAt(i)) return null;
  return read48(new DataView(bytes.buffer, bytes.byteOffset, INDEX_HEADER_BYTES), 8);
}

/** Writes a record into `view` (at least 16 bytes). */
export function encodeIndexRecord(view: DataView, record: IndexRecord): void {
  write48(view, 0, record.offset);
  view.setUint16(6, record.kind === "chunk" ? KIND_CHUNK : KIND_GAP, true);
  write48(view, 8, record.kind === "chunk" ? record.timeMs : record.droppedBytes);
  view.setUint16(14, 0, true);
}

/** The record at byte `at` of `view`; null for a kind that this version does not know (also for zeros after a power cut). */
export function decodeIndexRecord(view: DataView, at: number): IndexRecord | null {
  const offset = read48(view, at);
  const value = read48(view, at + 8);
  switch (view.getUint16(at + 6, true)) {
    case KIND_CHUNK:
      return { kind: "chunk", offset, timeMs: value };
    case KIND_GAP:
      return { kind: "gap", offset, droppedBytes: value };
    default:
      return null;
  }
}

/** Records that can be looked up by number, from memory or from a file. */
export interface IndexRecords {
  readonly count: number;
  /** The record numbered `index` (0 to count - 1). */
  at(index: number): IndexRecord | null;
}

/** The number of the last record whose offset is at most `offset`; -1 when there is none. */
export function lastRecordAt(records: IndexRecords, offset: number): number {
  return partition(records, (record) => record.offset <= offset) - 1;
}

/** When the byte at `offset` arrived, in milliseconds since 1970; null when the index does not know. */
export function timeAt(records: IndexRecords, offset: number): number | null {
  return chunkTimeAt(records, lastRecordAt(records, offset));
}

/**
 * The offset of the first chunk that arrived at `timeMs` or later; null when there is none. A clock that was set back
 * makes times fall along the file: the answer is then one such offset, not surely the first.
 */
export function offsetSince(records: IndexRecords, timeMs: number): number | null {
  const first = partition(records, (_, index) => (chunkTimeAt(records, index) ?? Number.NEGATIVE_INFINITY) < timeMs);
  return records.at(first)?.offset ?? null;
}

/** The time of record `index`; of a gap, that of the chunk before it. */
function chunkTimeAt(records: IndexRecords, index: number): number | null {
  for (let i = index; i >= 0; i--) {
    const record = records.at(i);
    if (record?.kind === "chunk") return record.timeMs;
  }
  return null;
}

/** How many records from the start on satisfy `holds`, which must hold for a first part and not for the rest. */
function partition(records: IndexRecords, holds: (record: IndexRecord, index: number) => boolean): number {
  let low = 0;
  let high = records.count;
  while (low < high) {
    const middle = (low + high) >>> 1;
    const record = records.at(middle);
    if (record && holds(record, middle)) low = middle + 1;
    else high = middle;
  }
  return low;
}

function read48(view: DataView, at: number): number {
  return view.getUint32(at, true) + view.getUint16(at + 4, true) * TWO_32;
}

function write48(view: DataView, at: number, value: number): void {
  view.setUint32(at, value % TWO_32, true);
  view.setUint16(at + 4, Math.floor(value / TWO_32), true);
}
