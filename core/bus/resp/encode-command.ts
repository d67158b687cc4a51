import { encodeUtf8, encodeUtf8Into } from "../../data/utf8.ts";
import { GhostError } from "../../errors/ghost-error.ts";

/** One command with all its words, in bytes. The hub takes no larger one, and would end the connection. */
export const COMMAND_BYTES_MAX = 64 * 1024 * 1024;
/** What a buffer begins with, and is cut back to, in bytes. */
const BUFFER_BYTES = 16 * 1024;
/** Texts up to this length are written character by character, which is quicker than to call the encoder. */
const SHORT_CHARACTERS = 48;
/** Texts up to this length are written where they belong; longer ones are encoded apart, because room for the worst case is three times their length. */
const IN_PLACE_CHARACTERS = 16 * 1024;
/** The head of an array or a string: a sign, up to ten digits, a line end; and the line end behind a string. */
const HEAD_BYTES = 15;

const CR = 13;
const LF = 10;
const ZERO = 48;
const STAR = 42;
const DOLLAR = 36;

/** Commands as they go out: arrays of strings, one behind the other in one piece of memory. Texts are UTF-8. */
export class CommandBuffer {
  private bytes: Uint8Array<ArrayBuffer> = new Uint8Array(BUFFER_BYTES);
  private at = 0;

  /** Bytes that wait. */
  get length(): number {
    return this.at;
  }

  /** Adds a command. Throws LIMIT_EXCEEDED beyond COMMAND_BYTES_MAX, USAGE for what is neither text nor bytes, and then has added nothing. */
  append(args: readonly (string | Uint8Array)[]): void {
    const start = this.at;
    try {
      this.reserve(HEAD_BYTES);
      this.head(STAR, args.length);
      for (const arg of args) this.word(arg);
      if (this.at - start > COMMAND_BYTES_MAX)
        throw new GhostError("LIMIT_EXCEEDED", `cannot send a command of ${this.at - start} bytes: at most ${COMMAND_BYTES_MAX} are taken`);
    } catch (error) {
      // Half a command would be the end of the connection.
      this.at = start;
      throw error;
    }
  }

  /** All that waits, in the buffer's own memory: valid until the next call. */
  peek(): Uint8Array<ArrayBuffer> {
    return this.bytes.subarray(0, this.at);
  }

  /** Forgets what waited. `isKept`: somebody still reads what `peek` gave, so its memory is left to him. */
  clear(isKept: boolean): void {
    this.at = 0;
    if (isKept || this.bytes.length > BUFFER_BYTES * 16) this.bytes = new Uint8Array(BUFFER_BYTES);
  }

  private word(word: string | Uint8Array): void {
    if (typeof word === "string") this.text(word);
    else if (ArrayBuffer.isView(word)) this.string(word);
    else throw new GhostError("USAGE", `cannot send ${String(word)}: it is neither a text nor bytes`);
  }

  private text(text: string): void {
    if (text.length > IN_PLACE_CHARACTERS) {
      this.string(encodeUtf8(text));
      return;
    }
    this.reserve(HEAD_BYTES + text.length * 3);
    const start = this.at;
    this.head(DOLLAR, text.length);
    if (this.writeAscii(text)) this.lineEnd();
    else {
      this.at = start;
      this.string(encodeUtf8(text));
    }
  }

  /** False, and anything may have been written, when a character takes more than one byte. */
  private writeAscii(text: string): boolean {
    if (text.length > SHORT_CHARACTERS) {
      const written = encodeUtf8Into(text, this.bytes.subarray(this.at));
      this.at += written;
      return written === text.length;
    }
    for (let index = 0; index < text.length; index++) {
      const code = text.charCodeAt(index);
      if (code > 127) return false;
      this.bytes[this.at++] = code;
    }
    return true;
  }

  private string(bytes: Uint8Array): void {
    this.reserve(HEAD_BYTES + bytes.length);
    this.head(DOLLAR, bytes.length);
    this.bytes.set(bytes, this.at);
    this.at += bytes.length;
    this.lineEnd();
  }

  private head(sign: number, number: number): void {
    this.bytes[this.at++] = sign;
    let unit = 1;
    while (unit * 10 <= number) unit *= 10;
    for (; unit >= 1; unit = Math.floor(unit / 10)) this.bytes[this.at++] = ZERO + (Math.floor(number / unit) % 10);
    this.lineEnd();
  }

  private lineEnd(): void {
    this.bytes[this.at++] = CR;
    this.bytes[this.at++] = LF;
  }

  private reserve(more: number): void {
    if (this.at + more <= this.bytes.length) return;
    const larger = new Uint8Array(Math.max(this.bytes.length * 2, this.at + more));
    larger.set(this.bytes.subarray(0, this.at));
    this.bytes = larger;
  }
}

/** One command as bytes. Throws as `append` does. */
export function encodeCommand(args: readonly (string | Uint8Array)[]): Uint8Array {
  const buffer = new CommandBuffer();
  buffer.append(args);
  return buffer.peek();
}
