/** What stream commands have in common: reading ids, finding streams and groups, writing entries. */

import { STREAM } from "../keyspace/schema.ts";
import type { Space } from "../keyspace/space.ts";
import type { Stream } from "../keyspace/stream.ts";
import type { StreamEntry } from "../keyspace/stream-chunks.ts";
import type { Group } from "../keyspace/stream-groups.ts";
import { addConsumer, type Consumer, GROUP_LIMITS } from "../keyspace/stream-groups.ts";
import {
  formatId,
  formatMs,
  MAX_ID,
  MAX_NUMBER,
  MIN_ID,
  makeId,
  nextId,
  numberOf,
  parseId,
  previousId,
  type StreamId,
} from "../keyspace/stream-id.ts";
import { type Arguments, textAt } from "../server/arguments.ts";
import type { Client } from "../server/client.ts";
import type { Hub } from "../server/hub.ts";
import { keyAt, objectOf, spaceOf } from "../server/keys.ts";
import { COUNTER_MAX } from "../server/output.ts";
import { refuse, shown } from "../server/reply-error.ts";

export const BAD_ID = "ERR Invalid stream ID specified as stream command argument";

/** Where a stream is, and it, if it is there. */
export interface Place {
  readonly space: Space;
  readonly key: string;
  readonly stream: Stream | null;
}

/** The stream of the key at `index`; refuses other kinds of values. */
export function placeAt(hub: Hub, client: Client, args: Arguments, index: number): Place {
  const key = keyAt(args, index);
  return placeOf(hub, spaceOf(hub, client, key), key);
}

/** The stream of a key. */
export function placeOf(hub: Hub, space: Space, key: string): Place {
  const object = objectOf(hub, space, key, STREAM);
  return { space, key, stream: object === null ? null : hub.streams.open(object) };
}

/** The stream, made if it is not there. */
export function streamOf(hub: Hub, { space, key, stream }: Place): Stream {
  return stream ?? hub.streams.create(hub.keyspace.createObject(space, key, STREAM));
}

/** An id that must be whole, or milliseconds whose number is `missing`. */
export function idAt(args: Arguments, index: number, missing: bigint | number = 0): StreamId {
  const parsed = parseId(textAt(args, index));
  if (!parsed) return refuse(BAD_ID);
  return makeId(parsed.ms, parsed.number ?? missing);
}

/** An id, or `-` and `+` for the least and the greatest. */
export function looseIdAt(args: Arguments, index: number): StreamId {
  const text = textAt(args, index);
  return text === "-" ? MIN_ID : text === "+" ? MAX_ID : idAt(args, index);
}

/** Where a range begins: `-`, `+`, an id, or `(` and an id. */
export function startAt(args: Arguments, index: number): StreamId {
  const bound = boundAt(args, index, 0);
  return bound.isOpen ? (nextId(bound.id) ?? refuse("ERR invalid start ID for the interval")) : bound.id;
}

/** Where a range ends. */
export function endAt(args: Arguments, index: number): StreamId {
  const bound = boundAt(args, index, MAX_NUMBER);
  return bound.isOpen ? (previousId(bound.id) ?? refuse("ERR invalid end ID for the interval")) : bound.id;
}

function boundAt(args: Arguments, index: number, missing: bigint | number): { id: StreamId; isOpen: boolean } {
  const text = textAt(args, index);
  if (text === "-") return { id: MIN_ID, isOpen: false };
  if (text === "+") return { id: MAX_ID, isOpen: false };
  const isOpen = text.length > 1 && text[0] === "(";
  const parsed = parseId(isOpen ? text.slice(1) : text);
  return parsed ? { id: makeId(parsed.ms, parsed.number ?? missing), isOpen } : refuse(BAD_ID);
}

/** All words from `index` on as ids. */
export function idsFrom(args: Arguments, index: number): StreamId[] {
  return Array.from({ length: args.count - index }, (_, at) => idAt(args, index + at));
}

/** An entry: its id and its words. */
export function writeEntry(hub: Hub, { id, count, body }: StreamEntry): void {
  const { output } = hub;
  output.array(2);
  writeId(hub, id);
  output.array(count);
  output.raw(body);
}

export function writeEntries(hub: Hub, entries: readonly StreamEntry[]): void {
  hub.output.array(entries.length);
  for (const entry of entries) writeEntry(hub, entry);
}

export function writeId({ output }: Hub, id: StreamId): void {
  const number = numberOf(id);
  if (number < COUNTER_MAX) output.counted(formatMs(id), Number(number));
  else output.latin1(formatId(id));
}

/** A group of a stream; refuses when either is not there. */
export function groupAt(hub: Hub, place: Place, name: string): { stream: Stream; group: Group } {
  const group = place.stream && hub.streams.groupsOf(place.stream).get(name);
  if (!place.stream || !group) return refuse(`NOGROUP No such key '${shown(place.key)}' or consumer group '${shown(name)}'`);
  return { stream: place.stream, group };
}

/** A name of a group or consumer. */
export function nameAt(args: Arguments, index: number): string {
  const name = textAt(args, index);
  if (name.length > GROUP_LIMITS.nameBytesMax) refuse(`LIMIT a group's or consumer's name may have ${GROUP_LIMITS.nameBytesMax} bytes`);
  return name;
}

/** A consumer of a group, made if it is not there, that asks now. */
export function consumerOf(hub: Hub, stream: Stream, group: Group, name: string): Consumer {
  const now = hub.keyspace.now();
  const known = group.consumers.get(name);
  if (!known && group.consumers.size >= GROUP_LIMITS.consumersMax)
    refuse(`LIMIT a group may have ${GROUP_LIMITS.consumersMax} consumers (consumersMax)`);
  const consumer = known ?? addConsumer(group, name, now);
  consumer.seen = now;
  group.changedConsumers.add(consumer);
  hub.streams.touch(stream);
  return consumer;
}

/** Refuses when one more would be too many. */
export function refuseMorePending(group: Group, more = 1): void {
  if (group.pending.size + more > GROUP_LIMITS.pendingMax)
    refuse(`LIMIT a group may have ${GROUP_LIMITS.pendingMax} entries that are not acknowledged (pendingMax)`);
}
