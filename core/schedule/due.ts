import { Cron } from "croner";
import type { Schedule } from "../config/definition.ts";

/** Runs that were missed are counted up to here; more are "at least so many". */
export const MISSED_COUNT_MAX = 1_000;
/** A run that can begin at most so long after its time still begins; one that is later was missed. In ms. */
export const LATE_MS_MAX = 60_000;

/**
 * The first time after `afterMs` at which a run is due, in ms since 1970; null when there is none any more. Across daylight
 * saving each run happens once: one in the hour that is left out at the next moment that exists, one in the hour that comes
 * twice at its first. Throws a bare error for a text that is no schedule; the reading of files has refused it before.
 */
export function nextDueMs(schedule: Schedule, afterMs: number): number | null {
  return cronOf(schedule).nextRun(new Date(afterMs))?.getTime() ?? null;
}

/** What is to be done about a run that was due at `dueMs`, now that it is `nowMs`. */
export type Verdict =
  /** Not yet. */
  | { readonly do: "wait" }
  /** It is time. */
  | { readonly do: "run" }
  /** Too late: so many runs (`more`: at least so many) were missed, the last at `lastMs`. */
  | { readonly do: "report"; readonly count: number; readonly more: boolean; readonly lastMs: number };

/**
 * Judges a due time. Of a row of missed runs the last may still be in time: it is then neither counted nor lost, because the
 * count ends before it and the caller asks again with the time that follows `lastMs`.
 */
export function judgeDue(schedule: Schedule, dueMs: number, nowMs: number): Verdict {
  if (dueMs > nowMs) return { do: "wait" };
  if (nowMs - dueMs <= LATE_MS_MAX) return { do: "run" };
  const cron = cronOf(schedule);
  let [count, lastMs] = [1, dueMs];
  while (count < MISSED_COUNT_MAX) {
    const next = cron.nextRun(new Date(lastMs))?.getTime() ?? Number.POSITIVE_INFINITY;
    if (nowMs - next <= LATE_MS_MAX) return { do: "report", count, more: false, lastMs };
    [count, lastMs] = [count + 1, next];
  }
  return { do: "report", count, more: true, lastMs: lastBefore(cron, nowMs - LATE_MS_MAX) ?? lastMs };
}

function lastBefore(cron: Cron, ms: number): number | null {
  return cron.previousRuns(1, new Date(ms))[0]?.getTime() ?? null;
}

/** Five or six fields; paused, because only its arithmetic is wanted. */
function cronOf({ cron, timezone }: Schedule): Cron {
  return new Cron(cron, { paused: true, mode: "5-or-6-parts", ...(timezone !== null && { timezone }) });
}
