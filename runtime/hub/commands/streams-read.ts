/** XREAD and XREADGROUP, and waiting for entries. */

import { STREAM } from "../keyspace/schema.ts";
import type { Space } from "../keyspace/space.ts";
import { type Stream, topId } from "../keyspace/stream.ts";
import { type Group, setPending } from "../keyspace/stream-groups.ts";
import { MAX_ID, MIN_ID, nextId, type StreamId } from "../keyspace/stream-id.ts";
import { type Arguments, textAt, wordAt } from "../server/arguments.ts";
import type { Client } from "../server/client.ts";
import { define } from "../server/commands.ts";
import type { Hub } from "../server/hub.ts";
import { keyAt, spaceOf } from "../server/keys.ts";
import { integerAt } from "../server/numbers.ts";
import { refuse, SYNTAX, shown } from "../server/reply-error.ts";
import { deliverNew } from "./stream-deliver.ts";
import { consumerOf, idAt, nameAt, placeOf, writeEntries, writeEntry, writeId } from "./stream-words.ts";

define({
  xread: { arity: -4, isRead: true, keys: [0, 0, 0], run: (hub, client, args) => read(hub, client, args, false) },
  xreadgroup: { arity: -7, isWrite: true, keys: [0, 0, 0], run: (hub, client, args) => read(hub, client, args, true) },
});

/** Streams that one command may read. */
const STREAMS_MAX = 10_000;

interface Options {
  /** Null: does not wait. 0: for ever. */
  blockMs: number | null;
  /** 0: all. */
  count: number;
  group: { name: string; consumer: string } | null;
  isAcknowledged: boolean;
  /** Where the keys begin, and how many there are. */
  first: number;
  streams: number;
}

/** A stream to read, and after which entry. */
interface Wanted {
  readonly key: string;
  readonly space: Space;
  /** Null: those that the group did not give to anybody. */
  readonly after: StreamId | null;
}

function read(hub: Hub, client: Client, args: Arguments, isGroup: boolean): void {
  const options = readOptions(args, isGroup);
  const wanted = Array.from({ length: options.streams }, (_, at) => wantedAt(hub, client, args, options, at));
  const found = wanted.filter((one) => has(hub, one, options));
  if (found.length > 0) return reply(hub, found, options);
  if (options.blockMs === null || client.isExecuting) return hub.output.nullArray();
  hub.waiters.add(client, {
    keys: wanted.map(({ space, key }) => [space, key] as const),
    timeoutMs: options.blockMs,
    attempt: (changed) =>
      attempt(
        hub,
        changed.map((index) => wanted[index] as Wanted),
        options,
      ),
  });
}

/** Of a client that waits: the first of its streams that changed and has something. */
function attempt(hub: Hub, wanted: readonly Wanted[], options: Options): void {
  for (const one of wanted) {
    if (options.group) refuseGone(hub, one, options.group.name);
    else if (hub.keyspace.lookup(one.space, one.key).type !== STREAM) continue;
    if (has(hub, one, options)) return reply(hub, [one], options);
  }
}

function refuseGone(hub: Hub, { space, key }: Wanted, group: string): void {
  const { type, object } = hub.keyspace.lookup(space, key);
  if (type !== STREAM) refuse("UNBLOCKED the stream key no longer exists");
  if (!hub.streams.groupsOf(hub.streams.open(object)).has(group))
    refuse("NOGROUP the consumer group this client was blocked on no longer exists");
}

function readOptions(args: Arguments, isGroup: boolean): Options {
  const options: Options = { blockMs: null, count: 0, group: null, isAcknowledged: false, first: 0, streams: 0 };
  for (let index = 1; index < args.count && options.first === 0; index++) {
    const word = wordAt(args, index);
    const more = args.count - index - 1;
    if (word === "BLOCK" && more > 0) options.blockMs = timeoutAt(args, ++index);
    else if (word === "COUNT" && more > 0) options.count = Math.max(0, integerAt(args, ++index));
    else if (word === "STREAMS" && more > 0) {
      options.first = index + 1;
      options.streams = countStreams(args, options.first);
    } else if (word === "GROUP" && more >= 2) {
      if (!isGroup) refuse("ERR The GROUP option is only supported by XREADGROUP. You called XREAD instead.");
      options.group = { name: textAt(args, index + 1), consumer: nameAt(args, index + 2) };
      index += 2;
    } else if (word === "NOACK") {
      if (!isGroup) refuse("ERR The NOACK option is only supported by XREADGROUP. You called XREAD instead.");
      options.isAcknowledged = true;
    } else refuse(SYNTAX);
  }
  if (options.first === 0) refuse(SYNTAX);
  if (isGroup && !options.group) refuse("ERR Missing GROUP option for XREADGROUP");
  return options;
}

