import type { HealthCheck, Probe } from "../config/definition.ts";
import type { HealthState } from "./thresholds.ts";

/** The first question comes so soon after the start, in ms; a command costs a process, so it is asked a little later. */
const FIRST_MS = 10;
const FIRST_COMMAND_MS = 50;
/**
 * While a program starts, the next question comes after this share of the time that it has taken so far: who is ready after T is
 * known to be so by 1.2 T, and a chain of starts takes no more than that longer. A command is asked less often.
 */
const SHARE = 0.2;
const COMMAND_SHARE = 0.25;
/** A look at a log costs next to nothing: it comes sooner, and at least so often until the line has been seen, in ms. */
const LOG_SHARE = 0.05;
const LOG_LOOK_MS_MAX = 1_000;

/**
 * Questions of the period are put at multiples of this share of it (and of no more than a quarter of a second): those of many
 * checks then share a wake-up of the daemon, which costs more than the questions.
 */
const GRID_SHARE = 0.05;
const GRID_MS_MAX = 250;

/** How long after an answer the next question is put, in ms. `ageMs`: of the run; `nowMs`: any clock that all checks share. */
export function nextQuestionMs({ probe, periodMs }: HealthCheck, { health }: HealthState, ageMs: number, nowMs: number): number {
  // Silence takes its time by itself.
  if (probe.kind === "heartbeat") return 0;
  if (probe.kind === "log") return Math.min(periodMs, LOG_LOOK_MS_MAX, rampMs(probe, ageMs));
  return health === "unknown" ? Math.min(periodMs, rampMs(probe, ageMs)) : onGrid(periodMs, nowMs);
}

/** At most one step of the grid later than the period. */
function onGrid(periodMs: number, nowMs: number): number {
  const stepMs = Math.min(GRID_MS_MAX, Math.floor(periodMs * GRID_SHARE));
  return stepMs < 1 ? periodMs : Math.ceil((nowMs + periodMs) / stepMs) * stepMs - nowMs;
}

function rampMs({ kind }: Probe, ageMs: number): number {
  switch (kind) {
    case "exec":
      return Math.max(FIRST_COMMAND_MS, ageMs * COMMAND_SHARE);
    case "log":
      return Math.max(FIRST_MS, ageMs * LOG_SHARE);
    default:
      return Math.max(FIRST_MS, ageMs * SHARE);
  }
}
