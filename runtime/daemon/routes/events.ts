import type { HistoryEntry } from "../../../core/api/wire.ts";
import { GhostError } from "../../../core/errors/ghost-error.ts";
import type { Call, EventStream } from "../call.ts";
import type { Route } from "../http.ts";
import type { DaemonNode } from "../node.ts";

/** Entries that are sent at once to a client that catches up. */
const BATCH_ENTRIES = 200;

/** What happens, as it happens. */
export function eventRoutes(node: DaemonNode): Route[] {
  return [{ method: "GET", pattern: "/v1/events", handle: (call) => events(node, call) }];
}

/** Server-sent events; a client that names the last it saw gets what it missed first. */
async function events(node: DaemonNode, call: Call): Promise<void> {
  const last = readLast(call);
  const stream = call.events();
  if (last !== null && !(await catchUp(node, stream, last))) return;
  stream.onClose(node.feed.subscribe((entry) => sendEntry(stream, entry)));
}

/** The last event that the client saw; null when it wants only what comes. */
function readLast(call: Call): number | null {
  const text = call.headers["last-event-id"] ?? call.query.get("after");
  if (text === null || text === "") return null;
  const last = Number(text);
  if (Number.isSafeInteger(last) && last >= 0) return last;
  throw new GhostError("USAGE", `cannot go on after event ${String(text)}: it is not the number of an event`, {
    hint: "the `id` of the last event that was seen, or 0",
  });
}

/** Gives false when the client has gone meanwhile. Between the last look and what the caller does next nothing can happen. */
async function catchUp(node: DaemonNode, stream: EventStream, last: number): Promise<boolean> {
  let seen = last;
  for (;;) {
    const missed = node.supervisor.parts.store.historyAfter(seen, BATCH_ENTRIES);
    if (missed.length === 0) return true;
    for (const entry of missed) sendEntry(stream, entry);
    seen = missed.at(-1)?.seq ?? seen;
    if (!(await stream.taken())) return false;
  }
}

function sendEntry(stream: EventStream, entry: HistoryEntry): void {
  stream.send(JSON.stringify(entry), entry.seq);
}
