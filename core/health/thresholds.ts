import type { HealthCheck } from "../config/definition.ts";

/** What of a check decides when answers become a verdict. */
export type Thresholds = Pick<HealthCheck, "failures" | "successes">;

/** What is known of the health of one run. */
export interface HealthState {
  readonly health: "unknown" | "healthy" | "unhealthy";
  readonly successesInRow: number;
  readonly failuresInRow: number;
  /** True from the first success on, or when it was judged before: then failures count whatever the grace. */
  readonly settled: boolean;
  /** Until then failures do not count; not healthy by then is unhealthy. In ms, by the clock of `nowMs`. */
  readonly graceEndsMs: number;
}

/** An answer, or that time has gone by. */
export type Report = "passed" | "failed" | "time";

/** A change of health. `grace`: it did not become healthy in time; `failures`: so many in a row. */
export type Verdict =
  | { readonly to: "healthy" }
  | { readonly to: "unhealthy"; readonly because: "failures"; readonly failures: number }
  | { readonly to: "unhealthy"; readonly because: "grace" };

/** What follows from a report; `verdict` is null when health stays what it was. */
export interface Judgement {
  readonly state: HealthState;
  readonly verdict: Verdict | null;
}

/** The state at the beginning of a watch. `health`: what was known of the run before, e.g. by a daemon that is gone. */
export function beginHealth(health: HealthState["health"], graceEndsMs: number): HealthState {
  return { health, successesInRow: 0, failuresInRow: 0, settled: health !== "unknown", graceEndsMs };
}

/** Takes one report in. Pure: the same report in the same state at the same time gives the same judgement. */
export function judge(thresholds: Thresholds, state: HealthState, report: Report, nowMs: number): Judgement {
  switch (report) {
    case "passed":
      return judgeSuccess(thresholds, { ...state, settled: true, failuresInRow: 0, successesInRow: state.successesInRow + 1 }, nowMs);
    case "failed":
      return judgeFailure(thresholds, { ...state, successesInRow: 0 }, nowMs);
    case "time":
      return judgeTime(state, nowMs);
    default:
      return report satisfies never;
  }
}

function judgeSuccess({ successes }: Thresholds, state: HealthState, nowMs: number): Judgement {
  if (state.health === "healthy") return { state, verdict: null };
  if (state.successesInRow < successes) return judgeTime(state, nowMs);
  return { state: { ...state, health: "healthy" }, verdict: { to: "healthy" } };
}

function judgeFailure({ failures }: Thresholds, state: HealthState, nowMs: number): Judgement {
  if (!state.settled && nowMs < state.graceEndsMs) return { state, verdict: null };
  const failuresInRow = state.failuresInRow + 1;
  const counted: HealthState = { ...state, failuresInRow };
  if (counted.health === "unhealthy" || failuresInRow < failures) return judgeTime(counted, nowMs);
  return { state: { ...counted, health: "unhealthy" }, verdict: { to: "unhealthy", because: "failures", failures: failuresInRow } };
}

/** No ready within the grace is a failure, even when nothing ever answered. */
function judgeTime(state: HealthState, nowMs: number): Judgement {
  if (state.health !== "unknown" || nowMs < state.graceEndsMs) return { state, verdict: null };
  return { state: { ...state, health: "unhealthy", settled: true }, verdict: { to: "unhealthy", because: "grace" } };
}
