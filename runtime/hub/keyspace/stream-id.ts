/**
 * Ids of stream entries: two unsigned integers of 64 bits, milliseconds and a number. Kept as 16 letters of one byte each, the highest
 * first, so that texts compare as ids do.
 */

export type StreamId = string;

const BYTES = 16;
const HIGH = 2 ** 32;
/** Beyond this the upper half of a part makes it no safe integer. */
const SAFE_HIGH = 2 ** 21;
const PART_MAX = 2n ** 64n - 1n;

export const MIN_ID: StreamId = "\0".repeat(BYTES);
export const MAX_ID: StreamId = "\xff".repeat(BYTES);
/** The largest number within a millisecond. */
export const MAX_NUMBER = PART_MAX;

const room = Buffer.alloc(BYTES);

/** The id of two parts. */
export function makeId(ms: number | bigint, number: number | bigint): StreamId {
  write(ms, 0);
  write(number, 8);
  return room.latin1Slice(0, BYTES);
}

function write(part: number | bigint, at: number): void {
  if (typeof part === "bigint") room.writeBigUInt64BE(part, at);
  else {
    room.writeUInt32BE(Math.floor(part / HIGH), at);
    room.writeUInt32BE(part % HIGH, at + 4);
  }
}

/** As Redis shows it: `1526919030474-55`. */
export function formatId(id: StreamId): string {
  return formatMs(id) + part(id, 8);
}

/** The same without the number. */
export function formatMs(id: StreamId): string {
  const ms = part(id, 0);
  if (ms !== shownMs) {
    shownMs = ms;
    shown = `${ms}-`;
  }
  return shown;
}

/** An id's number within its millisecond, exactly. */
export function numberOf(id: StreamId): number | bigint {
  return part(id, 8);
}

/** The milliseconds that were last shown, and how: many entries share them. */
let shownMs: number | bigint = -1;
let shown = "";

/** An id's milliseconds; of one beyond 2^53 not exact. */
export function msOf(id: StreamId): number {
  return word(id, 0) * HIGH + word(id, 4);
}

/** An id's milliseconds, exactly. */
export function exactMsOf(id: StreamId): number | bigint {
  return part(id, 0);
}

function part(id: StreamId, at: number): number | bigint {
  const high = word(id, at);
  const low = word(id, at + 4);
  return high < SAFE_HIGH ? high * HIGH + low : BigInt(high) * BigInt(HIGH) + BigInt(low);
}

function word(id: StreamId, at: number): number {
  return ((id.charCodeAt(at) << 24) | (id.charCodeAt(at + 1) << 16) | (id.charCodeAt(at + 2) << 8) | id.charCodeAt(at + 3)) >>> 0;
}

/** The id after this one; null: there is none. */
export function nextId(id: StreamId): StreamId | null {
  const end = id.charCodeAt(BYTES - 1);
  return end < 255 ? id.slice(0, BYTES - 1) + String.fromCharCode(end + 1) : step(id, 255, 1);
}

/** The id before this one; null: there is none. */
export function previousId(id: StreamId): StreamId | null {
  return step(id, 0, -1);
}

function step(id: StreamId, edge: number, by: number): StreamId | null {
  room.latin1Write(id, 0, BYTES);
  for (let at = BYTES - 1; at >= 0; at--) {
    const byte = room[at] as number;
    room[at] = (byte + by) & 255;
    if (byte !== edge) return room.latin1Slice(0, BYTES);
  }
  return null;
}

/** What a text says about an id; `number` null: it says `*` there, or nothing. */
export interface ParsedId {
  readonly ms: bigint;
  readonly number: bigint | null;
  /** It ended in `-*`. */
  readonly isOpen: boolean;
}

/** Reads `MS`, `MS-NUMBER` or, where `allowOpen`, `MS-*`; null: it is none of these. */
export function parseId(text: string, allowOpen = false): ParsedId | null {
  if (text.length > 127) return null;
  const whole = text.split("\0", 1)[0] as string;
  const dash = whole.indexOf("-");
  const ms = parsePart(dash < 0 ? whole : whole.slice(0, dash));
  if (ms === null) return null;
  if (dash < 0) return { ms, number: null, isOpen: false };
  const rest = whole.slice(dash + 1);
  if (allowOpen && rest === "*") return { ms, number: null, isOpen: true };
  const number = parsePart(rest);
  return number === null ? null : { ms, number, isOpen: false };
}

/** As Redis does it: its own integers first, and then whatever strtoull(3) reads. */
function parsePart(text: string): bigint | null {
  if (/^-[1-9]\d{0,18}$/.test(text) && BigInt(text) >= -(2n ** 63n)) return null;
  const match = /^[ \t-\r]*([+-]?)(\d+)$/.exec(text);
  if (!match) return null;
  const value = BigInt(match[2] as string);
  if (value > PART_MAX) return null;
  return match[1] === "-" && value > 0n ? PART_MAX + 1n - value : value;
}
