import type { ControlRequest } from "../../../core/api/apps.ts";
import type { ActionResult, GroupRequest, GroupView, ProcessView } from "../../../core/api/wire.ts";
import type { GroupDefinition, StartupOrder } from "../../../core/config/definition.ts";
import { errorFrom } from "../../../core/errors/error-from.ts";
import { GhostError } from "../../../core/errors/ghost-error.ts";
import { isReady, statusOf } from "../../../core/lifecycle/view.ts";
import type { Report } from "../../supervisor/actions.ts";
import { startAll } from "../../supervisor/start-all.ts";
import { stopAll } from "../../supervisor/stop-all.ts";
import { labelOf, type Supervised } from "../../supervisor/supervised.ts";
import type { Supervisor } from "../../supervisor/supervisor.ts";
import { untilChange } from "../../supervisor/until-change.ts";
import { viewOf } from "../../supervisor/views.ts";

/** How long `waitForHealthy` waits unless told otherwise, and at most, in ms. */
const WAIT_MS = 120_000;
const WAIT_MS_MAX = 24 * 60 * 60 * 1000;

/** A group as an app gets it: with its processes as they are. */
export type ControlledGroup = Omit<GroupView, "processes"> & { readonly processes: readonly ProcessView[] };

type Arguments = Readonly<Record<string, unknown>>;
/** `by`: for the history. */
type Method = (supervisor: Supervisor, given: Arguments, by: string) => unknown;

/** What an app that is granted `orchestrator` may do. */
const METHODS: Readonly<Record<string, Method>> = {
  createGroup: (supervisor, given) => groupView(supervisor, supervisor.groups.create(groupRequest(given))),
  startGroup,
  stopGroup,
  groupStatus: (supervisor, given) => groupView(supervisor, findGroup(supervisor, given)),
  processes: (supervisor) => supervisor.listed().map((process) => viewOf(supervisor, process)),
  waitForHealthy,
};

/**
 * Does what an app, or the operator, asks for by GHOST.CONTROL. Throws UNAUTHORIZED for an app that is not granted it, USAGE, NOT_FOUND, TIMED_OUT, and what
 * the first process failed with.
 */
export async function control(supervisor: Supervisor, { app, method, arguments: given }: ControlRequest): Promise<unknown> {
  if (app !== null && !isGranted(supervisor, app))
    throw new GhostError("UNAUTHORIZED", `cannot let ${app} control processes: its .ghost.yaml has no grants: [orchestrator]`, {
      hint: "write `grants: [orchestrator]` into its .ghost.yaml",
    });
  const known = Object.hasOwn(METHODS, method) ? METHODS[method] : undefined;
  if (!known)
    throw new GhostError("USAGE", `cannot ${method}: there is no such method`, { hint: `there is ${Object.keys(METHODS).join(", ")}` });
  return known(supervisor, given, app === null ? "the operator of the hub" : `the app ${app}`);
}

function isGranted(supervisor: Supervisor, name: string): boolean {
  const apps = [...supervisor.processes.values()].filter(({ definition }) => definition.app && definition.name === name);
  return apps.some(({ definition }) => definition.app?.grants.includes("orchestrator"));
}

async function startGroup(supervisor: Supervisor, given: Arguments, by: string): Promise<ControlledGroup> {
  const group = findGroup(supervisor, given);
  const order = readOrder(given.order, "order") ?? group.startup;
  await acted((report) => startAll(supervisor, supervisor.groups.membersOf(group), { by, order }, report));
  return groupView(supervisor, group);
}

async function stopGroup(supervisor: Supervisor, given: Arguments, by: string): Promise<ControlledGroup> {
  const group = findGroup(supervisor, given);
  const request = { by, order: group.startup, force: given.graceful === false };
  await acted((report) => stopAll(supervisor, supervisor.groups.membersOf(group), request, report));
  return groupView(supervisor, group);
}

async function waitForHealthy(supervisor: Supervisor, given: Arguments): Promise<ProcessView> {
  const name = text(given.name, "name");
  const { timeoutMs = WAIT_MS } = given;
  if (typeof timeoutMs !== "number" || !(timeoutMs >= 0)) throw misfit("timeoutMs", "a number of milliseconds");
  const processes = findProcesses(supervisor, name);
  const limit = Math.min(timeoutMs, WAIT_MS_MAX);
  const isWell = (process: Supervised): boolean => isReady(process.machine) && statusOf(process.machine) !== "unhealthy";
  const well = await Promise.all(processes.map((process) => untilChange(process, () => isWell(process), limit)));
  const late = processes.find((_, index) => !well[index]);
  if (late)
    throw new GhostError("TIMED_OUT", `cannot wait any longer for ${labelOf(late)}: it is ${statusOf(late.machine)} after ${limit} ms`, {
      hint: `ghost why ${labelOf(late)}`,
    });
  return viewOf(supervisor, processes[0] as Supervised);
}

/** Throws what the first one failed with. */
async function acted(work: (report: Report) => Promise<void>): Promise<void> {
  const results: ActionResult[] = [];
  await work((result) => results.push(result));
  const failure = results.find(({ ok }) => !ok);
  if (failure?.error) throw errorFrom(failure.error);
}

function groupView(supervisor: Supervisor, group: GroupDefinition): ControlledGroup {
  const processes = supervisor.groups.membersOf(group).map((process) => viewOf(supervisor, process));
  return { ...supervisor.groups.view(group), processes };
}

function findGroup(supervisor: Supervisor, given: Arguments): GroupDefinition {
  const name = text(given.name, "name");
  const group = supervisor.groups.find(name);
  if (group) return group;
  throw new GhostError("NOT_FOUND", `cannot find ${name}: no group has that name`, { hint: "ghost group list shows what there is" });
}

/** All instances of what `name`, `project/name` or `name:0` means. */
function findProcesses(supervisor: Supervisor, name: string): Supervised[] {
  const listed = supervisor.listed();
  const found = listed.filter(
    ({ definition, key }) => definition.name === name || key === name || `${definition.project}/${definition.name}` === name,
  );
  const one = found.length > 0 ? found : listed.filter((process) => labelOf(process) === name);
  if (one.length === 0) throw new GhostError("NOT_FOUND", `cannot find ${name}: no process has that name`, { hint: "ghost list" });
  return one;
}

function groupRequest(given: Arguments): GroupRequest {
  const { project, processes } = given;
  if (!Array.isArray(processes) || !processes.every((each) => typeof each === "string")) throw misfit("processes", "a list of names");
  if (project !== undefined && typeof project !== "string") throw misfit("project", "a text");
  return { name: text(given.name, "name"), project, processes, startup: readOrder(given.startup, "startup") };
}

function readOrder(order: unknown, key: string): StartupOrder | undefined {
  if (order === undefined || order === null) return undefined;
  const known = (["dependency", "sequential", "parallel"] as const).find((each) => each === order);
  if (!known) throw misfit(key, "dependency, sequential or parallel");
  return known;
}

function text(value: unknown, key: string): string {
  if (typeof value === "string" && value !== "") return value;
  throw misfit(key, "a text");
}

function misfit(key: string, what: string): GhostError {
  return new GhostError("USAGE", `cannot do that: ${key} is not ${what}`);
}
