/**
 * Reads what clients of a Redis server send: arrays of bulk strings, or a line of words
 * (https://redis.io/docs/latest/develop/reference/protocol-spec/). Bytes come in pieces of any size; a request is told when it
 * is whole. Nothing is copied where a piece holds whole requests.
 */

/** What one client may send. Redis's own limits where it has them, less where SQLite and one machine's memory say so. */
export const REQUEST_LIMITS = {
  /** One argument, bytes. Redis: 512 MiB. */
  argumentBytesMax: 64 * 1024 * 1024,
  /** Arguments of one request. */
  argumentsMax: 1024 * 1024,
  /** All bytes of one request. */
  requestBytesMax: 128 * 1024 * 1024,
  /** A line: an inline request, or the head of an array or a string (Redis: PROTO_INLINE_MAX_SIZE). */
  lineBytesMax: 64 * 1024,
} as const;

/** Redis's own limit of one bulk string, past which it answers as Redis does. */
const REDIS_BULK_BYTES_MAX = 512 * 1024 * 1024;
const REDIS_ARGUMENTS_MAX = 2 ** 31 - 1;

const CR = 13;
const LF = 10;
const STAR = 42;
const DOLLAR = 36;

/** A client that does not speak the protocol, or sends too much: it gets this text as an error, and then the end. */
export class ProtocolError extends Error {}

/** One client's requests. The arguments of the last one are `bytes(0)` to `bytes(count - 1)`, valid until the next call of `next` or `feed`. */
export class Requests {
  /** Holds the current request. */
  buffer: Uint8Array<ArrayBufferLike> = NOTHING;
  /** How many arguments the current request has; never 0. */
  count = 0;
  readonly starts: number[] = [];
  readonly ends: number[] = [];
  /** What one client may send before it has said who it is is far less: see `REQUEST_LIMITS`. */
  private readonly grow: (size: number) => Uint8Array<ArrayBufferLike>;
  private length = 0;
  private position = 0;
  /** Where the current request begins. */
  private begin = 0;
  /** Where to go on looking for the end of a line. */
  private searched = 0;
  /** Arguments still to come; -1: between requests. */
  private missing = -1;
  /** Bytes of the argument being read; -1: its head is to come. */
  private size = -1;
  private isOwned = false;
  /** Where what comes next lies, while `buffer` holds the words of an inline request. */
  private aside: Uint8Array<ArrayBufferLike> | null = null;

  /** `allocate` makes room for a request that comes in several pieces. */
  constructor(allocate: (size: number) => Uint8Array<ArrayBufferLike> = (size) => new Uint8Array(size)) {
    this.grow = allocate;
  }

  /** Bytes that wait for the rest of their request. */
  get pendingBytes(): number {
    return this.length - this.begin;
  }

  /** Takes the next piece. It must not be changed until all its requests are read, or `own` was called. */
  feed(piece: Uint8Array<ArrayBufferLike>): void {
    this.leaveInline();
    if (this.begin === this.length) this.borrow(piece);
    else this.append(piece);
  }

  /** Goes to the next whole request; false: more bytes are needed. Throws ProtocolError, after which nothing more may be read. */
  next(): boolean {
    this.leaveInline();
    if (this.missing < 0 && !this.readHead()) return this.keep();
    while (this.missing > 0) {
      if (!this.readArgument()) return this.keep();
    }
    this.missing = -1;
    this.begin = this.position;
    this.searched = this.position;
    return true;
  }

  /** Keeps what was not read yet in bytes of its own: the last piece may be changed. The arguments of the current request are no longer valid. */
  own(): void {
    this.leaveInline();
    if (this.begin < this.length && !this.isOwned) this.moveTo(this.roomFor(this.length - this.begin));
  }

  /** The argument's own bytes, not a copy. */
  bytes(index: number): Uint8Array<ArrayBufferLike> {
    return this.buffer.subarray(this.starts[index], this.ends[index]);
  }

  /** The words of an inline request are no longer wanted. */
  private leaveInline(): void {
    if (this.aside === null) return;
    this.buffer = this.aside;
    this.aside = null;
    this.count = 0;
  }

  private borrow(piece: Uint8Array<ArrayBufferLike>): void {
    this.buffer = piece;
    this.length = piece.length;
    this.position = this.begin = this.searched = 0;
    this.isOwned = false;
  }

  private append(piece: Uint8Array<ArrayBufferLike>): void {
    const pending = this.length - this.begin;
    const needed = pending + piece.length;
    if (needed > REQUEST_LIMITS.requestBytesMax)
      throw new ProtocolError(`LIMIT a request may have ${REQUEST_LIMITS.requestBytesMax} bytes`);
    if (!this.isOwned || needed + this.begin > this.buffer.length) this.moveTo(this.roomFor(needed));
    this.buffer.set(piece, this.length);
    this.length += piece.length;
  }

