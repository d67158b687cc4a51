import type { ActionRequest, ActionResult, EnvironmentView } from "../../../core/api/wire.ts";
import { MASK } from "../../../core/config/secrets.ts";
import { errorFrom } from "../../../core/errors/error-from.ts";
import { GhostError } from "../../../core/errors/ghost-error.ts";
import { selectProcesses } from "../../../core/graph/select.ts";
import { pidOf, tokenOf } from "../../../core/lifecycle/view.ts";
import { environmentOf } from "../../process/environ.ts";
import { type Report, readSignal, signalAll } from "../../supervisor/actions.ts";
import { deleteAll } from "../../supervisor/delete.ts";
import { hiddenByGuests } from "../../supervisor/guests.ts";
import { reloadAll } from "../../supervisor/reload-all.ts";
import { restartAll } from "../../supervisor/restart-all.ts";
import { accountOf, environmentFor } from "../../supervisor/run.ts";
import { scaleAll } from "../../supervisor/scale.ts";
import { startAll } from "../../supervisor/start-all.ts";
import { stopAll } from "../../supervisor/stop-all.ts";
import { isOwn, keyOf, type Supervised } from "../../supervisor/supervised.ts";
import { triggerAll } from "../../supervisor/trigger.ts";
import { detailOf } from "../../supervisor/views.ts";
import type { Call } from "../call.ts";
import type { Route } from "../http.ts";
import type { DaemonNode } from "../node.ts";
import { readNames } from "../query.ts";
import { reportTo } from "./report.ts";

/** Who asks stands in the history for long: so much of it is kept. */
const BY_CHARACTERS_MAX = 200;

const ACTIONS = ["start", "stop", "restart", "reload", "scale", "trigger", "signal", "delete"] as const;
const ORDERS: readonly unknown[] = ["dependency", "sequential", "parallel"];
type Action = (typeof ACTIONS)[number];
/** What makes sense only for what people registered. */
const UNFIT_FOR_OWN: ReadonlySet<Action> = new Set(["reload", "scale", "trigger", "delete"]);
/** After these, apps go by their files. */
const BEGINNING: ReadonlySet<Action> = new Set(["start", "restart", "reload"]);
export type ActionBody = ActionRequest & { readonly names?: readonly string[] };

/** Listing processes and acting on them. */
export function processRoutes(node: DaemonNode): Route[] {
  return [
    { method: "GET", pattern: "/v1/processes", handle: (call) => list(node, call) },
    ...ACTIONS.map(
      (action): Route => ({ method: "POST", pattern: `/v1/processes/${action}`, handle: (call) => actOnMany(node, action, call) }),
    ),
    ...ACTIONS.map(
      (action): Route => ({ method: "POST", pattern: `/v1/processes/:name*/${action}`, handle: (call) => actOnOne(node, action, call) }),
    ),
    { method: "GET", pattern: "/v1/processes/:name*/environment", handle: (call) => environment(node, call) },
    { method: "GET", pattern: "/v1/processes/:name*", handle: (call) => detail(node, call) },
  ];
}

/** The processes that names mean; throws NOT_FOUND and the like, and CONFIG_INVALID for an app whose file cannot be used. */
export function select(node: DaemonNode, names: readonly string[]): Supervised[] {
  try {
    return selectProcesses(names, selectable(node), node.supervisor.groups.all()).map((candidate) => candidate.process);
  } catch (error) {
    throw explainMissing(node, names, error as Error);
  }
}

/** An app that was deleted, or whose file cannot be used, is there for whoever asks for it. */
function explainMissing({ apps }: DaemonNode, names: readonly string[], error: Error): Error {
  if (!(error instanceof GhostError) || error.code !== "NOT_FOUND") return error;
  const deleted = names.map((name) => apps.deletedName(name)).find((each) => each !== undefined);
  if (deleted !== undefined)
    return new GhostError("NOT_FOUND", `cannot find ${deleted}: the app was deleted`, { hint: `ghost start ${deleted} brings it back` });
  const problem = names.map((name) => apps.problemOf(name)).find((each) => each !== undefined);
  return problem === undefined ? error : new GhostError("CONFIG_INVALID", problem, { hint: "mend it: a daemon that runs notices it" });
}

