import type { Call } from "../call.ts";
import type { Route } from "../http.ts";
import type { DaemonNode } from "../node.ts";
import { readFlag, readLimit, readNames, readSince } from "../query.ts";
import { select } from "./processes.ts";

/** Entries that one request gives without a limit of its own, and at most. */
const LIMIT_DEFAULT = 50;
const LIMIT_MAX = 20_000;

/** Changes that only follow from those before them. `brief=true` leaves them out where all processes are told of: a crash-looper would push all else out. */
const STEPS: ReadonlySet<string> = new Set(["adopted", "spawned", "restarted"]);

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
  const { store } = node.supervisor.parts;
  if (names === null) return call.json(store.history(null, limit, sinceMs, readFlag(call.query, "brief") ? STEPS : undefined));
  const entries = select(node, names).flatMap((process) =>
    store.history({ ...process.definition, instance: process.instance }, limit, sinceMs),
  );
  call.json(entries.sort((a, b) => a.seq - b.seq).slice(-limit));
}