  /** The current buffer where that is enough, else one of twice the size: a request of many pieces is moved few times. */
  private roomFor(needed: number): Uint8Array<ArrayBufferLike> {
    if (this.isOwned && needed <= this.buffer.length / 2) return this.buffer;
    const announced = this.size >= 0 ? this.position - this.begin + this.size + 2 : 0;
    return this.grow(Math.max(needed * 2, Math.min(announced, REQUEST_LIMITS.requestBytesMax), 4096));
  }

  private moveTo(room: Uint8Array<ArrayBufferLike>): void {
    if (room === this.buffer) room.copyWithin(0, this.begin, this.length);
    else room.set(this.buffer.subarray(this.begin, this.length));
    for (let index = 0; index < this.count; index++) {
      this.starts[index] = (this.starts[index] as number) - this.begin;
      this.ends[index] = (this.ends[index] as number) - this.begin;
    }
    this.buffer = room;
    this.length -= this.begin;
    this.position -= this.begin;
    this.searched -= this.begin;
    this.begin = 0;
    this.isOwned = true;
  }

  /** What is left of a piece stays: of one that is not ours, a copy. */
  private keep(): false {
    if (this.begin === this.length) {
      this.buffer = NOTHING;
      this.length = this.position = this.begin = this.searched = 0;
      this.isOwned = false;
    } else if (!this.isOwned) this.moveTo(this.roomFor(this.length - this.begin));
    return false;
  }

  /** Reads the head of an array, or all of an inline request. Empty ones are passed over, as Redis does. */
  private readHead(): boolean {
    for (;;) {
      this.passEmptyLines();
      if (this.position >= this.length) return false;
      if (this.buffer[this.position] !== STAR) {
        if (!this.readInline()) return false;
      } else {
        const end = this.lineEnd("too big mbulk count string");
        if (end < 0) return false;
        const count = parseInteger(this.buffer, this.position + 1, end);
        if (count === null || count > REDIS_ARGUMENTS_MAX) throw new ProtocolError("ERR Protocol error: invalid multibulk length");
        if (count > REQUEST_LIMITS.argumentsMax)
          throw new ProtocolError(`LIMIT a request may have ${REQUEST_LIMITS.argumentsMax} arguments`);
        this.position = this.searched = end + 2;
        this.missing = Math.max(0, count);
        this.count = 0;
      }
      if (this.missing > 0 || this.count > 0) return true;
      this.missing = -1;
      this.begin = this.position;
    }
  }

  private readArgument(): boolean {
    if (this.size < 0) {
      if (this.position >= this.length) return false;
      const end = this.lineEnd("too big bulk count string");
      if (end < 0) return false;
      const first = this.buffer[this.position] as number;
      if (first !== DOLLAR) throw new ProtocolError(`ERR Protocol error: expected '$', got '${printable(first)}'`);
      const size = parseInteger(this.buffer, this.position + 1, end);
      if (size === null || size < 0 || size > REDIS_BULK_BYTES_MAX) throw new ProtocolError("ERR Protocol error: invalid bulk length");
      if (size > REQUEST_LIMITS.argumentBytesMax)
        throw new ProtocolError(`LIMIT an argument may have ${REQUEST_LIMITS.argumentBytesMax} bytes, and this one has ${size}`);
      this.size = size;
      this.position = this.searched = end + 2;
    }
    if (this.length - this.position < this.size + 2) return false;
    this.starts[this.count] = this.position;
    this.ends[this.count] = this.position + this.size;
    this.count++;
    this.position += this.size + 2;
    this.searched = this.position;
    this.size = -1;
    this.missing--;
    return true;
  }

  private passEmptyLines(): void {
    const { buffer, length } = this;
    let at = this.position;
    for (;;) {
      if (at < length && buffer[at] === LF) at++;
      else if (at + 1 < length && buffer[at] === CR && buffer[at + 1] === LF) at += 2;
      else break;
    }
    if (at === this.position) return;
    this.position = this.begin = at;
    this.searched = Math.max(this.searched, at);
  }

  /** Where the CR of the line at `position` is; -1: not here yet. The LF after it is not looked at, as in Redis. */
  private lineEnd(tooLong: string): number {
    const { buffer, length } = this;
    for (let index = Math.max(this.searched, this.position); index < length; index++) {
      if (buffer[index] !== CR) continue;
      this.searched = index;
      return index + 1 < length ? index : -1;
    }
    this.searched = length;
    if (length - this.position > REQUEST_LIMITS.lineBytesMax) throw new ProtocolError(`ERR Protocol error: ${tooLong}`);
    return -1;
  }

