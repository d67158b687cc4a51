import type { Cause } from "../../core/api/wire.ts";
import { done, failed, isIdle, type OwnRequest, type Report, stoppedMeanwhile } from "./actions.ts";
import { ranked } from "./ranks.ts";
import { begunResult, noteEarlier, settleMsFor, startResult, untilReady } from "./readiness.ts";
import { arm, isArmedByStart } from "./schedule.ts";
import { inReverse, notEnding, untilStopped } from "./stop-all.ts";
import type { Supervised } from "./supervised.ts";
import type { Supervisor } from "./supervisor.ts";

export type RestartRequest = OwnRequest & { readonly cause?: Cause };

/**
 * Restarts processes; those that do not run are started. Those that need each other go down against that order and come
 * up along it; others at once.
 */
export async function restartAll(
  supervisor: Supervisor,
  processes: readonly Supervised[],
  request: RestartRequest,
  report: Report,
): Promise<void> {
  supervisor.parts.store.saveDesired(processes, "up");
  const up = new Set(processes.filter((process) => !isIdle(process.machine)));
  const needEachOther = new Set(ranked(processes).values()).size > 1;
  if (needEachOther && !request.noWait) await takeDown(supervisor, [...up], request);
  const settleMs = settleMsFor(processes.length);
  await Promise.all(
    processes.map(async (process) => {
      if (up.has(process) && isIdle(process.machine) && process.machine.desired === "down")
        report(failed(process, stoppedMeanwhile(process)));
      else await restartOne(supervisor, process, request, settleMs, report, up.has(process));
    }),
  );
}

/** They stay wanted, so that a daemon that dies meanwhile has them started by the next. */
async function takeDown(supervisor: Supervisor, processes: readonly Supervised[], request: RestartRequest): Promise<void> {
  // Who is not wanted when its turn to come up is there was stopped by somebody else meanwhile.
  for (const process of processes)
    if (process.machine.desired === "down") supervisor.dispatch(process, { type: "arm", armed: true, cause: null });
  await inReverse(supervisor, processes, async (process) => {
    supervisor.dispatch(process, { type: "stop", force: false, keepDesired: true, cause: causeOf(request) });
    await untilStopped(process);
  });
}

/** Ends one process, if it runs, and waits until it is ready again; gives whether it is. */
export async function restartOne(
  supervisor: Supervisor,
  process: Supervised,
  request: RestartRequest,
  settleMs: number,
  report: Report,
  wasUp = !isIdle(process.machine),
): Promise<boolean> {
  const idle = isIdle(process.machine);
  if (!wasUp && isArmedByStart(process)) {
    report(done(process, arm(supervisor, process, request.by ?? "a request") ? "armed" : "already armed"));
    return true;
  }
  const atFirst = noteEarlier(supervisor, process);
  process.startedBy = request.by ?? "a request";
  supervisor.dispatch(process, { type: "restart", free: true, cause: causeOf(request) });
  if (request.noWait) {
    report(begunResult(process));
    return true;
  }
  if (!(await untilStopped(process))) {
    report(failed(process, notEnding(process)));
    return false;
  }
  // What the old run said at its end is not why the new one fell.
  const earlier = idle ? atFirst : noteEarlier(supervisor, process);
  await untilReady(supervisor, process, earlier.before, settleMs, report);
  const result = startResult(supervisor, process, earlier, wasUp ? endWord(request) : "started");
  report(result);
  return result.ok;
}

/** What is said to have been done to one that ran. */
function endWord({ cause }: RestartRequest): string {
  return cause?.kind === "reload" ? "reloaded" : "restarted";
}

function causeOf(request: RestartRequest): Cause {
  return request.cause ?? { kind: "restart", text: `restarted by ${request.by ?? "a request"}` };
}