/** All that a name may mean, with what runs in the foreground in the place of what rests. */
export function selectable(node: DaemonNode) {
  const { processes } = node.supervisor;
  const hidden = hiddenByGuests(processes.values());
  const visible = [...processes.values()].filter((process) => !hidden.has(process));
  return visible.map((process) => ({
    project: process.definition.project,
    name: process.definition.name,
    instance: process.instance,
    source: process.definition.source?.file ?? null,
    own: isOwn(process),
    process,
  }));
}

function list(node: DaemonNode, call: Call): void {
  const names = readNames(call.query, "names");
  const processes = names ? select(node, names) : node.supervisor.shown();
  node.sampler.ensureFresh();
  call.jsonText(node.viewTexts.of(processes));
}

function detail(node: DaemonNode, call: Call): void {
  const processes = select(node, [call.path.name ?? ""]);
  node.sampler.ensureFresh();
  call.json(processes.map((process) => detailOf(node.supervisor, process)));
}

async function actOnMany(node: DaemonNode, action: Action, call: Call): Promise<void> {
  const request = await readAction(call);
  if (!request.names?.length)
    throw new GhostError("USAGE", `cannot ${action}: no names are given`, { hint: 'e.g. {"names":["api"]}, or ["all"]' });
  if (BEGINNING.has(action)) await node.apps.current();
  if (action === "start") await node.apps.bringBack(request.names);
  const chosen = choose(node, request.names, request);
  await actInLines(node, action, chosen.processes, chosen.request, call);
}

/** The processes that names mean. A group that is acted on by its name has its own order, and its members in that of its list. */
function choose(
  node: DaemonNode,
  names: readonly string[],
  request: ActionBody,
): { processes: readonly Supervised[]; request: ActionBody } {
  const { groups } = node.supervisor;
  const processes = select(node, names);
  const [name] = names;
  const group = names.length === 1 && name !== undefined ? groups.find(name) : null;
  if (!group) return { processes, request };
  return { processes: groups.membersOf(group), request: { ...request, order: request.order ?? group.startup } };
}

/** Does it, with a line for each result as soon as it is true. Errors of the request itself come before the first line, as an answer of their own. */
export async function actInLines(
  node: DaemonNode,
  action: Action,
  processes: readonly Supervised[],
  request: ActionBody,
  call: Call,
): Promise<void> {
  if (action === "signal") checkSignal(request);
  checkOwn(action, processes);
  if (action === "scale") await scaleAll(node.supervisor, [], request, () => {});
  const lines = call.lines();
  await act(
    node,
    action,
    processes,
    request,
    reportTo((line) => lines.write(line), request.progress),
  );
  lines.end();
}

async function actOnOne(node: DaemonNode, action: Action, call: Call): Promise<void> {
  const request = await readAction(call);
  if (BEGINNING.has(action)) await node.apps.current();
  if (action === "start") await node.apps.bringBack([call.path.name ?? ""]);
  const chosen = choose(node, [call.path.name ?? ""], request);
  if (action === "signal") checkSignal(request);
  checkOwn(action, chosen.processes);
  const results: ActionResult[] = [];
  await act(node, action, chosen.processes, chosen.request, (result) => results.push(result));
  const failed = results.find((result) => !result.ok);
  if (failed?.error) throw errorFrom(failed.error);
  call.json(results);
}

/** The body of an action, its kinds checked: clients other than Ghost's own may send anything. */
export async function readAction(call: Call): Promise<ActionBody> {
  const body = await call.body<Record<string, unknown>>();
  const { names, noWait, wait, force, rollback, progress, signal, by, order, instances } = body;
  if (names !== undefined && !(Array.isArray(names) && names.every((name) => typeof name === "string")))
    throw notA("names", "a list of strings");
  for (const [key, value] of Object.entries({ signal, by }))
    if (value !== undefined && typeof value !== "string") throw notA(key, "a string");
  if (order !== undefined && !ORDERS.includes(order)) throw notA("order", ORDERS.join(", "));
  if (instances !== undefined && typeof instances !== "number") throw notA("instances", "a number");
  for (const [key, value] of Object.entries({ noWait, wait, force, rollback, progress }))
    if (value !== undefined && typeof value !== "boolean") throw notA(key, "true or false");
  const asked = {
    names,
    noWait,
    wait,
    force,
    rollback,
    progress,
    signal,
    order,
    instances,
    by: (by as string | undefined)?.slice(0, BY_CHARACTERS_MAX),
  };
  return asked as ActionBody;
}

function notA(key: string, what: string): GhostError {
  return new GhostError("USAGE", `cannot take the request: ${key} is not ${what}`);
}

