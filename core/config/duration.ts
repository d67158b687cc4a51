import { GhostError } from "../errors/ghost-error.ts";
import { DURATION_MAX_MS, parseDuration } from "./units.ts";

/**
 * A duration as code gives it, the same text as in configuration: `"500ms"`, `"5s"`, `"10m"`, `"2h"`, `"30d"`. There is one form, and it has its unit,
 * because a bare number is read as seconds by some and as milliseconds by others; a number that was computed is written `${n}ms`.
 */
export type Duration = `${number}${"ms" | "s" | "m" | "h" | "d"}`;

/** The longest time that something is kept, in ms: a hundred years. */
const KEPT_MAX_MS = 36_525 * 86_400_000;

/** The whole milliseconds of a duration above zero. Throws USAGE: `cannot use "10" as expiry: a duration needs a unit`. `what` names it. */
export function durationMs(duration: Duration, what: string): number {
  return millisecondsOf(duration, what, KEPT_MAX_MS);
}

/** The same of a time that is waited for, which cannot be longer than a timer can wait: 24 days. */
export function waitMs(duration: Duration, what: string): number {
  return millisecondsOf(duration, what, DURATION_MAX_MS);
}

function millisecondsOf(duration: Duration, what: string, maxMs: number): number {
  const text: unknown = duration;
  const parsed = parseDuration(String(text), maxMs);
  if ("problem" in parsed)
    throw new GhostError("USAGE", `cannot use ${JSON.stringify(text)} as ${what}: ${parsed.problem}`, { hint: parsed.hint });
  if (parsed.value > 0) return parsed.value;
  throw new GhostError("USAGE", `cannot use ${JSON.stringify(text)} as ${what}: it is no time at all`, { hint: "write at least 1ms" });
}