function timeoutAt(args: Arguments, index: number): number {
  const ms = integerAt(args, index, "ERR timeout is not an integer or out of range");
  return ms < 0 ? refuse("ERR timeout is negative") : ms;
}

function countStreams(args: Arguments, first: number): number {
  const words = args.count - first;
  if (words % 2 !== 0) {
    refuse("ERR Unbalanced XREAD list of streams: for each stream key an ID or '$' must be specified.");
  }
  if (words / 2 > STREAMS_MAX) refuse(`LIMIT a command may read ${STREAMS_MAX} streams`);
  return words / 2;
}

function wantedAt(hub: Hub, client: Client, args: Arguments, { group, first, streams }: Options, at: number): Wanted {
  const key = keyAt(args, first + at);
  const space = spaceOf(hub, client, key);
  const { stream } = placeOf(hub, space, key);
  if (group && !(stream && hub.streams.groupsOf(stream).has(group.name)))
    refuse(`NOGROUP No such key '${shown(key)}' or consumer group '${shown(group.name)}' in XREADGROUP with GROUP option`);
  const word = textAt(args, first + streams + at);
  if (word === "$") return group ? refuse(NO_DOLLAR) : { key, space, after: stream?.last ?? MIN_ID };
  if (word !== ">") return { key, space, after: idAt(args, first + streams + at) };
  return group ? { key, space, after: null } : refuse(NO_GREATER);
}

const NO_DOLLAR =
  "ERR The $ ID is meaningless in the context of XREADGROUP: you want to read the history of this consumer by specifying a proper ID, or use the > ID to get new messages. The $ ID would just return an empty result set.";
const NO_GREATER = "ERR The > ID can be specified only when calling XREADGROUP using the GROUP <group> <consumer> option.";

/** Whether there is an answer at once; a history always is one. */
function has(hub: Hub, { space, key, after }: Wanted, { group }: Options): boolean {
  const { stream } = placeOf(hub, space, key);
  if (!stream) return false;
  if (group && after !== null) return true;
  const top = topId(stream);
  const last = group ? hub.streams.groupsOf(stream).get(group.name)?.last : after;
  return top !== null && last !== undefined && last !== null && top > last;
}

function reply(hub: Hub, found: readonly Wanted[], options: Options): void {
  const { output } = hub;
  if (output.protocol === 3) output.map(found.length);
  else output.array(found.length);
  for (const { space, key, after } of found) {
    if (output.protocol === 2) output.array(2);
    output.latin1(key);
    const stream = placeOf(hub, space, key).stream as Stream;
    if (options.group) readGroup(hub, stream, options, after);
    else writeEntries(hub, hub.streams.range(stream, nextId(after as StreamId) ?? MAX_ID, MAX_ID, limitOf(options)));
  }
}

function limitOf({ count }: Options): number {
  return count === 0 ? Number.POSITIVE_INFINITY : count;
}

function readGroup(hub: Hub, stream: Stream, options: Options, after: StreamId | null): void {
  const { name, consumer: consumerName } = options.group as NonNullable<Options["group"]>;
  const group = hub.streams.groupsOf(stream).get(name) as Group;
  const consumer = consumerOf(hub, stream, group, consumerName);
  const limit = limitOf(options);
  if (after !== null) return history(hub, stream, group, consumerName, after, limit);
  writeEntries(hub, deliverNew(hub, stream, { group, consumer, limit, isAcknowledged: options.isAcknowledged }));
}

/** What was delivered to a consumer and not acknowledged; it is delivered again with this. */
function history(hub: Hub, stream: Stream, group: Group, name: string, after: StreamId, limit: number): void {
  const consumer = group.consumers.get(name);
  const pending = [];
  for (const one of consumer?.pending.values() ?? []) {
    if (one.id <= after) continue;
    if (pending.length >= limit) break;
    pending.push(one);
  }
  hub.output.array(pending.length);
  const now = hub.keyspace.now();
  for (const one of pending) {
    const entry = hub.streams.get(stream, one.id);
    if (entry) {
      writeEntry(hub, entry);
      setPending(group, { ...one, delivered: now, count: one.count + 1, due: 0 });
    } else {
      hub.output.array(2);
      writeId(hub, one.id);
      hub.output.nullArray();
    }
  }
}
