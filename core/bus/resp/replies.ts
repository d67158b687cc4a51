import { decodeUtf8 } from "../../data/utf8.ts";
import { GhostError } from "../../errors/ghost-error.ts";
import { type Reply, ReplyError } from "./reply.ts";

/** A line may have so many bytes: a simple string, an error, a number, a length. More is, as with the next ones, a server gone wrong, and the end of the connection. */
export const LINE_BYTES_MAX = 64 * 1024;
/** One string. Redis's own limit is the same. */
export const STRING_BYTES_MAX = 512 * 1024 * 1024;
/** Elements of one array, a map's keys and values counted. */
export const ELEMENTS_MAX = 16 * 1024 * 1024;
/** Arrays in arrays. */
export const DEPTH_MAX = 32;

/** Where replies and pushes go, in the order in which they came. Neither may throw. */
export interface ReplySink {
  reply(reply: Reply): void;
  push(items: readonly Reply[]): void;
}

/** An array that is not yet whole. */
interface OpenArray {
  readonly kind: number;
  readonly items: Reply[];
  missing: number;
}

const CR = 13;
const LF = 10;
/** The signs with which replies begin. */
const SIMPLE = 43; // +
const ERROR = 45; // -
const INTEGER = 58; // :
const BULK = 36; // $
const BULK_ERROR = 33; // !
const VERBATIM = 61; // =
const ARRAY = 42; // *
const MAP = 37; // %
const PUSH = 62; // >
const ATTRIBUTE = 124; // |
const NULL = 95; // _
const DOUBLE = 44; // ,
const BOOLEAN = 35; // #
const BIG = 40; // (
/** What begins with a length: strings, then arrays. The most frequent first. */
const LONG = [BULK, VERBATIM, BULK_ERROR, PUSH, ARRAY, MAP, ATTRIBUTE, 126 /* ~, a set */];
const STRINGS = 3;
/** In front of a verbatim string's text: `txt:`. */
const VERBATIM_PREFIX = 4;
/** Digits that a number holds exactly, whatever they are. */
const EXACT_DIGITS = 15;
const NOTHING = new Uint8Array(0);

/**
 * Reads what a Redis server sends, RESP2 and RESP3, in pieces of any size. Strings are not copied where a piece holds them whole.
 * A piece that was fed must not be written again.
 */
export class Replies {
  private readonly sink: ReplySink;
  private readonly open: OpenArray[] = [];
  /** The piece being read; between two pieces, the begin of a line, or all that is there of a string. */
  private bytes: Uint8Array = NOTHING;
  private at = 0;
  /** The string being read, which may come in several pieces. */
  private string = { kind: 0, length: -1 };
  /** How much of it is in `bytes`, which has room for all of it; -1: it does not come in pieces. */
  private filled = -1;

  constructor(sink: ReplySink) {
    this.sink = sink;
  }

  /** Reads on. Throws HUB_UNREACHABLE for what is no RESP, or is beyond a limit; after that nothing more can be read. */
  feed(piece: Uint8Array): void {
    // A plain view: Node's and Bun's own kind of bytes has other methods, and slower ones.
    let bytes: Uint8Array = new Uint8Array(piece.buffer, piece.byteOffset, piece.byteLength);
    if (this.filled >= 0) {
      const taken = bytes.subarray(0, this.bytes.length - this.filled);
      this.bytes.set(taken, this.filled);
      this.filled += taken.length;
      if (this.filled < this.bytes.length) return;
      this.filled = -1;
      this.readString();
      bytes = bytes.subarray(taken.length);
    } else if (this.bytes.length > 0) bytes = joined(this.bytes, bytes);
    this.read(bytes);
  }

  private read(bytes: Uint8Array): void {
    this.bytes = bytes;
    this.at = 0;
    while (this.at < this.bytes.length && this.filled < 0 && this.readElement());
    if (this.filled >= 0) return;
    this.bytes = this.bytes.subarray(this.at);
    if (this.bytes.length > LINE_BYTES_MAX) throw broken();
  }

