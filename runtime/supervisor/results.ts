import type { RunResult } from "../../core/api/wire.ts";
import { type Exit, type Machine, type State, succeeded, UNSEEN_EXIT } from "../../core/lifecycle/state.ts";
import type { Supervised } from "./supervised.ts";
import type { Supervisor } from "./supervisor.ts";

/** Results that are kept of a one-shot. */
const RESULTS_MAX = 20;

/** Called at each change of state: when a run of a one-shot is over, how it ended is kept. */
export function noteRunEnd(supervisor: Supervisor, process: Supervised, before: Machine): void {
  if (process.definition.type !== "oneshot" || !isEnd(before.state, process.machine)) return;
  process.results = [resultOf(process, before), ...process.results].slice(0, RESULTS_MAX);
  supervisor.parts.store.saveResults(process.key, process.results);
}

/** Something ran, or was about to, and does so no longer. What was stopped before it was spawned never ran. */
function isEnd(before: State, { state, lastExit }: Machine): boolean {
  if (state.at === "running" || state.at === "stopping") return false;
  if (before.at === "running") return true;
  if (before.at === "stopping") return before.identity !== null;
  return before.at === "starting" && lastExit !== null && (lastExit.spawnError !== null || !lastExit.known);
}

function resultOf({ machine, definition, startedBy }: Supervised, before: Machine): RunResult {
  const exit: Exit = machine.lastExit ?? UNSEEN_EXIT;
  const began = before.state.at !== "starting";
  return {
    startedAt: began && machine.startedMs !== null ? new Date(machine.startedMs).toISOString() : null,
    endedAt: new Date(machine.stoppedMs ?? machine.startedMs ?? 0).toISOString(),
    exitCode: exit.code,
    exitSignal: exit.signal,
    ok: succeeded(exit, definition.restart),
    by: startedBy,
  };
}
