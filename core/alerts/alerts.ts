import type { Status } from "../api/wire.ts";
import type { Hooks } from "../config/definition.ts";

/** Something that a hook is told of. */
export type AlertEvent = keyof Hooks;
/** What is over once `recovered` is told. */
export type Trouble = Exclude<AlertEvent, "recovered">;

/** A run without a health check has to last so long before it is taken for well, in ms: one that falls over again at once has not recovered. */
export const STABLE_MS = 5_000;

/** A process as it is now. */
export interface Seen {
  readonly status: Status;
  /** It became `failed` just now. */
  readonly failedAnew: boolean;
  /** Ms until it no longer counts as crash-looping if nothing more happens; null: it does not crash-loop. */
  readonly crashLoopMs: number | null;
  /** A health check says how it is. */
  readonly checked: boolean;
  /** How long the current run has lasted, in ms; null while nothing runs. */
  readonly runMs: number | null;
}

/** What follows from it. */
export interface Judgement {
  /** Troubles that were told and are not over. */
  readonly told: readonly Trouble[];
  readonly tell: readonly AlertEvent[];
  /** When to look again although nothing happens, in ms; null: no need. */
  readonly againMs: number | null;
}

/**
 * What to tell of a process, given what was told before. `failed` is told each time that it gives up; `crash_loop` and
 * `unhealthy` once until it has recovered; `recovered` only after one of them, when it is neither crash-looping nor
 * unhealthy and runs (its check passes, or without one for `STABLE_MS`), or ended as it should.
 */
export function judge(told: readonly Trouble[], seen: Seen): Judgement {
  const tell = newTroubles(told, seen);
  if (tell.length > 0) return { told: [...new Set([...told, ...tell])], tell, againMs: null };
  if (told.length === 0) return { told, tell: [], againMs: null };
  const waitMs = untilWellMs(seen);
  return waitMs === 0 ? { told: [], tell: ["recovered"], againMs: null } : { told, tell: [], againMs: waitMs };
}

function newTroubles(told: readonly Trouble[], { status, failedAnew, crashLoopMs }: Seen): Trouble[] {
  return [
    ...(crashLoopMs !== null && !told.includes("crash_loop") ? (["crash_loop"] as const) : []),
    ...(failedAnew ? (["failed"] as const) : []),
    ...(status === "unhealthy" && !told.includes("unhealthy") ? (["unhealthy"] as const) : []),
  ];
}

/** 0: it is well; null: it is not, and only another change can make it so. */
function untilWellMs({ status, crashLoopMs, checked, runMs }: Seen): number | null {
  if (status === "exited") return crashLoopMs ?? 0;
  if (status !== "running") return null;
  const unstableMs = checked || runMs === null ? 0 : Math.max(0, STABLE_MS - runMs);
  return Math.max(unstableMs, crashLoopMs ?? 0);
}
