/** A quantity that was read, or why it could not be and what to write instead. */
export type Parsed = { readonly value: number } | { readonly problem: string; readonly hint: string };

/** Longest duration, in milliseconds: what a timer of the runtimes can wait (2^31 - 1, almost 25 days). */
export const DURATION_MAX_MS = 2_147_483_647;

const DAY_MS = 86_400_000;
const MILLISECONDS: Readonly<Record<string, number>> = { ms: 1, s: 1000, m: 60_000, h: 3_600_000, d: DAY_MS };
const ONE_PART = /^(\d+)(ms|s|m|h|d)$/;
const PART = /(\d+(?:\.\d+)?)(ms|s|m|h|d)/g;
const WHOLE = /^(?:\d+(?:\.\d+)?(?:ms|s|m|h|d))+$/;
const CLOCK = /^(\d+):([0-5]\d):([0-5]\d)(?:\.(\d{1,7}))?$/;
const DURATION_HINT = "write a duration as 500ms, 5s, 10m, 2h or 00:00:05";

/** A duration such as `500ms`, `1.5s`, `1m30s`, `2h` or `00:00:05`, in whole milliseconds. A number without unit is refused: no two tools agree what it means. Longer than `maxMs`, by default what a timer can wait, is refused, too. */
export function parseDuration(text: string, maxMs = DURATION_MAX_MS): Parsed {
  const compact = text.trim();
  const value = clockMs(compact) ?? unitsMs(compact.replace(/\s+/g, "").toLowerCase());
  if (value === null) return durationProblem(compact);
  if (value > maxMs)
    return { problem: `it is longer than ${Math.floor(maxMs / DAY_MS)} days`, hint: `write at most ${Math.floor(maxMs / DAY_MS)}d` };
  return { value: Math.round(value) };
}

function unitsMs(text: string): number | null {
  const only = ONE_PART.exec(text);
  if (only) return Number(only[1]) * (MILLISECONDS[only[2] ?? ""] ?? 0);
  if (!WHOLE.test(text)) return null;
  let total = 0;
  for (const [, amount, unit] of text.matchAll(PART)) total += Number(amount) * (MILLISECONDS[unit ?? ""] ?? 0);
  return total;
}

function clockMs(text: string): number | null {
  const match = CLOCK.exec(text);
  if (!match) return null;
  const [, hours, minutes, seconds, fraction] = match;
  return Number(hours) * 3_600_000 + Number(minutes) * 60_000 + Number(seconds) * 1000 + Number(`0.${fraction ?? 0}`) * 1000;
}

function durationProblem(text: string): Parsed {
  if (/^-/.test(text)) return { problem: "a duration cannot be negative", hint: DURATION_HINT };
  if (/^\d+(\.\d+)?$/.test(text))
    return { problem: "a duration needs a unit", hint: `write ${text}s for seconds or ${text}ms for milliseconds` };
  const word = /^(\d+(?:\.\d+)?)\s*(milliseconds?|msecs?|seconds?|secs?|minutes?|mins?|hours?|hrs?|days?)$/i.exec(text);
  if (word) return { problem: "units are ms, s, m, h and d", hint: `write ${word[1]}${shortUnit(word[2] ?? "")}` };
  return { problem: "it is not a duration", hint: DURATION_HINT };
}

function shortUnit(word: string): string {
  return word.toLowerCase().startsWith("milli") || word.toLowerCase().startsWith("ms") ? "ms" : word.charAt(0).toLowerCase();
}

const BYTES: Readonly<Record<string, number>> = { "": 1, k: 1024, m: 1024 ** 2, g: 1024 ** 3, t: 1024 ** 4 };
const SIZE = /^(\d+(?:\.\d+)?)\s*(?:([kmgt]?)i?b|([kmgt]))$/i;

/**
 * A size such as `512MB`, `1GB`, `512MiB`, `10k` or `100B`, in whole bytes. MB and MiB are the same 1024 × 1024 bytes, as people expect of memory.
 * `bareUnit` is what a number without unit counts in (`MB` for memory); without it such a number is refused.
 */
export function parseSize(text: string, bareUnit?: "MB"): Parsed {
  const compact = text.trim();
  const bare = /^\d+(\.\d+)?$/.test(compact);
  if (bare && bareUnit === undefined) return { problem: "a size needs a unit", hint: `write ${compact}MB` };
  const match = SIZE.exec(bare ? `${compact}${bareUnit}` : compact);
  if (!match)
    return {
      problem: compact.startsWith("-") ? "a size cannot be negative" : "it is not a size",
      hint: "write a size as 512KB, 10MB or 1GB",
    };
  const value = Math.round(Number(match[1]) * (BYTES[(match[2] ?? match[3] ?? "").toLowerCase()] ?? 1));
  if (value > Number.MAX_SAFE_INTEGER) return { problem: "it is too large", hint: "write a size as 512KB, 10MB or 1GB" };
  return { value };
}

/** Milliseconds as people write them: `0s`, `100ms`, `1m30s`, `2h`. `parseDuration` reads it back. */
export function formatDuration(milliseconds: number): string {
  if (milliseconds === 0) return "0s";
  let rest = milliseconds;
  let text = "";
  for (const [unit, size] of [
    ["h", 3_600_000],
    ["m", 60_000],
    ["s", 1000],
    ["ms", 1],
  ] as const) {
    const count = Math.floor(rest / size);
    if (count > 0) text += `${count}${unit}`;
    rest -= count * size;
  }
  return text;
}

/** Bytes in the largest unit that divides them: `512MB`, `1GB`, `1000B`. `parseSize` reads it back. */
export function formatSize(bytes: number): string {
  for (const [unit, size] of [
    ["TB", 1024 ** 4],
    ["GB", 1024 ** 3],
    ["MB", 1024 ** 2],
    ["KB", 1024],
  ] as const) {
    if (bytes >= size && bytes % size === 0) return `${bytes / size}${unit}`;
  }
  return `${bytes}B`;
}