/** An app is more than what is registered of it: `noteOf` is asked for what a person should know besides. */
function noting(processes: readonly Supervised[], report: Report, noteOf: (process: Supervised) => string | undefined): Report {
  const find = ({ project, name, instance }: ActionResult): Supervised | undefined =>
    processes.find((each) => each.key === keyOf({ project, name }, instance));
  const noted = (result: ActionResult): void => {
    const process = result.ok ? find(result) : undefined;
    const note = process && noteOf(process);
    report(note === undefined ? result : { ...result, note });
  };
  const { waiting, later } = report;
  return Object.assign(noted, { ...(waiting && { waiting }), ...(later && { later }) });
}

/** Ghost's own is as Ghost has it. */
function checkOwn(action: Action, processes: readonly Supervised[]): void {
  const own = UNFIT_FOR_OWN.has(action) ? processes.find(isOwn) : undefined;
  if (own)
    throw new GhostError("USAGE", `cannot ${action} ${own.key}: it is Ghost's own`, {
      hint: "it can be started, stopped, restarted and signalled",
    });
}

function checkSignal(request: ActionBody): void {
  readSignal(request.signal);
}

async function act(node: DaemonNode, action: Action, processes: readonly Supervised[], request: ActionBody, report: Report): Promise<void> {
  const { supervisor, apps } = node;
  const begun = noting(processes, report, (process) => apps.problemWith(process));
  if (action === "stop" && processes.some(isOwn)) node.hub.stopAsked();
  // It reads `.ghost.yaml` when it begins: a change that is told of later would have it restarted once more.
  if (BEGINNING.has(action) && processes.some(isOwn)) await node.settings.refresh();
  switch (action) {
    case "start":
      return startAll(supervisor, processes, request, begun);
    case "stop":
      return stopAll(supervisor, processes, request, report);
    case "restart":
      return restartAll(supervisor, processes, request, begun);
    case "reload":
      return reloadAll(supervisor, processes, request, begun);
    case "scale":
      return scaleAll(supervisor, processes, request, report);
    case "trigger":
      return triggerAll(supervisor, processes, request, report);
    case "signal":
      return signalAll(supervisor, processes, request, report);
    case "delete":
      return deleteAll(
        supervisor,
        processes,
        request,
        noting(processes, report, (process) => apps.deleted(process)),
      );
    default:
      action satisfies never;
  }
}

function environment(node: DaemonNode, call: Call): void {
  const withDifference = call.query.get("diff") === "true";
  call.json(select(node, [call.path.name ?? ""]).map((process) => environmentView(node, process, withDifference)));
}

function environmentView(node: DaemonNode, process: Supervised, withDifference: boolean): EnvironmentView {
  const variables = environmentFor(node.supervisor, process, accountOf(process), tokenOf(process.machine));
  const show = (key: string, value: string): string => (variables.get(key)?.secret || process.secretValues.includes(value) ? MASK : value);
  const rows = [...variables].map(([key, { value, origin, secret }]) => ({ key, value: secret ? MASK : value, origin }));
  const running = withDifference ? runningEnvironment(process) : null;
  // Programs that were started before there was a hub do without it until their next start.
  const isNews = (key: string): boolean => key === "GHOST_HUB" && !running?.has(key);
  if (!running)
    return { project: process.definition.project, name: process.definition.name, variables: rows.sort(byKey), difference: null };
  const keys = [...new Set([...running.keys(), ...variables.keys()])].filter((key) => key !== "GHOST_PROCESS").sort();
  const difference = keys
    .filter((key) => !isNews(key) && running.get(key) !== variables.get(key)?.value)
    .map((key) => ({ key, running: masked(running.get(key), key, show), declared: masked(variables.get(key)?.value, key, show) }));
  return { project: process.definition.project, name: process.definition.name, variables: rows.sort(byKey), difference };
}

/** What the running process was given; null when nothing runs or it cannot be known. */
function runningEnvironment(process: Supervised): Map<string, string> | null {
  const pid = pidOf(process.machine);
  if (pid === null) return null;
  if (process.environment) return new Map(Object.entries(process.environment));
  const seen = environmentOf(pid);
  return seen.size > 0 ? seen : null;
}

function masked(value: string | undefined, key: string, show: (key: string, value: string) => string): string | null {
  return value === undefined ? null : show(key, value);
}

function byKey(a: { key: string }, b: { key: string }): number {
  return a.key < b.key ? -1 : 1;
}
