import { selectHistories, timelineOf } from "../../supervisor/timeline.ts";
import type { Call } from "../call.ts";
import type { Route } from "../http.ts";
import type { DaemonNode } from "../node.ts";
import { readFlag, readLimit, readNames, readSince } from "../query.ts";
import { selectable } from "./processes.ts";

/** Entries that one request gives without a limit of its own, and at most. */
const LIMIT_DEFAULT = 50;
const LIMIT_MAX = 20_000;

/** What happened. */
export function historyRoutes(node: DaemonNode): Route[] {
  return [
    { method: "GET", pattern: "/v1/history", handle: (call) => timeline(node, call, readNames(call.query, "names")) },
    { method: "GET", pattern: "/v1/history/:name*", handle: (call) => timeline(node, call, [call.path.name ?? ""]) },
  ];
}

function timeline(node: DaemonNode, call: Call, names: readonly string[] | null): void {
  const limit = readLimit(call.query, "limit", LIMIT_DEFAULT, LIMIT_MAX);
  const sinceMs = readSince(call.query)?.getTime() ?? 0;
  const { groups, parts } = node.supervisor;
  const of = names && selectHistories(names, selectable(node), groups.all(), () => parts.store.historyNames());
  call.json(timelineOf(parts.store, of, { limit, sinceMs, brief: readFlag(call.query, "brief") }));
}
