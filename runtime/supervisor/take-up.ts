import type { Cause } from "../../core/api/wire.ts";
import type { ProcessDefinition } from "../../core/config/definition.ts";
import { isReady } from "../../core/lifecycle/view.ts";
import type { Report } from "./actions.ts";
import { inBackground } from "./background.ts";
import { applyStored } from "./instances.ts";
import type { Noted } from "./pending-changes.ts";
import { byDefinition, canRoll, roll } from "./reload-all.ts";
import { type RestartRequest, restartAll } from "./restart-all.ts";
import type { Supervised } from "./supervised.ts";
import type { Supervisor } from "./supervisor.ts";

/** On disk with the registration, before anything restarts. */
export function noteChanges(
  supervisor: Supervisor,
  changed: readonly Supervised[],
  earlier: ReadonlyMap<string, ProcessDefinition>,
): Noted {
  const noted = supervisor.pendingChanges.note(changed, (process) => (canRoll(process) ? (earlier.get(process.key) ?? null) : null));
  if (noted.size > 0) supervisor.parts.store.flush();
  return noted;
}

/** Lets processes take up the definitions that they have by now; with `noWait` those that are exchanged one by one do so after the answer. */
export async function takeUp(
  supervisor: Supervisor,
  processes: readonly Supervised[],
  noted: Noted,
  request: RestartRequest,
  report: Report,
): Promise<void> {
  const rolling = byDefinition(processes.filter(canRoll));
  const others = processes.filter((process) => !canRoll(process));
  await restartAll(supervisor, others, request, report);
  const exchangeAll = async (tell: Report): Promise<void> => {
    await Promise.all(rolling.map((instances) => exchange(supervisor, instances, noted, request, tell)));
    supervisor.pendingChanges.settle(noted);
  };
  if (request.noWait) inBackground(supervisor, rolling.flat(), "being exchanged", report, exchangeAll);
  else await exchangeAll(report);
}

/** Goes on with the registrations that the last daemon died in the middle of: what still runs with an earlier definition takes up its own. */
export async function resumeChanges(supervisor: Supervisor): Promise<void> {
  const { pendingChanges } = supervisor;
  const noted = pendingChanges.all();
  const wanted = [...noted.keys()].flatMap((key) => supervisor.processes.get(key) ?? []).filter(({ machine }) => machine.desired === "up");
  const left = wanted.filter(
    (process) => pendingChanges.isOutdated(process) || (pendingChanges.earlierOf(process) !== null && !isReady(process.machine)),
  );
  const cause: Cause = { kind: "definition-changed", text: "its definition changed; the last daemon did not get to it" };
  await takeUp(supervisor, left, noted, { by: "the daemon", cause }, () => {});
}

/** A return is to an earlier definition, not to an earlier number of instances. */
function scaledLike({ scaledFrom: _, ...old }: ProcessDefinition, { instances, scaledFrom }: ProcessDefinition): ProcessDefinition {
  return { ...old, instances, ...(scaledFrom !== undefined && { scaledFrom }) };
}

/** Exchanges instances one by one for those of the new definition; when one does not become ready, all return to the old one. */
async function exchange(
  supervisor: Supervisor,
  instances: readonly Supervised[],
  noted: Noted,
  request: RestartRequest,
  report: Report,
): Promise<void> {
  const { pendingChanges } = supervisor;
  const failing = await roll(supervisor, instances, request, report);
  // Where another registration came meanwhile, it is for that one to decide.
  const old = failing && pendingChanges.isLatest(noted, failing) ? pendingChanges.earlierOf(failing) : null;
  if (!failing || !old) return;
  applyStored(supervisor, failing.manifestId, scaledLike(old, failing.definition));
  const all = supervisor.dependencies.instancesOf(old.project, old.name);
  const exchanged = all.filter((process) => process.machine.desired === "up" && !pendingChanges.runsEarlier(process));
  const cause: Cause = {
    kind: "definition-returned",
    text: `its new definition did not become ready (${failing.why}); returned to the old one`,
  };
  await roll(supervisor, exchanged, { ...request, cause }, (result) =>
    report(result.ok ? { ...result, did: "returned to the old definition" } : result),
  );
}
