/** The longest line that a reader gives in one piece, in bytes; a longer one comes in several. */
export const LINE_BYTES_MAX = 65_536;

const NEWLINE = 10;

/** A line, or a piece of one that is too long, without its line's end. */
export interface CutLine {
  /** Where its first byte stands in the file. */
  readonly offset: number;
  readonly bytes: Uint8Array;
}

/** Cuts bytes that arrive in pieces into lines. Holds at most `LINE_BYTES_MAX` bytes. */
export class LineCutter {
  /** The beginning of a line whose end has not arrived. */
  #held: Uint8Array[] = [];
  #heldBytes = 0;
  #offset: number;

  /** `offset`: where the first byte that will be pushed stands in the file. */
  constructor(offset: number) {
    this.#offset = offset;
  }

  /** Where the line that is not yet complete begins. */
  get lineStart(): number {
    return this.#offset;
  }

  /** The lines that `bytes` completes. What is returned refers to `bytes`: do not overwrite them while it is in use. */
  push(bytes: Uint8Array): CutLine[] {
    const lines: CutLine[] = [];
    let start = 0;
    while (start < bytes.length) {
      const end = bytes.indexOf(NEWLINE, start);
      const stop = end === -1 ? bytes.length : end;
      const taken = Math.min(stop - start, LINE_BYTES_MAX - this.#heldBytes);
      this.#hold(bytes.subarray(start, start + taken));
      start += taken;
      if (end !== -1 && start === end) {
        lines.push(this.#take(1));
        start++;
      } else if (this.#heldBytes === LINE_BYTES_MAX) lines.push(this.#take(0, true));
    }
    this.#keep();
    return lines;
  }

  /** The last line, which has no end yet; null when there is none. */
  rest(): CutLine | null {
    return this.#heldBytes === 0 ? null : this.#take(0);
  }

  #hold(part: Uint8Array): void {
    if (part.length === 0) return;
    this.#held.push(part);
    this.#heldBytes += part.length;
  }

  /** `endBytes`: the length of the line's end; `cut`: the line goes on, so a character of several bytes must not be torn. */
  #take(endBytes: number, cut = false): CutLine {
    const whole = join(this.#held, this.#heldBytes);
    const bytes = cut ? whole.subarray(0, wholeCharacters(whole)) : whole;
    const line = { offset: this.#offset, bytes };
    this.#offset += bytes.length + endBytes;
    this.#held = bytes.length < whole.length ? [whole.subarray(bytes.length)] : [];
    this.#heldBytes = whole.length - bytes.length;
    return line;
  }

  /** The caller's buffer is the caller's: what stays here is copied. */
  #keep(): void {
    if (this.#heldBytes > 0) this.#held = [join(this.#held, this.#heldBytes).slice()];
  }
}

function join(parts: readonly Uint8Array[], length: number): Uint8Array {
  if (parts.length === 1 && parts[0]) return parts[0];
  const whole = new Uint8Array(length);
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}

/** How many of the bytes end with a whole UTF-8 character; all of them when the end is no UTF-8 at all. */
function wholeCharacters(bytes: Uint8Array): number {
  for (let back = 1; back <= 3 && back < bytes.length; back++) {
    const byte = bytes[bytes.length - back] ?? 0;
    if (byte < 0x80) return bytes.length;
    if (byte >= 0xc0) return byte >= (back === 1 ? 0xc0 : back === 2 ? 0xe0 : 0xf0) ? bytes.length - back : bytes.length;
  }
  return bytes.length;
}
