/** Dead letters: entries of a group that are put aside, in a stream of their own, with where they came from. */

import type { StreamEntry } from "../keyspace/stream-chunks.ts";
import { removePending } from "../keyspace/stream-groups.ts";
import { formatId } from "../keyspace/stream-id.ts";
import { type Arguments, bytesOf, textAt } from "../server/arguments.ts";
import type { Client } from "../server/client.ts";
import { define } from "../server/commands.ts";
import type { Hub } from "../server/hub.ts";
import { keyAt, spaceOf } from "../server/keys.ts";
import { refuse } from "../server/reply-error.ts";
import { groupAt, idAt, placeAt, placeOf, streamOf } from "./stream-words.ts";
import { addRaw } from "./streams.ts";

define({ "ghost.bury": { arity: -5, isWrite: true, keys: [1, 1, 1], run: putAside } });

const BURY_LIMITS = {
  /** Entries that a dead-letter stream keeps; the oldest go. */
  deadMax: 100_000,
  /** Letters of a reason that are kept. */
  reasonMax: 1000,
} as const;

/** What is known of a dead letter. */
export interface DeadLetter {
  /** The key of the stream that it was in. */
  readonly origin: string;
  readonly deliveries: number;
  /** Why, as its consumer says. */
  readonly reason?: string;
}

/** Refuses, before anything is changed, a key that holds something else than a stream of dead letters. */
export function checkDead(hub: Hub, client: Client, origin: string, dead: string): void {
  if (dead === origin) refuse("ERR a stream cannot have its own dead letters");
  placeOf(hub, spaceOf(hub, client, dead), dead);
}

/** Adds an entry to the dead-letter stream `dead`: its own words, then `origin`, `id`, `deliveries` and, where it is known, `reason`. It is announced on `ghost:hub`. */
export function bury(hub: Hub, client: Client, dead: string, entry: StreamEntry, { origin, deliveries, reason }: DeadLetter): void {
  const place = placeOf(hub, spaceOf(hub, client, dead), dead);
  const stream = streamOf(hub, place);
  if (!place.stream) hub.streams.retain(stream, null, BURY_LIMITS.deadMax);
  const why = reason === undefined ? [] : ["reason", reason.slice(0, BURY_LIMITS.reasonMax)];
  const more = ["origin", origin, "id", formatId(entry.id), "deliveries", String(deliveries), ...why];
  const { text } = addRaw(hub, { ...place, stream }, entry, more.map(bytesOf));
  // A worker that died over it cannot tell.
  hub.announce({ event: "dead-letter", stream: origin, id: formatId(entry.id), deliveries, dead, as: text });
}

/** GHOST.BURY stream group id dead [reason]: 1, or 0 when the entry is not pending. */
function putAside(hub: Hub, client: Client, args: Arguments): void {
  if (args.count > 6) refuse("ERR wrong number of arguments for 'ghost.bury' command");
  const [key, dead] = [keyAt(args, 1), keyAt(args, 4)];
  checkDead(hub, client, key, dead);
  const { stream, group } = groupAt(hub, placeAt(hub, client, args, 1), textAt(args, 2));
  const pending = group.pending.get(idAt(args, 3));
  if (pending) {
    const entry = hub.streams.get(stream, pending.id);
    const reason = args.count > 5 ? textAt(args, 5) : undefined;
    if (entry) bury(hub, client, dead, entry, { origin: key, deliveries: pending.count, reason });
    removePending(group, pending.id);
    hub.streams.touch(stream);
  }
  hub.output.integer(pending ? 1 : 0);
}
