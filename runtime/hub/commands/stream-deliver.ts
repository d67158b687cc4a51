/** Delivery of entries to consumers of a group, and how far groups are. */

import { type Stream, topId } from "../keyspace/stream.ts";
import type { StreamEntry } from "../keyspace/stream-chunks.ts";
import { type Consumer, type Group, setPending, UNKNOWN } from "../keyspace/stream-groups.ts";
import { MAX_ID, MIN_ID, nextId, type StreamId } from "../keyspace/stream-id.ts";
import type { Hub } from "../server/hub.ts";
import { refuseMorePending } from "./stream-words.ts";

/** New entries for a consumer: they are delivered with this. Empty: there are none. */
export function deliverNew(
  hub: Hub,
  stream: Stream,
  to: { group: Group; consumer: Consumer; limit: number; isAcknowledged: boolean },
): StreamEntry[] {
  const { group, consumer, limit, isAcknowledged } = to;
  if ((topId(stream) ?? MIN_ID) <= group.last) return [];
  const entries = hub.streams.range(stream, nextId(group.last) ?? MAX_ID, MAX_ID, limit);
  if (!isAcknowledged) refuseMorePending(group, entries.length);
  const now = hub.keyspace.now();
  for (const { id } of entries) {
    advance(hub, stream, group, id);
    if (!isAcknowledged) setPending(group, { id, consumer, delivered: now, count: 1, due: 0 });
  }
  hub.streams.touch(stream);
  return entries;
}

function advance(hub: Hub, stream: Stream, group: Group, id: StreamId): void {
  if (group.read !== UNKNOWN && !hasGapsFrom(hub, stream, id)) group.read++;
  else if (stream.added > 0) group.read = distance(hub, stream, id);
  group.last = id;
  group.isChanged = true;
}

/** Whether something was deleted at or after `id`. */
function hasGapsFrom(hub: Hub, stream: Stream, id: StreamId): boolean {
  const first = hub.streams.firstId(stream);
  return first !== null && stream.deleted > MIN_ID && first <= stream.deleted && id <= stream.deleted;
}

/** How many entries were added up to `id`, as far as that can be told (Redis: streamEstimateDistanceFromFirstEverEntry). */
function distance(hub: Hub, stream: Stream, id: StreamId): number {
  if (stream.added === 0) return 0;
  if (stream.length === 0 && id <= stream.last) return stream.added;
  if (id === stream.last) return stream.added;
  if (id > stream.last) return UNKNOWN;
  const first = hub.streams.firstId(stream) ?? MIN_ID;
  if (stream.deleted > MIN_ID && stream.deleted >= first) return UNKNOWN;
  if (id < first) return stream.added - stream.length;
  return id === first ? stream.added - stream.length + 1 : UNKNOWN;
}

/** Entries that a group has still to read; null: that is not known. */
export function lagOf(hub: Hub, stream: Stream, group: Group): number | null {
  if (stream.added === 0) return 0;
  if (group.read !== UNKNOWN && !hasGapsFrom(hub, stream, group.last)) return stream.added - group.read;
  const read = distance(hub, stream, group.last);
  return read === UNKNOWN ? null : stream.added - read;
}