  /** Reads one element as far as it is there; false when its line is not whole. */
  private readElement(): boolean {
    const { bytes, at } = this;
    let end = at + 1;
    while (end < bytes.length && bytes[end] !== CR) end++;
    if (end + 1 >= bytes.length) return false;
    if (bytes[end + 1] !== LF) throw broken();
    const kind = bytes[at] as number;
    this.at = end + 2;
    if (LONG.includes(kind)) this.begin(kind, numberIn(bytes, at + 1, end));
    else this.complete(kind === INTEGER ? numberIn(bytes, at + 1, end) : valueOfLine(kind, decodeUtf8(bytes.subarray(at + 1, end))));
    return true;
  }

  private begin(kind: number, length: number | bigint): void {
    const isString = LONG.indexOf(kind) < STRINGS;
    if (length === -1) return this.complete(null);
    if (length < 0 || length > (isString ? STRING_BYTES_MAX : ELEMENTS_MAX)) throw broken();
    if (!isString) return this.beginArray({ kind, items: [], missing: Number(length) * (kind === MAP || kind === ATTRIBUTE ? 2 : 1) });
    this.string = { kind, length: Number(length) };
    const { bytes, at } = this;
    const size = this.string.length + 2;
    if (at + size <= bytes.length) return this.readString();
    this.bytes = new Uint8Array(size);
    this.bytes.set(bytes.subarray(at));
    this.filled = bytes.length - at;
    this.at = 0;
  }

  /** The string is there, with its line end. */
  private readString(): void {
    const { bytes, at } = this;
    const { kind, length } = this.string;
    const end = at + length;
    if (bytes[end] !== CR || bytes[end + 1] !== LF) throw broken();
    const string = bytes.subarray(kind === VERBATIM ? at + VERBATIM_PREFIX : at, end);
    this.at = end + 2;
    this.complete(kind === BULK_ERROR ? new ReplyError(decodeUtf8(string)) : string);
  }

  private beginArray(array: OpenArray): void {
    if (this.open.length >= DEPTH_MAX) throw broken();
    if (array.missing > 0) this.open.push(array);
    else this.completeArray(array);
  }

  /** A value is there: the whole reply, or an element of the innermost open array, which may be whole by it. */
  private complete(value: Reply): void {
    const array = this.open[this.open.length - 1];
    if (array === undefined) return this.sink.reply(value);
    array.items.push(value);
    if (--array.missing > 0) return;
    this.open.pop();
    this.completeArray(array);
  }

  private completeArray({ kind, items }: OpenArray): void {
    if (kind === PUSH) this.sink.push(items);
    else if (kind !== ATTRIBUTE) this.complete(items);
  }
}

function valueOfLine(kind: number, text: string): Reply {
  switch (kind) {
    case SIMPLE:
      return text;
    case ERROR:
      return new ReplyError(text);
    case NULL:
      return null;
    case BOOLEAN:
      return text === "t";
    case DOUBLE:
      return Number(text.replace("inf", "Infinity"));
    case BIG:
      return exactly(text);
    default:
      throw broken();
  }
}

function numberIn(bytes: Uint8Array, start: number, end: number): number | bigint {
  let value = 0;
  let isPlain = end > start && end - start <= EXACT_DIGITS;
  for (let at = start; isPlain && at < end; at++) {
    const digit = (bytes[at] as number) - 48;
    isPlain = digit >= 0 && digit <= 9;
    value = value * 10 + digit;
  }
  // One with a sign, or perhaps too long to be exact, or none at all: those are rare.
  return isPlain ? value : exactly(decodeUtf8(bytes.subarray(start, end)));
}

function exactly(text: string): number | bigint {
  if (!/^[+-]?\d+$/.test(text)) throw broken();
  const value = Number(text);
  return Number.isSafeInteger(value) ? value : BigInt(text.replace("+", ""));
}

function joined(one: Uint8Array, other: Uint8Array): Uint8Array {
  const all = new Uint8Array(one.length + other.length);
  all.set(one);
  all.set(other, one.length);
  return all;
}

function broken(): GhostError {
  return new GhostError("HUB_UNREACHABLE", "cannot understand what the hub sends: it is no RESP, or beyond a limit");
}
