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
/** What costs next to nothing to look at is looked at so often until it has been seen, in ms. */
const LOG_LOOK_MS_MAX = 250;

/** How long after an answer the next question is put, in ms. `ageMs`: of the run. */
export function nextQuestionMs({ probe, periodMs }: HealthCheck, { health }: HealthState, ageMs: number): number {
  // Silence takes its time by itself.
  if (probe.kind === "heartbeat") return 0;
  const capMs = probe.kind === "log" ? Math.min(periodMs, LOG_LOOK_MS_MAX) : periodMs;
  return health === "unknown" ? Math.min(capMs, rampMs(probe, ageMs)) : capMs;
}

function rampMs({ kind }: Probe, ageMs: number): number {
  return kind === "exec" ? Math.max(FIRST_COMMAND_MS, ageMs * COMMAND_SHARE) : Math.max(FIRST_MS, ageMs * SHARE);
}
