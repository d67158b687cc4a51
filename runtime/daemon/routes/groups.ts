import type { GroupRequest } from "../../../core/api/wire.ts";
import type { GroupDefinition } from "../../../core/config/definition.ts";
import { nearest } from "../../../core/config/suggest.ts";
import { GhostError } from "../../../core/errors/ghost-error.ts";
import type { Call } from "../call.ts";
import type { Route } from "../http.ts";
import type { DaemonNode } from "../node.ts";
import { actInLines, readAction } from "./processes.ts";

/** Groups: making, looking at and acting on them. */
export function groupRoutes(node: DaemonNode): Route[] {
  return [
    { method: "GET", pattern: "/v1/groups", handle: (call) => list(node, call) },
    { method: "POST", pattern: "/v1/groups", handle: (call) => create(node, call) },
    ...(["start", "stop", "restart"] as const).map(
      (action): Route => ({ method: "POST", pattern: `/v1/groups/:name*/${action}`, handle: (call) => act(node, action, call) }),
    ),
    { method: "POST", pattern: "/v1/groups/:name*/delete", handle: (call) => remove(node, call) },
    { method: "DELETE", pattern: "/v1/groups/:name*", handle: (call) => remove(node, call) },
    { method: "GET", pattern: "/v1/groups/:name*", handle: (call) => call.json(node.supervisor.groups.view(find(node, call))) },
  ];
}

function list({ supervisor: { groups } }: DaemonNode, call: Call): void {
  call.json(groups.all().map((group) => groups.view(group)));
}

async function create(node: DaemonNode, call: Call): Promise<void> {
  const { groups } = node.supervisor;
  call.json(groups.view(groups.create(checked(await call.body<Record<string, unknown>>()))));
}

function checked(body: Record<string, unknown>): GroupRequest {
  const { name, project, processes, startup } = body;
  if (typeof name !== "string") throw notA("name", "a string");
  if (project !== undefined && typeof project !== "string") throw notA("project", "a string");
  if (!Array.isArray(processes) || !processes.every((each) => typeof each === "string")) throw notA("processes", "a list of names");
  if (startup !== undefined && !["dependency", "sequential", "parallel"].includes(startup as string))
    throw notA("startup", "dependency, sequential or parallel");
  return { name, project, processes, startup } as GroupRequest;
}

function notA(key: string, what: string): GhostError {
  return new GhostError("USAGE", `cannot make the group: ${key} is not ${what}`);
}

function remove(node: DaemonNode, call: Call): void {
  const group = find(node, call);
  node.supervisor.groups.remove(`${group.project}/${group.name}`);
  call.json({});
}

async function act(node: DaemonNode, action: "start" | "stop" | "restart", call: Call): Promise<void> {
  const group = find(node, call);
  const request = await readAction(call);
  await actInLines(node, action, node.supervisor.groups.membersOf(group), { ...request, order: request.order ?? group.startup }, call);
}

function find(node: DaemonNode, call: Call): GroupDefinition {
  const name = call.path.name ?? "";
  const { groups } = node.supervisor;
  const group = groups.find(name);
  if (group) return group;
  const near = nearest(
    name,
    groups.all().map((each) => each.name),
  );
  throw new GhostError("NOT_FOUND", `cannot find ${name}: no group has that name`, {
    hint: near === null ? "ghost group list shows what there is" : `did you mean ${near}?`,
  });
}
