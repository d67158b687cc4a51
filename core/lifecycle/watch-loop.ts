import type { Machine } from "./state.ts";

/** A change that comes so soon after a start is most likely the program's own doing, in ms. */
export const OWN_DOING_MS = 2_000;
/** So many restarts in a row for such changes are a loop: nobody saves a file ten times, each time right after a restart. */
export const LOOP_RESTARTS = 10;

/** True when a change of a watched file is likely to come from the process itself: while it ends, or right after its start. */
export function isLikelyOwnDoing({ state, startedMs }: Machine, nowMs: number): boolean {
  return state.at !== "running" || startedMs === null || nowMs - startedMs < OWN_DOING_MS;
}

/** How many such changes there were in a row, this one included. */
export function nextStreak(streak: number, machine: Machine, nowMs: number): number {
  return isLikelyOwnDoing(machine, nowMs) ? streak + 1 : 0;
}
