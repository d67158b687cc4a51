import { type ByteTest, type GlobPart, isByte, parseGlob, textOf } from "./glob-syntax.ts";

/** A compiled pattern. Patterns and texts are byte strings: a character for each byte, 0 to 255 (latin1). */
export interface Glob {
  readonly pattern: string;
  /** Bytes that every match begins with; empty where any byte may come first. Narrows a search in sorted keys. */
  readonly prefix: string;
  /** True when the pattern has neither wildcard nor class: `prefix` is the only text that it matches. */
  readonly isLiteral: boolean;
  /** Whether the whole text matches. */
  matches(text: string): boolean;
}

/**
 * Compiles a glob as Redis 7 understands it (`stringmatchlen` in its util.c, on a machine whose `char` is signed): `*`, `?`,
 * `[a-z]`, `[^a]`, and `\` before a byte that is meant as it is. Its edges are kept: an unclosed class ends with the
 * pattern, `[]` matches nothing and `[^]` any byte, `[z-a]` is `[a-z]`, and no pattern but the empty one matches the empty
 * text, not even `*`. Every pattern is valid.
 *
 * Matching takes at most length of text × length of pattern steps, whatever the pattern; a prefix (`abc*`), a suffix, a
 * literal and `*` take one comparison.
 */
export function compileGlob(pattern: string): Glob {
  const parts = parseGlob(pattern);
  const isLiteral = parts.length === 0 || (parts.length === 1 && typeof parts[0] === "string");
  return { pattern, prefix: literalPrefix(parts), isLiteral, matches: matcherOf(parts) };
}

function literalPrefix([first]: readonly GlobPart[]): string {
  if (typeof first === "string") return first;
  if (!first) return "";
  const end = first.findIndex((test) => !isByte(test));
  return textOf(first.slice(0, end).filter(isByte));
}

type Matcher = (text: string) => boolean;

function matcherOf(parts: readonly GlobPart[]): Matcher {
  const [first, second, third] = parts;
  if (first === undefined) return (text) => text.length === 0;
  if (parts.length === 1 && first === null) return (text) => text.length > 0;
  if (parts.length === 1 && typeof first === "string") return (text) => text === first;
  if (parts.length === 2 && second === null && typeof first === "string") return (text) => text.startsWith(first);
  if (parts.length === 2 && first === null && typeof second === "string") return (text) => text.endsWith(second);
  if (parts.length === 3 && first === null && third === null && typeof second === "string") return (text) => text.includes(second);
  return (text) => matchParts(parts, text);
}

/**
 * Without backtracking: what stands between two stars is taken where it is found first, because a later place would leave
 * less for the rest. The first and the last part are bound to the ends of the text.
 */
function matchParts(parts: readonly GlobPart[], text: string): boolean {
  const last = parts.length - 1;
  const head = parts[0] ?? null;
  if (last === 0) return head !== null && head.length === text.length && standsAt(head, text, 0);
  const tail = parts[last] ?? null;
  let start = head === null ? 0 : head.length;
  const end = text.length - (tail === null ? 0 : tail.length);
  if (start > end || (head !== null && !standsAt(head, text, 0)) || (tail !== null && !standsAt(tail, text, end))) return false;
  for (let index = 1; index < last; index++) {
    const part = parts[index] ?? null;
    if (part === null) continue;
    const found = find(part, text, start, end);
    if (found < 0) return false;
    start = found + part.length;
  }
  return true;
}

/** The first place of a part between two offsets, or -1. */
function find(part: string | readonly ByteTest[], text: string, start: number, end: number): number {
  if (typeof part === "string") {
    const found = text.indexOf(part, start);
    return found >= 0 && found + part.length <= end ? found : -1;
  }
  for (let at = start; at + part.length <= end; at++) if (standsAt(part, text, at)) return at;
  return -1;
}

function standsAt(part: string | readonly ByteTest[], text: string, at: number): boolean {
  if (typeof part === "string") return text.startsWith(part, at);
  for (let index = 0; index < part.length; index++) {
    const test = part[index] as ByteTest;
    const byte = text.charCodeAt(at + index);
    if (typeof test === "number" ? byte !== test : test[byte] !== 1) return false;
  }
  return true;
}
