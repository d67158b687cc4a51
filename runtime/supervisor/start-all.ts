import type { Cause } from "../../core/api/wire.ts";
import type { StartupOrder } from "../../core/config/definition.ts";
import { GhostError } from "../../core/errors/ghost-error.ts";
import { isReady } from "../../core/lifecycle/view.ts";
import { done, failed, isIdle, type OwnRequest, type Report } from "./actions.ts";
import { neededBy, ranked } from "./ranks.ts";
import { begunResult, type Earlier, noteEarlier, settleMsFor, startResult, untilReady } from "./readiness.ts";
import { arm, isArmedByStart } from "./schedule.ts";
import { stopAll } from "./stop-all.ts";
import { labelOf, type Supervised } from "./supervised.ts";
import type { Supervisor } from "./supervisor.ts";

/**
 * Starts processes in the order that is asked for, with what they need (`dependency`), and waits until each is ready.
 * With `rollback`, one failure takes down again what this request started.
 */
export async function startAll(
  supervisor: Supervisor,
  processes: readonly Supervised[],
  request: OwnRequest,
  report: Report,
): Promise<void> {
  const order = request.order ?? "dependency";
  const needed = order === "dependency" ? neededBy(supervisor, processes).filter((process) => isMissing(supervisor, process)) : [];
  const all = inOrder([...needed, ...processes], order);
  const idleBefore = all.filter((process) => isIdle(process.machine));
  supervisor.parts.store.saveDesired(all, "up");
  const start = new Start(supervisor, request, report, settleMsFor(all.length));
  if (order === "sequential") await start.oneByOne(all);
  else await start.together(all, order === "parallel");
  if (request.rollback && start.failures > 0) await rollBack(supervisor, idleBefore, request, report);
}

/** Needed, at rest, and what is needed of it does not hold: a job that completed is not run again. */
function isMissing(supervisor: Supervisor, process: Supervised): boolean {
  if (!isIdle(process.machine)) return false;
  const { name } = process.definition;
  return supervisor.dependencies
    .dependentsOf(process)
    .some((dependent) =>
      dependent.definition.dependsOn.some((each) => each.name === name && !supervisor.dependencies.isMet(dependent, each)),
    );
}

/** One after the other goes by the list that people wrote; everything else by who needs whom. */
function inOrder(processes: readonly Supervised[], order: StartupOrder): readonly Supervised[] {
  if (order === "sequential") return processes;
  const ranks = ranked(processes);
  return [...processes].sort((a, b) => (ranks.get(a) ?? 0) - (ranks.get(b) ?? 0));
}

class Start {
  private readonly supervisor: Supervisor;
  private readonly request: OwnRequest;
  private readonly report: Report;
  private readonly settleMs: number;
  failures = 0;

  constructor(supervisor: Supervisor, request: OwnRequest, report: Report, settleMs: number) {
    this.supervisor = supervisor;
    this.request = request;
    this.report = report;
    this.settleMs = settleMs;
  }

  async together(processes: readonly Supervised[], regardless: boolean): Promise<void> {
    // Whoever needs another finds it begun already, and so waits for it instead of taking its absence for final.
    const begun = this.supervisor.together(() => processes.map((process) => this.begin(process, regardless)));
    await Promise.all(begun.map((start) => this.finish(start)));
  }

  async oneByOne(processes: readonly Supervised[]): Promise<void> {
    let failing: Supervised | null = null;
    for (const process of processes) {
      if (failing && isReady(process.machine)) this.tell(done(process, "already running"));
      else if (failing) this.tell(failed(process, notReached(process, failing)));
      else if (!(await this.finish(this.begin(process, true)))) failing = process;
    }
  }

  private begin(process: Supervised, regardless: boolean): { process: Supervised; earlier: Earlier; ran: boolean; armed?: string } {
    const earlier = noteEarlier(this.supervisor, process);
    const { at } = process.machine.state;
    const by = this.request.by ?? "a request";
    if (isArmedByStart(process))
      return { process, earlier, ran: false, armed: arm(this.supervisor, process, by) ? "armed" : "already armed" };
    // Asked for by people, it is wanted also when this run is over.
    process.triggered = false;
    if (at !== "running" && at !== "starting") process.startedBy = by;
    const cause: Cause = { kind: "start", text: `started by ${by}` };
    this.supervisor.dispatch(process, { type: "start", cause, regardless });
    return { process, earlier, ran: at === "running" || at === "starting" };
  }

  private async finish({ process, earlier, ran, armed }: ReturnType<Start["begin"]>): Promise<boolean> {
    if (armed !== undefined) return this.tell(done(process, armed));
    if (this.request.noWait) return this.tell(begunResult(process));
    await untilReady(this.supervisor, process, earlier.before, this.settleMs, this.report);
    const result = startResult(
      this.supervisor,
      process,
      earlier,
      "started",
      this.request.rollback && isIdle(earlier.before) ? "rollback" : "start",
    );
    return this.tell(ran && result.ok && process.machine.state.at === "running" ? done(process, "already running") : result);
  }

  private tell(result: ReturnType<typeof done>): boolean {
    if (!result.ok) this.failures += 1;
    this.report(result);
    return result.ok;
  }
}

function notReached(process: Supervised, failing: Supervised): GhostError {
  return new GhostError(
    "START_FAILED",
    `cannot start ${labelOf(process)}: it was not its turn, because ${labelOf(failing)} did not start`,
    {
      details: { lastLines: [] },
    },
  );
}

/** Takes down, against the order in which they need each other, what was at rest before. */
async function rollBack(supervisor: Supervisor, started: readonly Supervised[], request: OwnRequest, report: Report): Promise<void> {
  const up = started.filter((process) => !isIdle(process.machine));
  await stopAll(supervisor, up, { by: `the rollback of ${request.by ?? "a request"}`, order: request.order }, (result) =>
    report(result.ok ? { ...result, did: "stopped again" } : result),
  );
}
