import { decodeUtf8 } from "../../data/utf8.ts";
import { GhostError } from "../../errors/ghost-error.ts";
import { type Reply, ReplyError } from "./reply.ts";

/** What one reply may consist of. More is a server gone wrong, and the end of the connection. */
export const REPLY_LIMITS = {
  /** A line: a simple string, an error, a number, a length. */
  lineBytesMax: 64 * 1024,
  /** One string. Redis's own limit is the same. */
  stringBytesMax: 512 * 1024 * 1024,
  /** Elements of one array, a map's keys and values counted. */
  elementsMax: 16 * 1024 * 1024,
  /** Arrays in arrays. */
  depthMax: 32,
} as const;

/** Where replies and pushes go, in the order in which they came. Neither may throw. */
export interface ReplySink {
  reply(reply: Reply): void;
  push(items: readonly Reply[]): void;
}

/** A string that comes in several pieces, and its line end. */
interface PartialString {
  readonly sign: number;
  readonly bytes: Uint8Array;
  filled: number;
}

/** An array that is not yet whole. */
interface OpenArray {
  readonly sign: number;
  readonly items: Reply[];
  missing: number;
}

const NOTHING = new Uint8Array(0);
const CR = 13;
const LF = 10;
const MINUS = 45;
const ZERO = 48;
/** Digits that a number holds exactly, whatever they are. */
const EXACT_DIGITS = 15;
const PUSH = 62;
const ATTRIBUTE = 124;
/** In front of a verbatim string's text: `txt:`. */
const VERBATIM_PREFIX = 4;
const sign = (character: string): number => character.charCodeAt(0);
const [SIMPLE, ERROR, INTEGER, BULK, BULK_ERROR, VERBATIM] = ["+", "-", ":", "$", "!", "="].map(sign);
const [ARRAY, MAP, SET, NULL, DOUBLE, BOOLEAN, BIG] = ["*", "%", "~", "_", ",", "#", "("].map(sign);

/**
 * Reads what a Redis server sends, RESP2 and RESP3, in pieces of any size. Strings are not copied where a piece holds them whole.
 * A piece that was fed must not be written again.
 */
export class Replies {
  private readonly sink: ReplySink;
  private readonly open: OpenArray[] = [];
  /** The piece being read; between two pieces, the begin of a line. */
  private bytes: Uint8Array = NOTHING;
  private at = 0;
  private partial: PartialString | null = null;

  constructor(sink: ReplySink) {
    this.sink = sink;
  }

  /** Reads on. Throws HUB_UNREACHABLE for what is no RESP, or is beyond a limit; after that nothing more can be read. */
  feed(piece: Uint8Array): void {
    // A plain view: Node's and Bun's own kind of bytes has other methods, and slower ones.
    let bytes: Uint8Array = new Uint8Array(piece.buffer, piece.byteOffset, piece.byteLength);
    if (this.partial) bytes = this.fill(this.partial, bytes);
    this.bytes = this.bytes.length === 0 ? bytes : joined(this.bytes, bytes);
    this.at = 0;
    while (this.at < this.bytes.length && this.readElement());
    this.bytes = this.at === this.bytes.length ? NOTHING : this.bytes.subarray(this.at);
    if (this.bytes.length > REPLY_LIMITS.lineBytesMax) throw broken(`a line of more than ${REPLY_LIMITS.lineBytesMax} bytes`);
  }

  /** Reads one element as far as it is there; false when its line is not whole. */
  private readElement(): boolean {
    const kind = this.bytes[this.at] as number;
    if (kind === SIMPLE || kind === ERROR || kind === NULL || kind === DOUBLE || kind === BOOLEAN || kind === BIG)
      return this.readText(kind);
    const end = this.endOfNumber();
    if (end < 0) return false;
    const number = this.numberUntil(end);
    this.at = end + 2;
    if (kind === INTEGER) this.complete(number);
    else if (number === -1) this.complete(null);
    else if (kind === BULK || kind === VERBATIM || kind === BULK_ERROR)
      this.readString(kind, lengthOf(number, REPLY_LIMITS.stringBytesMax));
    else this.beginArray(kind, lengthOf(number, REPLY_LIMITS.elementsMax));
    return true;
  }

  /** The place of the line end behind a number, or -1 while it is not there. */
  private endOfNumber(): number {
    const { bytes } = this;
    let at = this.at + 1;
    while (at < bytes.length && bytes[at] !== CR) at++;
    if (at + 1 >= bytes.length) return -1;
    if (bytes[at + 1] !== LF) throw broken("a line that does not end as lines do");
    return at;
  }

