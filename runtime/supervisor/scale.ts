import { INSTANCES_MAX } from "../../core/config/limits.ts";
import { GhostError } from "../../core/errors/ghost-error.ts";
import type { OwnRequest, Report } from "./actions.ts";
import { deleteAll } from "./delete.ts";
import { addInstances } from "./instances.ts";
import { byDefinition } from "./reload-all.ts";
import { startAll } from "./start-all.ts";
import { isSurplus, type Supervised } from "./supervised.ts";
import type { Supervisor } from "./supervisor.ts";

/** Makes as many instances as are asked for: more start if the others are wanted up, fewer stop and are forgotten, the highest first. Throws USAGE. */
export async function scaleAll(
  supervisor: Supervisor,
  processes: readonly Supervised[],
  request: OwnRequest,
  report: Report,
): Promise<void> {
  const instances = checkInstances(request.instances);
  const oneshot = processes.find(({ definition }) => definition.type === "oneshot");
  if (oneshot)
    throw new GhostError("USAGE", `cannot scale ${oneshot.definition.name}: it is a one-shot`, { hint: "only services have instances" });
  await Promise.all(byDefinition(processes).map((group) => scaleOne(supervisor, group, instances, request, report)));
}

function checkInstances(instances: number | undefined): number {
  if (instances !== undefined && Number.isInteger(instances) && instances >= 1 && instances <= INSTANCES_MAX) return instances;
  throw new GhostError("USAGE", `cannot scale to ${instances ?? "nothing"}: it must be a whole number from 1 to ${INSTANCES_MAX}`, {
    hint: "to have none, run: ghost stop NAME",
  });
}

async function scaleOne(
  supervisor: Supervisor,
  [first]: readonly Supervised[],
  instances: number,
  request: OwnRequest,
  report: Report,
): Promise<void> {
  if (!first) return;
  const { project, name } = first.definition;
  const before = supervisor.dependencies.instancesOf(project, name);
  const surplus = before.filter(({ instance }) => instance >= instances);
  const isUp = before.some(({ machine }) => machine.desired === "up");
  // What another request is just taking away is asked for again, at once, before it is forgotten.
  const returning = before.filter((process) => isSurplus(process) && process.instance < instances);
  const was = first.definition.instances;
  const added = addInstances(supervisor, first, instances);
  if (first.definition.instances !== was) tellScale(supervisor, first, was, request.by);
  const removal = deleteAll(supervisor, surplus, { by: request.by }, report);
  if (isUp) await startAll(supervisor, [...returning, ...added], request, report);
  else for (const process of added) report({ project, name, instance: process.instance, ok: true, did: "added", pid: null });
  await removal;
}

function tellScale(supervisor: Supervisor, first: Supervised, was: number, by = "a request"): void {
  const { instances } = first.definition;
  supervisor.record(first, null, null, { kind: "scaled", text: `scaled from ${was} to ${instances} by ${by}`, facts: { was, instances } });
}
