import type { Cause, PlanChange, RegisterRequest, RegisterResponse } from "../../core/api/wire.ts";
import type { Manifest, ProcessDefinition } from "../../core/config/definition.ts";
import { type Difference, diffDefinitions } from "../../core/config/explain.ts";
import { groupChanges } from "../../core/config/group-changes.ts";
import { keepScale } from "../../core/config/scaled.ts";
import { sharedNamespaces } from "../../core/config/shared-namespaces.ts";
import { GhostError } from "../../core/errors/ghost-error.ts";
import { isLiveKey } from "../../core/lifecycle/live-keys.ts";
import { registered } from "../../core/lifecycle/state.ts";
import { findExecutable } from "../process/executable.ts";
import { realPlace } from "../system/real-place.ts";
import { isIdle, type Report } from "./actions.ts";
import { deleteAll } from "./delete.ts";
import { isGuest } from "./guests.ts";
import { applyDefinition, declaredOf, storedInstance } from "./instances.ts";
import { startAll } from "./start-all.ts";
import { isOwn, isSurplus, keyOf, type Supervised, supervise } from "./supervised.ts";
import type { Supervisor } from "./supervisor.ts";
import { noteChanges, takeUp } from "./take-up.ts";
import { tellLiveChanges } from "./tell-live-changes.ts";

/** Processes that one home may hold. */
export const PROCESSES_MAX = 10_000;

/** What `register` of this manifest would change. Throws NAME_TAKEN when another file declares one of its names. */
export function plan(supervisor: Supervisor, manifest: Manifest): PlanChange[] {
  const declared = manifest.processes.map((definition) => planOne(supervisor, manifest, definition));
  const keys = new Set(manifest.processes.map((definition) => keyOf(definition)));
  const gone = ownedBy(supervisor, manifest.id).filter((process) => !keys.has(process.key));
  return [...declared, ...gone.map((process) => planRemoval(supervisor, process))];
}

/** What is to be registered, and on whose account. */
export interface Registration extends RegisterRequest {
  /** Nobody asked for it now: what was scaled stays so until its file asks for another number than before. */
  readonly keepScales?: boolean;
}

/**
 * Applies the difference and nothing else: unchanged processes are not touched, changed ones restart if they run,
 * removed ones stay unless `prune` is asked for. `announcePlan` is called once the registration is durable.
 */
export async function register(
  supervisor: Supervisor,
  request: Registration,
  announcePlan: (plan: Omit<RegisterResponse, "results">) => void,
  report: Report,
): Promise<void> {
  const manifest = request.keepScales ? withScales(supervisor, request.manifest) : request.manifest;
  const changes = plan(supervisor, manifest);
  const room = PROCESSES_MAX - supervisor.listed().length;
  if (changes.filter((change) => change.action === "add").length > room) {
    throw new GhostError("CONFIG_INVALID", `cannot register: a home holds at most ${PROCESSES_MAX} processes`, {
      hint: "delete some, or use another --home",
    });
  }
  const find = ({ project, name }: PlanChange): readonly Supervised[] => supervisor.dependencies.instancesOf(project, name);
  const known = [...supervisor.processes.values()];
  const earlier = new Map(known.map((process) => [process.key, process.definition]));
  const removals = request.prune ? changes.filter((change) => change.action === "remove") : [];
  const groups = groupChanges(supervisor.manifests.get(manifest.id)?.groups ?? [], manifest.groups);
  const scales = new Map(known.map((process) => [process.key, declaredOf(process)]));
  const leaving = known.filter(isSurplus);
  save(supervisor, manifest, changes);
  for (const definition of manifest.processes) tellEndOfScale(supervisor, definition, scales.get(keyOf(definition)), request.by);
  tellLiveChanges(supervisor, changes, find, request.by);
  const changed = changes.filter((change) => change.action === "change" && change.disrupts);
  // What somebody runs on a terminal goes by what it was started with: it is restarted there, if at all.
  const touched = changed.flatMap(find).filter((process) => !isGuest(process));
  const noted = noteChanges(supervisor, touched, earlier);
  announcePlan(announced(supervisor, changes, request, groups));
  const declared = changes.filter((change) => change.action !== "remove").flatMap(find);
  const surplus = declared.filter(isSurplus);
  // What a request before this one is just taking away is asked for again, at once, before it is forgotten.
  const returning = leaving.filter((process) => !isSurplus(process) && isBesideUp(supervisor, process));
  for (const process of returning)
    supervisor.dispatch(process, { type: "start", cause: { kind: "start", text: `started by ${request.by ?? "register"}` } });
  const added = [...declared.filter((process) => process.machine === registered && isBesideUp(supervisor, process)), ...returning];
  await deleteAll(supervisor, [...removals.flatMap(find), ...surplus], { by: request.by, noWait: request.noWait }, report);
  // One that somebody stopped meanwhile stays so.
  const restarting = touched.filter((process) => !added.includes(process) && process.machine.desired === "up");
  const cause: Cause = { kind: "definition-changed", text: `its definition changed (${request.by ?? "register"})` };
  await takeUp(supervisor, restarting, noted, { by: request.by, noWait: request.noWait, cause }, report);
  const starting = request.start ? toStart(supervisor, manifest, restarting) : added;
  if (starting.length > 0)
    await startAll(supervisor, starting, { by: request.by, noWait: request.noWait, progress: request.progress }, report);
}

