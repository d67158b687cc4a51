/** Writes replies in RESP2 or RESP3 (https://redis.io/docs/latest/develop/reference/protocol-spec/) into one growing buffer. */

import { copyOf } from "./arguments.ts";
import { ReplyError } from "./reply-error.ts";

/** A longer reply is refused, bytes: as long as a request may be. */
const REPLY_BYTES_MAX = 128 * 1024 * 1024;

/** Room that is kept between uses, bytes; what one reply made it grow beyond is given back. */
const KEPT_BYTES = 256 * 1024;
const CR = 13;
const LF = 10;
const BULK = 36;
const INTEGER = 58;
const ARRAY = 42;
const MAP = 37;
const PUSH = 62;
/** What `counted` takes is less. */
export const COUNTER_MAX = 1_000_000_000;
/** Up to here a loop copies faster than a call. */
const LOOP_BYTES_MAX = 32;

export class Output {
  /** What the client that is being answered speaks. */
  protocol: 2 | 3 = 2;
  /** Bytes written. */
  length = 0;
  buffer: Buffer = Buffer.allocUnsafe(KEPT_BYTES);

  /** What was written, as bytes of its own. */
  copy(from = 0): Uint8Array {
    return copyOf(this.buffer, from, this.length);
  }

  /** Begins anew. */
  clear(): void {
    this.length = 0;
    if (this.buffer.length > KEPT_BYTES) this.buffer = Buffer.allocUnsafe(KEPT_BYTES);
  }

  ok(): void {
    this.raw(OK);
  }

  /** A status line, ASCII without line ends. */
  simple(text: string): void {
    this.line(43, text);
  }

  /** An error: a code word, a blank, a sentence. Line ends would break the protocol and become blanks, at the end nothing. */
  error(text: string): void {
    this.line(45, onOneLine(text));
  }

  /** An error that repeats what a client sent: one letter a byte. */
  errorBytes(text: string): void {
    this.room(text.length + 3);
    this.buffer[this.length++] = 45;
    this.length += this.buffer.latin1Write(onOneLine(text), this.length, text.length);
    this.end();
  }

  /** A text to be shown as it is: in RESP3 a verbatim string. */
  verbatim(text: string): void {
    if (this.protocol === 2) return this.text(text);
    const bytes = Buffer.from(`txt:${text}`, "utf8");
    this.raw(Buffer.from(`=${bytes.length}\r\n`));
    this.raw(bytes);
    this.room(2);
    this.end();
  }

  integer(value: number | bigint): void {
    if (typeof value === "number" && value >= 0 && value < 1e9) this.head(INTEGER, value);
    else this.line(INTEGER, String(value));
  }

  /** A byte string. */
  bulk(bytes: Uint8Array): void {
    const size = bytes.length;
    this.head(BULK, size);
    this.room(size + 2);
    const { buffer } = this;
    let at = this.length;
    if (size > LOOP_BYTES_MAX) {
      buffer.set(bytes, at);
      at += size;
    } else for (let index = 0; index < size; index++) buffer[at++] = bytes[index] as number;
    buffer[at] = CR;
    buffer[at + 1] = LF;
    this.length = at + 2;
  }

  /** A text, as UTF-8. */
  text(value: string): void {
    this.bulk(Buffer.from(value, "utf8"));
  }

  /** A byte string that is kept as a text with one letter a byte, as keys are. */
  latin1(value: string): void {
    this.head(BULK, value.length);
    this.room(value.length + 2);
    this.buffer.latin1Write(value, this.length, value.length);
    this.length += value.length;
    this.end();
  }

  /** A byte string of a short text with one letter a byte, and a whole number below `COUNTER_MAX`. */
  counted(text: string, count: number): void {
    let digits = 1;
    for (let rest = count; rest >= 10; rest = (rest / 10) | 0) digits++;
    this.head(BULK, text.length + digits);
    this.room(text.length + digits + 2);
    const { buffer } = this;
    for (let index = 0; index < text.length; index++) buffer[this.length + index] = text.charCodeAt(index);
    this.length += text.length + digits;
    for (let rest = count, at = this.length - 1; digits > 0; digits--, rest = (rest / 10) | 0) buffer[at--] = 48 + (rest % 10);
    this.end();
  }

  /** Nothing, where a string could be. */
  null(): void {
    this.raw(this.protocol === 3 ? NULL : NULL_BULK);
  }

  /** Nothing, where an array could be. */
  nullArray(): void {
    this.raw(this.protocol === 3 ? NULL : NULL_ARRAY);
  }

  /** `count` values follow. */
  array(count: number): void {
    this.head(ARRAY, count);
  }

  /** `count` pairs follow; in RESP2 an array of twice as many values. */
  map(count: number): void {
    if (this.protocol === 3) this.head(MAP, count);
    else this.head(ARRAY, count * 2);
  }

  /** A message that answers no command, of `count` values; in RESP2 an array. */
  push(count: number): void {
    this.head(this.protocol === 3 ? PUSH : ARRAY, count);
  }

  /** Bytes that are replies already. */
  raw(bytes: Uint8Array): void {
    this.room(bytes.length);
    if (bytes.length > LOOP_BYTES_MAX) this.buffer.set(bytes, this.length);
    else for (let index = 0; index < bytes.length; index++) this.buffer[this.length + index] = bytes[index] as number;
    this.length += bytes.length;
  }

  private head(kind: number, value: number): void {
    this.room(16);
    const { buffer } = this;
    let at = this.length;
    buffer[at++] = kind;
    if (value < 10) buffer[at++] = 48 + value;
    else if (value < 100) {
      buffer[at++] = 48 + ((value / 10) | 0);
      buffer[at++] = 48 + (value % 10);
    } else {
      const digits = String(value);
      for (let index = 0; index < digits.length; index++) buffer[at++] = digits.charCodeAt(index);
    }
    buffer[at] = CR;
    buffer[at + 1] = LF;
    this.length = at + 2;
  }

  private line(kind: number, text: string): void {
    this.room(text.length * 3 + 3);
    this.buffer[this.length++] = kind;
    this.length += this.buffer.write(text, this.length, "utf8");
    this.end();
  }

  private end(): void {
    this.buffer[this.length] = CR;
    this.buffer[this.length + 1] = LF;
    this.length += 2;
  }

  private room(size: number): void {
    if (this.length + size <= this.buffer.length) return;
    if (this.length + size > REPLY_BYTES_MAX) throw new ReplyError(`LIMIT a reply may have ${REPLY_BYTES_MAX} bytes`);
    const wider = Buffer.allocUnsafe(Math.max(this.buffer.length * 2, this.length + size));
    this.buffer.copy(wider, 0, 0, this.length);
    this.buffer = wider;
  }
}

function onOneLine(text: string): string {
  return text.replace(/[\r\n]+$/, "").replace(/[\r\n]/g, " ");
}

const OK = Buffer.from("+OK\r\n");
const NULL = Buffer.from("_\r\n");
const NULL_BULK = Buffer.from("$-1\r\n");
const NULL_ARRAY = Buffer.from("*-1\r\n");
