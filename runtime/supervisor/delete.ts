import type { ActionRequest } from "../../core/api/wire.ts";
import { GhostError } from "../../core/errors/ghost-error.ts";
import { done, failed, isIdle, type Report } from "./actions.ts";
import { stopAll } from "./stop-all.ts";
import { keyOf, labelOf, type Supervised } from "./supervised.ts";
import type { Supervisor } from "./supervisor.ts";

/**
 * Stops processes and forgets them; their logs stay. It always waits (`noWait` is not for it): what still runs must not be
 * forgotten, or nobody would look after it.
 */
export async function deleteAll(
  supervisor: Supervisor,
  processes: readonly Supervised[],
  request: ActionRequest,
  report: Report,
): Promise<void> {
  const asked = new Map(processes.map((process) => [process.key, process]));
  const ended: Supervised[] = [];
  await stopAll(supervisor, processes, { ...request, noWait: false }, (result) => {
    const process = asked.get(keyOf(result, result.instance));
    if (result.ok && process) ended.push(process);
    else report(result);
  });
  // Another request may have deleted one meanwhile, and a third registered its name anew: that one is not asked for.
  const [ours, others] = [
    ended.filter((process) => supervisor.isRegistered(process)),
    ended.filter((process) => !supervisor.isRegistered(process)),
  ];
  for (const process of others) report({ ...done(process, "deleted"), pid: null });
  const gone = ours.filter((process) => isIdle(process.machine));
  for (const process of gone) supervisor.record(process, null, null, { kind: "deleted", text: `deleted by ${request.by ?? "a request"}` });
  await forget(supervisor, gone);
  for (const process of ours)
    report(gone.includes(process) ? { ...done(process, "deleted"), pid: null } : failed(process, startedMeanwhile(process)));
}

function startedMeanwhile(process: Supervised): GhostError {
  const label = labelOf(process);
  return new GhostError("FAILED", `cannot delete ${label}: somebody started it again meanwhile`, { hint: `ghost delete ${label}` });
}

/** Removes stopped processes from disk and from memory. */
async function forget(supervisor: Supervisor, processes: readonly Supervised[]): Promise<void> {
  if (processes.length === 0) return;
  supervisor.parts.store.saveRemoval(processes.map((process) => process.key));
  const dependents = new Set(processes.flatMap((process) => supervisor.dependencies.dependentsOf(process)));
  for (const process of processes) {
    supervisor.release(process);
    supervisor.processes.delete(process.key);
    supervisor.runChanges.tell(process);
    supervisor.followPorts(process);
    supervisor.ports.forget(process);
  }
  supervisor.dependencies.forgetGraph();
  for (const dependent of dependents) if (!processes.includes(dependent)) supervisor.dependencies.reconsider(dependent);
  const inUse = new Set([...supervisor.processes.values()].map((process) => process.manifestId));
  for (const id of supervisor.manifests.keys()) if (!inUse.has(id)) supervisor.manifests.delete(id);
  await Promise.all(
    processes.flatMap((process) => [supervisor.parts.pump.close(`${process.key}/out`), supervisor.parts.pump.close(`${process.key}/err`)]),
  );
}
