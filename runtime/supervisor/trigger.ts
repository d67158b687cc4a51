import type { ActionRequest, ActionResult } from "../../core/api/wire.ts";
import { GhostError } from "../../core/errors/ghost-error.ts";
import { hasCompleted } from "../../core/lifecycle/state.ts";
import { pidOf } from "../../core/lifecycle/view.ts";
import { done, failed, isIdle, type Report } from "./actions.ts";
import { begunResult, type Earlier, noteEarlier, settleMsFor, startResult, untilReady } from "./readiness.ts";
import { labelOf, type Supervised } from "./supervised.ts";
import type { Supervisor } from "./supervisor.ts";
import { untilChange } from "./until-change.ts";

/**
 * Runs one-shots now, whether their schedules are armed or not, and leaves that as it is. Waits until each runs, or with
 * `wait` until it has ended; a run that goes on already is not joined by another.
 */
export async function triggerAll(
  supervisor: Supervisor,
  processes: readonly Supervised[],
  request: ActionRequest,
  report: Report,
): Promise<void> {
  const by = request.by ?? "a request";
  const begun = supervisor.together(() => processes.map((process) => begin(supervisor, process, by)));
  const settleMs = settleMsFor(processes.length);
  await Promise.all(
    begun.map(async (begin) => {
      if (begin.refusal) report(failed(begin.process, begin.refusal));
      else report(await outcome(supervisor, begin, request, settleMs, report));
    }),
  );
}

interface Begun {
  readonly process: Supervised;
  readonly earlier: Earlier;
  readonly refusal: GhostError | null;
}

function begin(supervisor: Supervisor, process: Supervised, by: string): Begun {
  const earlier = noteEarlier(supervisor, process);
  const refusal = refusalOf(process);
  if (refusal) return { process, earlier, refusal };
  process.startedBy = by;
  // A schedule that is not armed stays so; a job without one has nothing to be armed.
  process.triggered = process.definition.schedule !== null && process.machine.desired === "down";
  supervisor.dispatch(process, { type: "start", cause: { kind: "trigger", text: `triggered by ${by}` } });
  return { process, earlier, refusal };
}

function refusalOf(process: Supervised): GhostError | null {
  const label = labelOf(process);
  if (process.definition.type !== "oneshot")
    return new GhostError("UNSUPPORTED", `cannot trigger ${label}: it is a service, and a service does not come to an end`, {
      hint: `ghost start ${label}, or ghost restart ${label}`,
    });
  if (isIdle(process.machine)) return null;
  const pid = pidOf(process.machine);
  return new GhostError("FAILED", `cannot trigger ${label}: its last run ${pid === null ? "is not over" : `goes on (pid ${pid})`}`, {
    hint: `ghost status ${label}; ghost stop ${label} ends it`,
  });
}

async function outcome(
  supervisor: Supervisor,
  { process, earlier }: Begun,
  request: ActionRequest,
  settleMs: number,
  report: Report,
): Promise<ActionResult> {
  if (request.noWait) return begunResult(process);
  await untilReady(supervisor, process, earlier.before, settleMs, report);
  // With retries, a run has ended when the last of them has.
  if (request.wait && process.machine.state.at !== "waiting")
    await untilChange(process, () => isOver(process) || process.machine.state.at === "waiting", Number.POSITIVE_INFINITY);
  if (request.wait && hasCompleted(process.machine)) return done(process, "completed");
  return startResult(supervisor, process, request.wait ? sinceLastRetry(earlier, process) : earlier, "started", "run");
}

/** The run has ended, even if what it left behind has not. */
function isOver({ machine }: Supervised): boolean {
  return isIdle(machine) || hasCompleted(machine);
}

/** Who waits for the end is told how it ended, not that it took more than one attempt. */
function sinceLastRetry({ before, marks }: Earlier, { machine }: Supervised): Earlier {
  return { before: { ...before, restarts: machine.restarts }, marks };
}
