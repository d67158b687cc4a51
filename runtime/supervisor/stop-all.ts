import type { Cause } from "../../core/api/wire.ts";
import type { StartupOrder } from "../../core/config/definition.ts";
import { GhostError } from "../../core/errors/ghost-error.ts";
import { done, failed, isIdle, type OwnRequest, type Report } from "./actions.ts";
import { ranked } from "./ranks.ts";
import { labelOf, type Supervised } from "./supervised.ts";
import type { Supervisor } from "./supervisor.ts";
import { untilChange } from "./until-change.ts";

/** A stop that takes this much longer than its own timeout is reported as failed, though it goes on. In ms. */
const STOP_MARGIN_MS = 5_000;

/**
 * Stops processes, each as soon as all that need it are down, and waits until each tree is empty; one by one from the last on if
 * the order is `sequential`. By force, all at once.
 * `keepDesired`: the daemon itself goes; nothing starts after that.
 */
export async function stopAll(
  supervisor: Supervisor,
  processes: readonly Supervised[],
  request: OwnRequest,
  report: Report,
): Promise<void> {
  if (request.keepDesired) supervisor.halt();
  else supervisor.parts.store.saveDesired(processes, "down");
  const cause: Cause = { kind: "stop", text: `${request.force ? "killed" : "stopped"} by ${request.by ?? "a request"}` };
  const stop = async (process: Supervised): Promise<void> => {
    const idle = isIdle(process.machine);
    const armed = process.nextRunMs !== null;
    supervisor.dispatch(process, { type: "stop", cause, force: request.force ?? false, keepDesired: request.keepDesired });
    const ended = request.noWait || (await untilStopped(process));
    report(
      ended
        ? done(
            process,
            idle ? (armed && !request.keepDesired ? "disarmed" : "was not running") : request.noWait ? "asked to stop" : "stopped",
          )
        : failed(process, notEnding(process)),
    );
  };
  if (request.force) await Promise.all(processes.map(stop));
  else await againstOrder(supervisor, processes, request.order, stop);
}

/** Does `work` for each process against the order in which they start. */
export async function againstOrder(
  supervisor: Supervisor,
  processes: readonly Supervised[],
  order: StartupOrder | undefined,
  work: (process: Supervised) => Promise<void>,
): Promise<void> {
  if (order !== "sequential") return inReverse(supervisor, processes, work);
  for (const process of [...processes].reverse()) await work(process);
}

/** Does `work` for each process once it is done for all among them that need it; at once for those that nobody needs. */
async function inReverse(
  supervisor: Supervisor,
  processes: readonly Supervised[],
  work: (process: Supervised) => Promise<void>,
): Promise<void> {
  const ranks = ranked(processes);
  const begun = new Map<Supervised, Promise<void>>();
  const highestFirst = [...processes].sort((a, b) => (ranks.get(b) ?? 0) - (ranks.get(a) ?? 0));
  for (const process of highestFirst) {
    const above = supervisor.dependencies.dependentsOf(process).map((dependent) => begun.get(dependent));
    const waits = above.filter((promise) => promise !== undefined);
    begun.set(process, waits.length === 0 ? work(process) : Promise.all(waits).then(() => work(process)));
  }
  await Promise.all(begun.values());
}

/** Waits until the tree is empty; false when that takes much longer than it may. */
export function untilStopped(process: Supervised): Promise<boolean> {
  return untilChange(process, () => process.machine.state.at !== "stopping", process.definition.stop.timeoutMs + STOP_MARGIN_MS);
}

/** What is said of a process that not even SIGKILL ends. */
export function notEnding(process: Supervised): GhostError {
  const pids = [...process.members.keys()].join(", ");
  return new GhostError("TIMED_OUT", `cannot stop ${labelOf(process)}: pid ${pids} does not end, not even by SIGKILL`, {
    hint: "it waits inside the kernel, for a disk or a network mount perhaps; Ghost goes on waiting for it",
  });
}
