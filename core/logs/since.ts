import { parseDuration } from "../config/units.ts";

/**
 * The moment that `--since` means: a duration counts back from `now` (`10m`, `2h`), anything else is a date or a time
 * of ISO 8601 (`2026-03-01`, `2026-03-01T12:00:00Z`). A problem is told with what to write instead.
 */
export function sinceCutoff(text: string, now: Date): { readonly since: Date } | { readonly problem: string; readonly hint: string } {
  const duration = parseDuration(text);
  if ("value" in duration) return { since: new Date(now.getTime() - duration.value) };
  const moment = /^\d{4}-\d\d-\d\d/.test(text.trim()) ? new Date(text.trim()) : null;
  if (moment && !Number.isNaN(moment.getTime())) return { since: moment };
  return { problem: `"${text}" is neither a duration nor a time`, hint: "write how long ago (10m, 2h, 1d) or when (2026-03-01T12:00:00Z)" };
}
