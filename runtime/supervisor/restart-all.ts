import type { ActionResult, Cause } from "../../core/api/wire.ts";
import { done, failed, isIdle, type OwnRequest, type Report, stoppedMeanwhile } from "./actions.ts";
import { ranked } from "./ranks.ts";
import { begunResult, noteEarlier, settleMsFor, startResult, untilReady } from "./readiness.ts";
import { arm, isArmedByStart } from "./schedule.ts";
import { startAll } from "./start-all.ts";
import { againstOrder, notEnding, untilStopped } from "./stop-all.ts";
import { keyOf, type Supervised } from "./supervised.ts";
import type { Supervisor } from "./supervisor.ts";

export type RestartRequest = OwnRequest & { readonly cause?: Cause };

/**
 * Restarts processes; those that do not run are started. Those that need each other go down against that order and come
 * up along it; others at once. An order that is asked for is kept as by a stop and a start: `sequential` one by one, `parallel`
 * all at once, whatever they need.
 */
export async function restartAll(
  supervisor: Supervisor,
  processes: readonly Supervised[],
  request: RestartRequest,
  report: Report,
): Promise<void> {
  supervisor.parts.store.saveDesired(processes, "up");
  const up = new Set(processes.filter((process) => !isIdle(process.machine)));
  const { order } = request;
  // Who does not wait for one cannot have the next begin after it.
  if ((order === "sequential" || order === "parallel") && !request.noWait) return restartInOrder(supervisor, processes, request, report);
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

async function restartInOrder(
  supervisor: Supervisor,
  processes: readonly Supervised[],
  request: RestartRequest,
  report: Report,
): Promise<void> {
  const ran = new Set(processes.filter((process) => !isIdle(process.machine)));
  await takeDown(supervisor, [...ran], request);
  const ending = new Set(processes.filter((process) => process.machine.state.at === "stopping"));
  for (const process of ending) report(failed(process, notEnding(process)));
  const meanwhile = new Set([...ran].filter((process) => !ending.has(process) && process.machine.desired === "down"));
  for (const process of meanwhile) report(failed(process, stoppedMeanwhile(process)));
  const told = (result: ActionResult): void => {
    const process = supervisor.processes.get(keyOf(result, result.instance));
    report(result.did === "started" && process && ran.has(process) ? { ...result, did: "restarted" } : result);
  };
  const left = processes.filter((process) => !ending.has(process) && !meanwhile.has(process));
  await startAll(supervisor, left, { ...request, rollback: false }, Object.assign(told, { waiting: report.waiting }));
}

/** They stay wanted, so that a daemon that dies meanwhile has them started by the next. */
async function takeDown(supervisor: Supervisor, processes: readonly Supervised[], request: RestartRequest): Promise<void> {
  // Who is not wanted when its turn to come up is there was stopped by somebody else meanwhile.
  for (const process of processes)
    if (process.machine.desired === "down") supervisor.dispatch(process, { type: "arm", armed: true, cause: null });
  const takeOneDown = async (process: Supervised): Promise<void> => {
    supervisor.dispatch(process, { type: "stop", force: false, keepDesired: true, cause: causeOf(request) });
    await untilStopped(process);
  };
  if (request.order === "parallel") await Promise.all(processes.map(takeOneDown));
  else await againstOrder(supervisor, processes, request.order, takeOneDown);
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
