import { GhostError } from "../errors/ghost-error.ts";

/**
 * A duration as code gives it, the same text as in configuration: `"500ms"`, `"5s"`, `"10m"`, `"2h"`, `"30d"`. There is one form, and it has its unit,
 * because a bare number is read as seconds by some and as milliseconds by others; a number that was computed is written `${n}ms`.
 */
export type Duration = `${number}${"ms" | "s" | "m" | "h" | "d"}`;

/** The longest time that something is kept, in days: a hundred years. */
const KEPT_DAYS_MAX = 36_525;
/** The longest time that a timer can wait, in days: 2^31 - 1 ms. */
const WAIT_DAYS_MAX = 24;
const DAY_MS = 86_400_000;
const UNITS: Readonly<Record<string, number>> = { ms: 1, s: 1000, m: 60_000, h: 3_600_000, d: DAY_MS };
const FORM = /^(\d+(?:\.\d+)?)(ms|[smhd])$/;

/** The whole milliseconds of a duration above zero. Throws USAGE: `cannot use "10" as expiry: …`. `what` names it. */
export function durationMs(duration: Duration, what: string, daysMax = KEPT_DAYS_MAX): number {
  const [, amount, unit = ""] = FORM.exec(String(duration)) ?? [];
  const ms = Math.round(Number(amount) * (UNITS[unit] ?? 0));
  if (ms > 0 && ms <= daysMax * DAY_MS) return ms;
  throw new GhostError(
    "USAGE",
    `cannot use ${JSON.stringify(duration)} as ${what}: a duration needs a unit and is above 0, up to ${daysMax}d`,
    {
      hint: "for example 500ms, 5s, 10m or 2h",
    },
  );
}

/** The same of a time that is waited for, which cannot be longer than a timer can wait: 24 days. */
export function waitMs(duration: Duration, what: string): number {
  return durationMs(duration, what, WAIT_DAYS_MAX);
}
