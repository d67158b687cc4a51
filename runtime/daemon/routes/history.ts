import type { HistoryEntry } from "../../../core/api/wire.ts";
import { GhostError } from "../../../core/errors/ghost-error.ts";
import type { Call, Route } from "../http.ts";
import type { DaemonNode } from "../node.ts";
import { select } from "./processes.ts";

/** Entries that one request gives without a limit of its own, and at most. */
const LIMIT_DEFAULT = 50;
const LIMIT_MAX = 20_000;

/** What happened, and what happens. */
export function historyRoutes(node: DaemonNode): Route[] {
  return [
    { method: "GET", pattern: "/v1/history", handle: (call) => timeline(node, call, call.query.get("names")?.split(",") ?? null) },
    { method: "GET", pattern: "/v1/history/:name*", handle: (call) => timeline(node, call, [call.path.name ?? ""]) },
    { method: "GET", pattern: "/v1/events", handle: (call) => events(node, call) },
  ];
}

function timeline(node: DaemonNode, call: Call, names: readonly string[] | null): void {
  const limit = readLimit(call.query.get("limit"));
  const sinceMs = readSince(call.query.get("since"));
  const { store } = node.supervisor.parts;
  if (names === null) return call.json(store.history(null, limit, sinceMs));
  const entries = select(node, names).flatMap((process) => store.history(process.definition, limit, sinceMs));
  call.json(entries.sort((a, b) => a.seq - b.seq).slice(-limit));
}

function readLimit(text: string | null): number {
  if (text === null) return LIMIT_DEFAULT;
  const limit = Number(text);
  if (Number.isInteger(limit) && limit > 0) return Math.min(limit, LIMIT_MAX);
  throw new GhostError("USAGE", `cannot take limit=${text}: it is not a positive whole number`);
}

function readSince(text: string | null): number {
  if (text === null) return 0;
  const ms = Date.parse(text);
  if (Number.isFinite(ms)) return ms;
  throw new GhostError("USAGE", `cannot take since=${text}: it is not an ISO 8601 time`);
}

/** Server-sent events; a client that names the last it saw gets what it missed first. */
function events(node: DaemonNode, call: Call): void {
  const stream = call.events();
  const send = (entry: HistoryEntry): void => stream.send({ id: entry.seq, data: entry });
  const last = Number(call.headers["last-event-id"] ?? call.query.get("after") ?? Number.NaN);
  if (Number.isFinite(last)) for (const entry of node.supervisor.parts.store.historyAfter(last, LIMIT_MAX)) send(entry);
  stream.onClose(node.feed.subscribe(send));
}