function withScales(supervisor: Supervisor, manifest: Manifest): Manifest {
  const before = (definition: ProcessDefinition): ProcessDefinition | undefined => {
    const known = supervisor.processes.get(keyOf(definition));
    return known && declaredOf(known);
  };
  return { ...manifest, processes: manifest.processes.map((definition) => keepScale(definition, before(definition))) };
}

function tellEndOfScale(supervisor: Supervisor, now: ProcessDefinition, before: ProcessDefinition | undefined, by = "register"): void {
  const process = supervisor.processes.get(keyOf(now));
  if (!process || before?.scaledFrom === undefined || now.scaledFrom !== undefined || now.instances === before.instances) return;
  const text = `its file asks for ${now.instances}, which ends the scale to ${before.instances} (${by})`;
  supervisor.record(process, null, null, { kind: "scaled", text, facts: { was: before.instances, instances: now.instances } });
}

/** One more instance of a process that is wanted up is wanted up, too. */
function isBesideUp(supervisor: Supervisor, { definition: { project, name }, instance }: Supervised): boolean {
  return instance > 0 && supervisor.processes.get(keyOf({ project, name }))?.machine.desired === "up";
}

/** What `register` with these options would do, and say. */
export function announced(
  supervisor: Supervisor,
  changes: readonly PlanChange[],
  request: RegisterRequest,
  groups = groupChanges(supervisor.manifests.get(request.manifest.id)?.groups ?? [], request.manifest.groups),
): Omit<RegisterResponse, "results"> {
  const shown = changes.filter((change) => change.action !== "remove" || request.prune);
  const told = [
    ...warnings(changes, request),
    ...limitWarnings(supervisor, changes, request),
    ...namespaceWarnings(supervisor, changes, request),
  ];
  return { changes: shown, ...(groups.length > 0 && { groups }), warnings: told };
}

/** Said where a limit is new, not at each register. */
function limitWarnings({ parts }: Supervisor, changes: readonly PlanChange[], { manifest }: RegisterRequest): string[] {
  const news = new Set(changes.filter(({ action }) => action === "add" || action === "change").map(({ name }) => name));
  return manifest.processes.filter(({ name }) => news.has(name)).flatMap((definition) => parts.limits.warnings(definition));
}

/** Said where an app is new: two of one name share what the hub keeps for them. */
function namespaceWarnings({ processes }: Supervisor, changes: readonly PlanChange[], { manifest }: RegisterRequest): string[] {
  const added = new Set(changes.filter(({ action }) => action === "add").map(({ name }) => name));
  const news = manifest.processes.filter(({ name, app }) => app && added.has(name));
  const names = new Set(news.map(({ name }) => name));
  const others = [...processes.values()].map(({ definition }) => definition).filter(({ name }) => names.has(name));
  return sharedNamespaces([...others, ...news], realPlace);
}

function planOne(supervisor: Supervisor, manifest: Manifest, definition: ProcessDefinition): PlanChange {
  const { project, name } = definition;
  const existing = supervisor.processes.get(keyOf(definition));
  if (!existing) return { project, name, action: "add", disrupts: false, differences: [] };
  if (existing.manifestId !== manifest.id) throw nameTaken(existing, manifest);
  const secrets = { before: supervisor.parts.secrets.of(manifest.id), after: manifest.secrets };
  const differences = [...diffDefinitions(declaredOf(existing), definition, secrets), ...pathDifferences(supervisor, manifest, definition)];
  if (differences.length === 0) return { project, name, action: "keep", disrupts: false, differences };
  const disrupts = isAnyUp(supervisor, existing) && differences.some(({ key }) => !isLiveKey(key));
  return { project, name, action: "change", disrupts, differences };
}

