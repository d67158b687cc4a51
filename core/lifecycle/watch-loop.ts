import type { Machine } from "./state.ts";

/** A change that comes so soon after a start or an end may well be the program's own doing, in ms. */
export const OWN_DOING_MS = 2_000;
/** So many restarts in a row for such changes look like a loop. An editor that saves by itself may do that, too; hence slower, and not never. */
export const LOOP_RESTARTS = 10;
/** The first restart after those waits so long, each further one twice as long, in ms, */
const SLOW_MS_MIN = 1_000;
/** up to this, */
const SLOW_MS_MAX = 30_000;
/** and up to this where more changes came while it was waited: a program that writes at its start writes then, and no more. */
const SAVING_MS_MAX = 2_000;
/** What comes within this time after the first change belongs to it, in ms: a program may write several files at its start. */
export const ONE_CHANGE_MS = 300;

/** How many changes there were in a row, this one included, that the program may have made itself: while it starts or ends, or just after. */
export function nextStreak(streak: number, machine: Machine, nowMs: number): number {
  return isMaybeOwnDoing(machine, nowMs) ? streak + 1 : 0;
}

/** How much later than usual the restart for the last of `streak` such changes comes, in ms. `isSaving`: changes came that no start of the program can have made. */
export function slowdownMs(streak: number, isSaving = false): number {
  const maxMs = isSaving ? SAVING_MS_MAX : SLOW_MS_MAX;
  return streak <= LOOP_RESTARTS ? 0 : Math.min(maxMs, SLOW_MS_MIN * 2 ** (streak - LOOP_RESTARTS - 1));
}

function isMaybeOwnDoing({ state, startedMs, stoppedMs }: Machine, nowMs: number): boolean {
  if (state.at === "starting" || state.at === "stopping") return true;
  const sinceMs = state.at === "running" ? startedMs : stoppedMs;
  return sinceMs !== null && nowMs - sinceMs < OWN_DOING_MS;
}
