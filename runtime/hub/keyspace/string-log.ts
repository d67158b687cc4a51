/**
 * Strings that changed, in memory as they are in the journal: records one after the other, and an index that finds the last one of a key. So a
 * string takes what its bytes take and about 50 more, where an object for each took 250.
 */
import {
  entryAt,
  isMoved,
  isOfKey,
  keyBytes,
  namespaceAt,
  recordBytes,
  recordKeyAt,
  setBytes,
  writeMoved,
  writeRemoved,
  writeSet,
} from "./journal.ts";
import { KeyIndex } from "./key-index.ts";
import type { Entry } from "./space.ts";

/**
 * A block holds so many bytes, or one longer record. An address is a block's number times this, and the place in it, in 32 bits: there may be 4,095 blocks, and
 * whoever fills the log must empty it long before (`FLUSH_LIMITS.bytesMax`, and one record more).
 */
const BLOCK_BYTES = 1024 * 1024;
const BLOCK_BITS = 20;
const BLOCKS_MAX = 4095;
/** The first block of a log that may stay small. */
const FIRST_BLOCK_BYTES = 64 * 1024;

/** A place in the log. */
interface Place {
  readonly block: number;
  readonly at: number;
}

export class StringLog {
  /** Of all records, also of those of keys that changed again. */
  bytes = 0;
  /** False: something changed since the last `settle`. */
  isSettled = true;
  /** Blocks are numbered from 1: 0 and 1 are no addresses. */
  private readonly blocks: Buffer[] = [Buffer.alloc(0), Buffer.allocUnsafeSlow(FIRST_BLOCK_BYTES)];
  /** How much of each block is used. */
  private readonly ends: number[] = [0, 0];
  /** Up to here all is settled. */
  private settledAt: Place & { readonly bytes: number } = { block: 1, at: 0, bytes: 0 };
  private writtenAt: Place = { block: 1, at: 0 };
  private readonly index = new KeyIndex((address, namespace, key) =>
    isOfKey(this.blocks[address >>> BLOCK_BITS] as Buffer, address & (BLOCK_BYTES - 1), namespace, key),
  );

  /** How many keys it knows of. */
  get size(): number {
    return this.index.size;
  }

  /** Whether `unwritten` has given all. */
  get isWritten(): boolean {
    const { block, at } = this.writtenAt;
    return block === this.blocks.length - 1 && at === this.ends[block];
  }

  /** How many keys of a namespace it knows of: looks at all. */
  countOf(namespace: number): number {
    let count = 0;
    for (const address of this.index.all()) count += Number(this.namespaceAt(address) === namespace);
    return count;
  }

  /** The keys of a namespace that it knows of: looks at all. */
  keysOf(namespace: number): string[] {
    return [...this.index.all()].filter((address) => this.namespaceAt(address) === namespace).map((address) => this.keyAt(address));
  }

  set(namespace: number, key: string, change: { value: Uint8Array; expires: number; version: number }): void {
    const size = setBytes(key, change.value);
    const block = this.blockFor(size);
    const at = this.ends[block] as number;
    writeSet(this.blocks[block] as Buffer, at, namespace, key, change);
    this.point(namespace, key, block, size);
  }

  removed(namespace: number, key: string): void {
    const size = keyBytes(key);
    const block = this.blockFor(size);
    writeRemoved(this.blocks[block] as Buffer, this.ends[block] as number, namespace, key);
    this.point(namespace, key, block, size);
  }

  /** The table alone speaks for the key from now on. */
  moved(namespace: number, key: string): void {
    const size = keyBytes(key);
    const block = this.blockFor(size);
    writeMoved(this.blocks[block] as Buffer, this.ends[block] as number, namespace, key);
    this.advance(block, size);
    this.drop(namespace, key);
  }

