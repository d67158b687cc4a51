/** What one byte has to be: that byte, or one of a table of 256 where allowed bytes are 1. */
export type ByteTest = number | Uint8Array;

/** A run of bytes that must follow each other, a string where each is given; or null for a star. Stars and runs alternate. */
export type GlobPart = string | readonly ByteTest[] | null;

const BYTES = 256;
const ANY_BYTE = new Uint8Array(BYTES).fill(1);

/** Takes a glob (a byte string) apart, as Redis 7 does while it matches. */
export function parseGlob(pattern: string): GlobPart[] {
  const parts: GlobPart[] = [];
  let run: ByteTest[] = [];
  const endRun = () => {
    if (run.length > 0) parts.push(run.every(isByte) ? textOf(run) : run);
    run = [];
  };
  for (let at = 0; at < pattern.length; ) {
    if (pattern[at] === "*") {
      endRun();
      if (parts.at(-1) !== null || parts.length === 0) parts.push(null);
      at++;
    } else {
      const { test, next } = readByteTest(pattern, at);
      run.push(test);
      at = next;
    }
  }
  endRun();
  return parts;
}

/** True of a test that only one byte passes. */
export function isByte(test: ByteTest): test is number {
  return typeof test === "number";
}

/** Bytes as a byte string. */
export function textOf(bytes: readonly number[]): string {
  return bytes.map((byte) => String.fromCharCode(byte)).join("");
}

function readByteTest(pattern: string, at: number): { test: ByteTest; next: number } {
  if (pattern[at] === "?") return { test: ANY_BYTE, next: at + 1 };
  if (pattern[at] === "[") return readClass(pattern, at + 1);
  // A backslash at the end stands for itself.
  const place = pattern[at] === "\\" && at + 1 < pattern.length ? at + 1 : at;
  return { test: pattern.charCodeAt(place), next: place + 1 };
}

/** Reads from behind the bracket. A class that is never closed ends with the pattern. */
function readClass(pattern: string, start: number): { test: ByteTest; next: number } {
  const negated = pattern[start] === "^";
  const table = new Uint8Array(BYTES);
  let at = negated ? start + 1 : start;
  for (; at < pattern.length; at++) {
    const left = pattern.length - at;
    if (pattern[at] === "\\" && left >= 2) table[pattern.charCodeAt(++at)] = 1;
    else if (pattern[at] === "]") break;
    else if (pattern[at + 1] === "-" && left >= 3) {
      allowRange(table, pattern.charCodeAt(at), pattern.charCodeAt(at + 2));
      at += 2;
    } else table[pattern.charCodeAt(at)] = 1;
  }
  return { test: negated ? table.map((allowed) => 1 - allowed) : table, next: at + 1 };
}

/** Redis compares as signed bytes: from -128 for 0x80 to 127. */
function allowRange(table: Uint8Array, one: number, other: number): void {
  const [low, high] = [signed(one), signed(other)].sort((a, b) => a - b) as [number, number];
  for (let byte = low; byte <= high; byte++) table[byte & 0xff] = 1;
}

function signed(byte: number): number {
  return byte > 127 ? byte - BYTES : byte;
}