/**
 * Each shell has a PATH of its own, and whoever registers from another one did not ask for restarts: a new PATH counts from the next start on. Only where
 * it leads to another program is that a change of the executable.
 */
function pathDifferences(supervisor: Supervisor, manifest: Manifest, { executable, workingDirectory }: ProcessDefinition): Difference[] {
  const before = supervisor.manifests.get(manifest.id)?.path;
  const after = manifest.path;
  if (before === undefined || before === after) return [];
  const [old, now] = [before, after].map((path) => foundIn(executable, path, workingDirectory));
  const program = old === now ? [] : [{ key: "executable", before: old ?? null, after: now ?? null }];
  return [...program, { key: "PATH", before, after }];
}

/** The file that a bare name means; null for what PATH has no part in, or no answer to. */
function foundIn(executable: string, path: string, workingDirectory: string): string | null {
  if (executable.includes("/") || executable.includes("${")) return null;
  try {
    return findExecutable(executable, { path, workingDirectory, fileDirectory: null });
  } catch {
    return null;
  }
}

function planRemoval(supervisor: Supervisor, process: Supervised): PlanChange {
  const { project, name } = process.definition;
  return { project, name, action: "remove", disrupts: isAnyUp(supervisor, process), differences: [] };
}

function nameTaken(existing: Supervised, manifest: Manifest): GhostError {
  if (isOwn(existing))
    return new GhostError("NAME_TAKEN", `cannot register ${existing.key}: that is what Ghost's own hub is called`, {
      hint: "give it another name, or the file another `project:`",
      details: { manifest: manifest.id },
    });
  const other = existing.definition.source;
  const where = other ? `${other.file}:${other.line}` : existing.manifestId;
  return new GhostError("NAME_TAKEN", `cannot register ${existing.key}: ${where} declares it already`, {
    hint: `give one of the two another name or \`project:\`, or run: ghost delete ${existing.key}`,
    details: { declaredBy: where, manifest: manifest.id },
  });
}

/** Whether one of its instances is wanted, and running or about to: one that somebody is just stopping stays stopped. */
function isAnyUp(supervisor: Supervisor, { definition: { project, name } }: Supervised): boolean {
  return supervisor.dependencies.instancesOf(project, name).some(({ machine }) => machine.desired === "up" && !isIdle(machine));
}

function ownedBy(supervisor: Supervisor, manifestId: string): Supervised[] {
  return [...supervisor.processes.values()].filter((process) => process.manifestId === manifestId && process.instance === 0);
}

/** On disk first, then in memory: what cannot be kept is not acknowledged. */
function save(supervisor: Supervisor, manifest: Manifest, changes: readonly PlanChange[]): void {
  const { processes, secrets, ...head } = manifest;
  const unchanged =
    changes.every((change) => change.action === "keep" || change.action === "remove") &&
    JSON.stringify(supervisor.manifests.get(manifest.id)) === JSON.stringify(head);
  const stored = processes.flatMap((definition, index) => {
    const known = supervisor.dependencies.instancesOf(definition.project, definition.name);
    const instances = new Set([...known.map(({ instance }) => instance), ...Array(definition.instances).keys()]);
    return [...instances].map((instance) => storedInstance(supervisor, manifest.id, definition, instance, index));
  });
  if (!unchanged) supervisor.parts.store.saveRegistration(head, secrets, stored, []);
  supervisor.manifests.set(manifest.id, head);
  for (const entry of stored) {
    const existing = supervisor.processes.get(entry.key);
    if (existing) applyDefinition(supervisor, existing, entry.definition);
    else supervisor.processes.set(entry.key, supervise(entry));
  }
  supervisor.dependencies.forgetGraph();
  for (const entry of stored) {
    const process = supervisor.processes.get(entry.key);
    if (process) supervisor.dependencies.reconsider(process);
  }
}

function toStart(supervisor: Supervisor, manifest: Manifest, restarted: readonly Supervised[]): Supervised[] {
  const processes = manifest.processes.flatMap(({ project, name }) => supervisor.dependencies.instancesOf(project, name));
  return processes.filter((process) => !restarted.includes(process));
}

function warnings(changes: readonly PlanChange[], request: RegisterRequest): string[] {
  const left = changes.filter((change) => change.action === "remove").map((change) => change.name);
  if (request.prune || left.length === 0) return [];
  return [
    `${left.join(", ")} ${left.length === 1 ? "is" : "are"} no longer in the file and ${left.length === 1 ? "stays" : "stay"} registered; --prune stops and forgets`,
  ];
}
