/**
 * The journal of string keys. A changed page of a table costs 4 KiB of write-ahead log, so fifty random keys in fifty pages would
 * cost 200 KiB a commit. Instead the changes of one commit go into one row, and into the table later, many at once and in
 * the table's own order. A change says what a key is from then on, so that reading the journal twice is reading it once.
 */

/** What became of a key: a value, nothing, or something that the tables alone know (`moved`). */
export type Change =
  | {
      readonly kind: "set";
      readonly namespace: number;
      readonly key: string;
      readonly value: Uint8Array;
      readonly expires: number;
      readonly version: number;
    }
  | { readonly kind: "removed"; readonly namespace: number; readonly key: string }
  | { readonly kind: "moved"; readonly namespace: number; readonly key: string };

const SET = 1;
const REMOVED = 2;
const MOVED = 3;
/** kind 1, namespace 4, key's length 4. */
const HEAD_BYTES = 9;
/** expires 8, version 8, value's length 4. */
const VALUE_HEAD_BYTES = 20;
const KEPT_BYTES = 64 * 1024;

/** Gathers the changes of one commit. */
export class JournalWriter {
  private buffer = Buffer.allocUnsafe(KEPT_BYTES);
  private used = 0;

  /** Bytes gathered. */
  get length(): number {
    return this.used;
  }

  /** Whether nothing was gathered. */
  get isEmpty(): boolean {
    return this.used === 0;
  }

  set(namespace: number, key: string, value: Uint8Array, expires: number, version: number): void {
    this.head(SET, namespace, key, VALUE_HEAD_BYTES + value.length);
    const { buffer } = this;
    buffer.writeDoubleLE(expires, this.used);
    buffer.writeDoubleLE(version, this.used + 8);
    buffer.writeUInt32LE(value.length, this.used + 16);
    this.used += VALUE_HEAD_BYTES;
    buffer.set(value, this.used);
    this.used += value.length;
  }

  removed(namespace: number, key: string): void {
    this.head(REMOVED, namespace, key, 0);
  }

  moved(namespace: number, key: string): void {
    this.head(MOVED, namespace, key, 0);
  }

  /** All that was gathered, valid until the next change; begins anew. */
  take(): Uint8Array {
    const bytes = this.buffer.subarray(0, this.used);
    this.clear();
    return bytes;
  }

  clear(): void {
    this.used = 0;
    if (this.buffer.length > KEPT_BYTES * 16) this.buffer = Buffer.allocUnsafe(KEPT_BYTES);
  }

  private head(kind: number, namespace: number, key: string, more: number): void {
    const needed = this.used + HEAD_BYTES + key.length + more;
    if (needed > this.buffer.length) {
      const wider = Buffer.allocUnsafe(Math.max(needed, this.buffer.length * 2));
      this.buffer.copy(wider, 0, 0, this.used);
      this.buffer = wider;
    }
    this.buffer[this.used] = kind;
    this.buffer.writeUInt32LE(namespace, this.used + 1);
    this.buffer.writeUInt32LE(key.length, this.used + 5);
    this.buffer.latin1Write(key, this.used + HEAD_BYTES, key.length);
    this.used += HEAD_BYTES + key.length;
  }
}

/** The changes of one row, in their order. */
export function* readJournal(bytes: Uint8Array): Generator<Change> {
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length);
  let at = 0;
  while (at < buffer.length) {
    const kind = buffer[at];
    const namespace = buffer.readUInt32LE(at + 1);
    const size = buffer.readUInt32LE(at + 5);
    at += HEAD_BYTES;
    const key = buffer.latin1Slice(at, at + size);
    at += size;
    if (kind !== SET) {
      yield { kind: kind === REMOVED ? "removed" : "moved", namespace, key };
      continue;
    }
    const valueSize = buffer.readUInt32LE(at + 16);
    const start = at + VALUE_HEAD_BYTES;
    yield {
      kind: "set",
      namespace,
      key,
      expires: buffer.readDoubleLE(at),
      version: buffer.readDoubleLE(at + 8),
      value: new Uint8Array(bytes.subarray(start, start + valueSize)),
    };
    at = start + valueSize;
  }
}