  private readInline(): boolean {
    const end = this.buffer.subarray(0, this.length).indexOf(LF, Math.max(this.searched, this.position));
    if (end < 0) {
      this.searched = this.length;
      if (this.length - this.position > REQUEST_LIMITS.lineBytesMax) throw new ProtocolError("ERR Protocol error: too big inline request");
      return false;
    }
    const words = splitWords(this.buffer, this.position, end > this.position && this.buffer[end - 1] === CR ? end - 1 : end);
    if (!words) throw new ProtocolError("ERR Protocol error: unbalanced quotes in request");
    this.takeWords(words, end + 1);
    return true;
  }

  /** Quotes and escapes make words differ from what was sent, so they get a place of their own until the next request is read. */
  private takeWords(words: readonly number[][], after: number): void {
    this.count = 0;
    this.missing = 0;
    this.position = this.searched = this.begin = after;
    if (words.length === 0) return;
    const room = this.grow(
      Math.max(
        words.reduce((sum, word) => sum + word.length, 0),
        1,
      ),
    );
    let position = 0;
    for (const word of words) {
      room.set(word, position);
      this.starts[this.count] = position;
      position += word.length;
      this.ends[this.count++] = position;
    }
    this.aside = this.buffer;
    this.buffer = room;
  }
}

const NOTHING = new Uint8Array(0);

/** As Redis's string2ll: no sign but a minus, no blanks, no leading zeros; null: not such a number, or not a safe one. */
function parseInteger(buffer: Uint8Array, start: number, end: number): number | null {
  const isNegative = buffer[start] === 45;
  let index = isNegative ? start + 1 : start;
  if (index >= end || end - index > 15) return null;
  if (buffer[index] === 48 && (isNegative || end - index > 1)) return null;
  let value = 0;
  for (; index < end; index++) {
    const digit = (buffer[index] as number) - 48;
    if (digit < 0 || digit > 9) return null;
    value = value * 10 + digit;
  }
  return isNegative ? -value : value;
}

function printable(byte: number): string {
  return String.fromCharCode(byte);
}

const BLANKS = new Set([32, 9, 10, 11, 12, 13, 0]);
const DOUBLE_QUOTE = 34;
const SINGLE_QUOTE = 39;
const BACKSLASH = 92;
const ESCAPES: Readonly<Record<string, number>> = { n: 10, r: 13, t: 9, b: 8, a: 7 };

/** Words as Redis's sdssplitargs takes them: "double" with escapes, 'single' with \' only; null: a quote is not closed, or something clings to it. */
function splitWords(buffer: Uint8Array, start: number, end: number): number[][] | null {
  const words: number[][] = [];
  let index = start;
  for (;;) {
    while (index < end && BLANKS.has(buffer[index] as number)) index++;
    if (index >= end) return words;
    const word: number[] = [];
    const after = readWord(buffer, index, end, word);
    if (after < 0) return null;
    words.push(word);
    index = after;
  }
}

function readWord(buffer: Uint8Array, start: number, end: number, word: number[]): number {
  let index = start;
  while (index < end && !BLANKS.has(buffer[index] as number)) {
    const byte = buffer[index] as number;
    if (byte !== DOUBLE_QUOTE && byte !== SINGLE_QUOTE) {
      word.push(byte);
      index++;
      continue;
    }
    index = byte === DOUBLE_QUOTE ? readDouble(buffer, index + 1, end, word) : readSingle(buffer, index + 1, end, word);
    if (index < 0 || (index < end && !BLANKS.has(buffer[index] as number))) return -1;
    return index;
  }
  return index;
}

function readSingle(buffer: Uint8Array, start: number, end: number, word: number[]): number {
  for (let index = start; index < end; index++) {
    const byte = buffer[index] as number;
    if (byte === SINGLE_QUOTE) return index + 1;
    if (byte === BACKSLASH && buffer[index + 1] === SINGLE_QUOTE && index + 1 < end) index++;
    word.push(buffer[index] as number);
  }
  return -1;
}

function readDouble(buffer: Uint8Array, start: number, end: number, word: number[]): number {
  for (let index = start; index < end; index++) {
    const byte = buffer[index] as number;
    if (byte === DOUBLE_QUOTE) return index + 1;
    if (byte !== BACKSLASH || index + 1 >= end) {
      word.push(byte);
      continue;
    }
    const letter = String.fromCharCode(buffer[index + 1] as number);
    const hex =
      letter === "x" && index + 3 < end ? hexValue(buffer[index + 2] as number) * 16 + hexValue(buffer[index + 3] as number) : Number.NaN;
    word.push(Number.isNaN(hex) ? (ESCAPES[letter] ?? (buffer[index + 1] as number)) : hex);
    index += Number.isNaN(hex) ? 1 : 3;
  }
  return -1;
}

function hexValue(byte: number): number {
  const value = Number.parseInt(String.fromCharCode(byte), 16);
  return value;
}