  private numberUntil(end: number): number | bigint {
    const { bytes } = this;
    const isNegative = bytes[this.at + 1] === MINUS;
    const start = this.at + (isNegative || bytes[this.at + 1] === 43 ? 2 : 1);
    let value = 0;
    for (let at = start; at < end; at++) {
      const digit = (bytes[at] as number) - ZERO;
      if (digit < 0 || digit > 9) throw broken("a number that is none");
      value = value * 10 + digit;
    }
    if (end === start) throw broken("a number without digits");
    if (end - start > EXACT_DIGITS) return exactly(decodeUtf8(bytes.subarray(this.at + 1, end)));
    return isNegative && value !== 0 ? -value : value;
  }

  private readText(kind: number): boolean {
    const end = this.bytes.indexOf(LF, this.at);
    if (end < 0) return false;
    const text = decodeUtf8(this.bytes.subarray(this.at + 1, end - 1));
    this.at = end + 1;
    this.complete(valueOfLine(kind, text));
    return true;
  }

  private readString(kind: number, length: number): void {
    const end = this.at + length;
    if (end + 2 > this.bytes.length) {
      this.partial = { sign: kind, bytes: new Uint8Array(length + 2), filled: 0 };
      this.bytes = this.fill(this.partial, this.bytes.subarray(this.at));
      this.at = 0;
      return;
    }
    if (this.bytes[end] !== CR || this.bytes[end + 1] !== LF) throw broken("a string that is longer than it says");
    const string = this.bytes.subarray(this.at, end);
    this.at = end + 2;
    this.completeString(kind, string);
  }

  /** Takes what belongs to the string; gives the rest. */
  private fill(partial: PartialString, bytes: Uint8Array): Uint8Array {
    const missing = partial.bytes.length - partial.filled;
    partial.bytes.set(missing < bytes.length ? bytes.subarray(0, missing) : bytes, partial.filled);
    partial.filled += Math.min(missing, bytes.length);
    if (partial.filled < partial.bytes.length) return NOTHING;
    this.partial = null;
    const end = partial.bytes.length - 2;
    if (partial.bytes[end] !== CR || partial.bytes[end + 1] !== LF) throw broken("a string that is longer than it says");
    this.completeString(partial.sign, partial.bytes.subarray(0, end));
    return bytes.subarray(missing);
  }

  private completeString(kind: number, bytes: Uint8Array): void {
    if (kind === BULK) this.complete(bytes);
    else if (kind === VERBATIM) this.complete(bytes.subarray(VERBATIM_PREFIX));
    else this.complete(new ReplyError(decodeUtf8(bytes)));
  }

  private beginArray(kind: number, length: number): void {
    if (kind !== ARRAY && kind !== MAP && kind !== SET && kind !== PUSH && kind !== ATTRIBUTE)
      throw broken(`the byte ${kind}, with which no reply begins`);
    if (this.open.length >= REPLY_LIMITS.depthMax) throw broken(`arrays nested more than ${REPLY_LIMITS.depthMax} deep`);
    const missing = kind === MAP || kind === ATTRIBUTE ? length * 2 : length;
    const array = { sign: kind, items: [], missing };
    if (missing > 0) this.open.push(array);
    else this.completeArray(array);
  }

  /** A value is there: the whole reply, or an element of the innermost open array, which may be whole by it. */
  private complete(value: Reply): void {
    const array = this.open[this.open.length - 1];
    if (array === undefined) {
      this.sink.reply(value);
      return;
    }
    array.items.push(value);
    if (--array.missing > 0) return;
    this.open.pop();
    this.completeArray(array);
  }

  private completeArray({ sign: kind, items }: OpenArray): void {
    if (kind === PUSH) this.sink.push(items);
    else if (kind !== ATTRIBUTE) this.complete(items);
  }
}

function valueOfLine(kind: number, text: string): Reply {
  if (kind === SIMPLE) return text;
  if (kind === ERROR) return new ReplyError(text);
  if (kind === NULL) return null;
  if (kind === BOOLEAN) return text === "t";
  if (kind === BIG) return exactly(text);
  return Number(text.replace("inf", "Infinity"));
}

function exactly(text: string): number | bigint {
  if (!/^[+-]?\d+$/.test(text)) throw broken("a number that is none");
  const value = Number(text);
  return Number.isSafeInteger(value) ? value : BigInt(text.replace("+", ""));
}

function lengthOf(number: number | bigint, max: number): number {
  if (number >= 0 && number <= max) return Number(number);
  throw broken(`a length of ${number}; at most ${max} is taken`);
}

function joined(one: Uint8Array, other: Uint8Array): Uint8Array {
  const all = new Uint8Array(one.length + other.length);
  all.set(one);
  all.set(other, one.length);
  return all;
}

function broken(what: string): GhostError {
  return new GhostError("HUB_UNREACHABLE", `cannot understand what the hub sends: ${what}`, {
    hint: "is it a Redis server that listens there?",
  });
}
