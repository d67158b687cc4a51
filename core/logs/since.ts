import { parseDuration } from "../config/units.ts";

type Cutoff = { readonly since: Date } | { readonly problem: string; readonly hint: string };

const CLOCK = /^(\d\d?):(\d\d)(?::(\d\d))?$/;
const MOMENT = /^(\d{4})-(\d\d)-(\d\d)(?:[T ](\d\d?):(\d\d)(?::(\d\d)(?:\.(\d{1,9}))?)?(Z|[+-]\d\d(?::?\d\d)?)?)?$/i;
const FORMS =
  "write how long ago (10m, 2h, 1d), a time of day (22:05, 22:05:30), a day (today, yesterday, 2026-11-26) or both (2026-11-26T22:05, with Z for UTC)";
const MINUTE_MS = 60_000;

/**
 * The moment that `--since` means: a duration counts back from `now` (`10m`, `2h`), a time of day is the last one that was, a day begins at its midnight,
 * and a date with a time (`2026-03-01T12:00:00Z`, with a space as well) is that one. What names no zone is meant as the clock here shows it, as it is
 * printed. A problem is told with what to write instead.
 */
export function sinceCutoff(text: string, now: Date): Cutoff {
  const word = text.trim().toLowerCase();
  if (word === "today") return { since: midnight(now, 0) };
  if (word === "yesterday") return { since: midnight(now, -1) };
  // `22:05:30` would be a duration elsewhere.
  const since = CLOCK.test(word) ? lastClock(word, now) : moment(word);
  if (since) return { since };
  const duration = CLOCK.test(word) ? null : parseDuration(text);
  if (duration && "value" in duration) return { since: new Date(now.getTime() - duration.value) };
  return { problem: `"${text}" is neither a duration nor a time`, hint: FORMS };
}

function midnight(now: Date, days: number): Date {
  return new Date(now.getFullYear(), now.getMonth(), now.getDate() + days);
}

/** At three in the morning, 22:05 was yesterday. */
function lastClock(text: string, now: Date): Date | null {
  const [hours, minutes, seconds] = numbers(CLOCK.exec(text));
  if (!isClock(hours, minutes, seconds)) return null;
  const on = (days: number): Date => new Date(now.getFullYear(), now.getMonth(), now.getDate() + days, hours, minutes, seconds);
  return on(0) <= now ? on(0) : on(-1);
}

function moment(text: string): Date | null {
  const match = MOMENT.exec(text);
  const [year = 0, month = 0, day = 0, hours = 0, minutes = 0, seconds = 0] = numbers(match);
  if (!match || !isDay(year, month, day) || !isClock(hours, minutes, seconds)) return null;
  const ms = Math.floor(Number(`0.${match[7] ?? 0}`) * 1000);
  if (match[8] === undefined) return new Date(year, month - 1, day, hours, minutes, seconds, ms);
  return new Date(Date.UTC(year, month - 1, day, hours, minutes, seconds, ms) - offsetMs(match[8]));
}

/** Of a zone such as `+01:00`, `-0330` or `Z`. */
function offsetMs(zone: string): number {
  const digits = zone.replace(/\D/g, "");
  const minutes = Number(digits.slice(0, 2)) * 60 + Number(digits.slice(2));
  return (zone.startsWith("-") ? -minutes : minutes) * MINUTE_MS;
}

function numbers(match: RegExpExecArray | null): number[] {
  return (match ?? []).slice(1, 7).map((part) => Number(part ?? 0));
}

function isClock(hours = 0, minutes = 0, seconds = 0): boolean {
  return hours < 24 && minutes < 60 && seconds < 60;
}

function isDay(year: number, month: number, day: number): boolean {
  const date = new Date(Date.UTC(year, month - 1, day));
  return date.getUTCMonth() === month - 1 && date.getUTCDate() === day;
}
