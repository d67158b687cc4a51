/**
 * The records of which the journal of string keys consists. A changed page of a table costs 4 KiB of write-ahead log, so fifty random keys in
 * fifty pages would cost 200 KiB a commit. Instead the changes of one commit go into one row, and into the table later, many at once and in
 * the table's own order. A change says what a key is from then on, so that reading the journal twice is reading it once.
 *
 * A record: kind 1, namespace 4, the key's length 4, the key; of a string also when it ends 8, version 8, the value's length 4, the value. Numbers
 * are little-endian, times and versions doubles.
 */

import { STRING } from "./schema.ts";
import { ABSENT, type Entry } from "./space.ts";

const SET = 1;
const REMOVED = 2;
const MOVED = 3;
const HEAD_BYTES = 9;
const VALUE_HEAD_BYTES = 20;
/** Up to here a loop copies faster than a call. */
const LOOP_BYTES_MAX = 32;

/** How long the record of a string is. */
export function setBytes(key: string, value: Uint8Array): number {
  return HEAD_BYTES + key.length + VALUE_HEAD_BYTES + value.length;
}

/** How long a record without a value is. */
export function keyBytes(key: string): number {
  return HEAD_BYTES + key.length;
}

export function writeSet(
  buffer: Buffer,
  at: number,
  namespace: number,
  key: string,
  change: { value: Uint8Array; expires: number; version: number },
): void {
  const { value, expires, version } = change;
  let position = writeHead(buffer, at, SET, namespace, key);
  buffer.writeDoubleLE(expires, position);
  buffer.writeDoubleLE(version, position + 8);
  buffer.writeUInt32LE(value.length, position + 16);
  position += VALUE_HEAD_BYTES;
  if (value.length > LOOP_BYTES_MAX) buffer.set(value, position);
  else for (let index = 0; index < value.length; index++) buffer[position + index] = value[index] as number;
}

export function writeRemoved(buffer: Buffer, at: number, namespace: number, key: string): void {
  writeHead(buffer, at, REMOVED, namespace, key);
}

export function writeMoved(buffer: Buffer, at: number, namespace: number, key: string): void {
  writeHead(buffer, at, MOVED, namespace, key);
}

function writeHead(buffer: Buffer, at: number, kind: number, namespace: number, key: string): number {
  buffer[at] = kind;
  buffer.writeUInt32LE(namespace, at + 1);
  buffer.writeUInt32LE(key.length, at + 5);
  buffer.latin1Write(key, at + HEAD_BYTES, key.length);
  return at + HEAD_BYTES + key.length;
}

/** How long the record at a place is. */
export function recordBytes(buffer: Buffer, at: number): number {
  const head = HEAD_BYTES + buffer.readUInt32LE(at + 5);
  return buffer[at] === SET ? head + VALUE_HEAD_BYTES + buffer.readUInt32LE(at + head + 16) : head;
}

/** Whether the record at a place leaves its key to the tables. */
export function isMoved(buffer: Buffer, at: number): boolean {
  return buffer[at] === MOVED;
}

/** The namespace of the record at a place. */
export function namespaceAt(buffer: Buffer, at: number): number {
  return buffer.readUInt32LE(at + 1);
}

/** The key of the record at a place. */
export function recordKeyAt(buffer: Buffer, at: number): string {
  const start = at + HEAD_BYTES;
  return buffer.latin1Slice(start, start + buffer.readUInt32LE(at + 5));
}

/** Whether the record at a place is of this key. */
export function isOfKey(buffer: Buffer, at: number, namespace: number, key: string): boolean {
  const { length } = key;
  if (buffer.readUInt32LE(at + 5) !== length || buffer.readUInt32LE(at + 1) !== namespace) return false;
  const start = at + HEAD_BYTES;
  for (let index = 0; index < length; index++) if (buffer[start + index] !== key.charCodeAt(index)) return false;
  return true;
}

/** What the record at a place says of its key. The value is not a copy. */
export function entryAt(buffer: Buffer, at: number): Entry {
  if (buffer[at] !== SET) return ABSENT;
  const head = at + HEAD_BYTES + buffer.readUInt32LE(at + 5);
  const start = head + VALUE_HEAD_BYTES;
  const value = buffer.subarray(start, start + buffer.readUInt32LE(head + 16));
  return { type: STRING, value, object: 0, expires: buffer.readDoubleLE(head), version: buffer.readDoubleLE(head + 8) };
}