  /** Takes over the records of a row of the journal, but not those of namespaces that are not known. */
  load(row: Uint8Array, isKnown: (namespace: number) => boolean): void {
    const buffer = Buffer.from(row.buffer, row.byteOffset, row.length);
    for (let at = 0, size = 0; at < buffer.length; at += size) {
      size = recordBytes(buffer, at);
      const namespace = namespaceAt(buffer, at);
      if (!isKnown(namespace)) continue;
      const key = recordKeyAt(buffer, at);
      const block = this.blockFor(size);
      buffer.copy(this.blocks[block] as Buffer, this.ends[block] as number, at, at + size);
      if (isMoved(buffer, at)) {
        this.advance(block, size);
        this.drop(namespace, key);
      } else this.point(namespace, key, block, size);
    }
    this.markWritten();
    this.settle();
  }

  /** As `moved`, without a record, in a log of which the file has all already. */
  drop(namespace: number, key: string): void {
    this.isSettled = false;
    this.index.drop(namespace, key);
  }

  /** What a key is; undefined: the log does not know. The value is not a copy: it holds while the turn lasts. */
  find(namespace: number, key: string): Entry | undefined {
    const address = this.index.find(namespace, key);
    return address === 0 ? undefined : this.entryAt(address);
  }

  has(namespace: number, key: string): boolean {
    return this.index.find(namespace, key) !== 0;
  }

  /** Whether the last record of a key is the one at `address`. */
  isAt(address: number, namespace: number, key: string): boolean {
    return this.index.find(namespace, key) === address;
  }

  keyAt(address: number): string {
    return recordKeyAt(this.blockOf(address), address & (BLOCK_BYTES - 1));
  }

  entryAt(address: number): Entry {
    return entryAt(this.blockOf(address), address & (BLOCK_BYTES - 1));
  }

  namespaceAt(address: number): number {
    return namespaceAt(this.blockOf(address), address & (BLOCK_BYTES - 1));
  }

  /** The addresses of the last records of all keys, in no order. Nothing may be added meanwhile. */
  addresses(): Iterable<number> {
    return this.index.all();
  }

  /** The records that came since it was last called, in at least one piece where there are some. They hold until `rollBack`. */
  *unwritten(): Generator<Uint8Array> {
    let { block, at } = this.writtenAt;
    for (; block < this.blocks.length; block++, at = 0) {
      const end = this.ends[block] as number;
      if (end > at) yield (this.blocks[block] as Buffer).subarray(at, end);
    }
    this.markWritten();
  }

  /** As `unwritten`, without giving them. */
  markWritten(): void {
    const block = this.blocks.length - 1;
    this.writtenAt = { block, at: this.ends[block] as number };
  }

  /** What came stays. */
  settle(): void {
    const block = this.blocks.length - 1;
    this.settledAt = { block, at: this.ends[block] as number, bytes: this.bytes };
    this.index.settle();
    this.isSettled = true;
  }

  /** What came since the last `settle` was never there. */
  rollBack(): void {
    const { block, at, bytes } = this.settledAt;
    this.index.rollBack();
    this.blocks.length = this.ends.length = block + 1;
    this.ends[block] = at;
    this.bytes = bytes;
    this.writtenAt = { block, at };
    this.isSettled = true;
  }

  private blockOf(address: number): Buffer {
    return this.blocks[address >>> BLOCK_BITS] as Buffer;
  }

  /** A block that has room. */
  private blockFor(size: number): number {
    const last = this.blocks.length - 1;
    if ((this.ends[last] as number) + size <= (this.blocks[last] as Buffer).length) return last;
    if (last >= BLOCKS_MAX) throw new Error(`the log of strings has ${BLOCKS_MAX} blocks and takes no more`);
    this.blocks.push(Buffer.allocUnsafeSlow(Math.max(BLOCK_BYTES, size)));
    this.ends.push(0);
    return last + 1;
  }

  private advance(block: number, size: number): void {
    this.ends[block] = (this.ends[block] as number) + size;
    this.bytes += size;
  }

  private point(namespace: number, key: string, block: number, size: number): void {
    this.isSettled = false;
    this.index.set(namespace, key, block * BLOCK_BYTES + (this.ends[block] as number));
    this.advance(block, size);
  }
}
