/**
 * GHOST.TAKE: what a worker needs in one command. Entries that were delivered too long ago come again, those that came too often go to
 * the dead-letter stream, then come new ones, and then it waits. GHOST.NAK gives an entry back.
 */

import type { Space } from "../keyspace/space.ts";
import { type Stream, topId } from "../keyspace/stream.ts";
import type { StreamEntry } from "../keyspace/stream-chunks.ts";
import { type Consumer, GROUP_LIMITS, type Group, type Pending, removePending, setPending } from "../keyspace/stream-groups.ts";
import { formatId, MIN_ID } from "../keyspace/stream-id.ts";
import { type Arguments, textAt, wordAt } from "../server/arguments.ts";
import type { Client } from "../server/client.ts";
import { define } from "../server/commands.ts";
import type { Hub } from "../server/hub.ts";
import { keyAt, spaceOf } from "../server/keys.ts";
import { integerAt } from "../server/numbers.ts";
import { refuse, SYNTAX } from "../server/reply-error.ts";
import { deliverNew } from "./stream-deliver.ts";
import { consumerOf, groupAt, idAt, nameAt, placeAt, placeOf } from "./stream-words.ts";
import { bury, checkDead } from "./streams-bury.ts";

define({
  "ghost.take": { arity: -4, isWrite: true, keys: [1, 1, 1], run: take },
  "ghost.nak": { arity: -4, isWrite: true, keys: [1, 1, 1], run: giveBack },
});

export const TAKE_LIMITS = {
  /** Entries that one command gives: unless told otherwise, and at most. */
  count: 10,
  countMax: 1000,
  /** How long after its delivery an entry comes again unless told otherwise, milliseconds. */
  idleMs: 30_000,
  /** Deliveries of one entry unless told otherwise. */
  deliveries: 10,
  /** Entries that one command moves to the dead-letter stream; the next moves more. */
  deadAtOnce: 100,
  /** The longest delay of GHOST.NAK, milliseconds. */
  delayMaxMs: 24 * 60 * 60_000,
} as const;

interface Options {
  readonly space: Space;
  readonly key: string;
  readonly group: string;
  readonly consumer: string;
  count: number;
  blockMs: number | null;
  idleMs: number;
  deliveries: number;
  dead: string;
}

function take(hub: Hub, client: Client, args: Arguments): void {
  const options = readOptions(hub, client, args);
  if (attempt(hub, client, options)) return;
  if (options.blockMs === null || client.isExecuting) return hub.output.nullArray();
  hub.waiters.add(client, {
    keys: [[options.space, options.key]],
    timeoutMs: options.blockMs,
    attempt: () => void attempt(hub, client, options),
    retryMs: () => untilDue(hub, options),
  });
}

function readOptions(hub: Hub, client: Client, args: Arguments): Options {
  const key = keyAt(args, 1);
  const options: Options = {
    ...{ space: spaceOf(hub, client, key), key, group: textAt(args, 2), consumer: nameAt(args, 3) },
    ...{ count: TAKE_LIMITS.count, blockMs: null, idleMs: TAKE_LIMITS.idleMs, deliveries: TAKE_LIMITS.deliveries, dead: `${key}:dead` },
  };
  for (let index = 4; index < args.count; index += 2) {
    const word = wordAt(args, index);
    if (index + 1 >= args.count) refuse(SYNTAX);
    if (word === "COUNT") options.count = Math.min(atLeast(args, index + 1, 1, word), TAKE_LIMITS.countMax);
    else if (word === "BLOCK") options.blockMs = atLeast(args, index + 1, 0, word);
    else if (word === "IDLE") options.idleMs = atLeast(args, index + 1, 1, word);
    else if (word === "LIMIT") options.deliveries = atLeast(args, index + 1, 1, word);
    else if (word === "DEAD") options.dead = keyAt(args, index + 1);
    else refuse(SYNTAX);
  }
  if (options.dead === key) refuse("ERR a stream cannot have its own dead letters");
  return options;
}

function atLeast(args: Arguments, index: number, least: number, what: string): number {
  const value = integerAt(args, index);
  return value >= least ? value : refuse(`ERR ${what} must be >= ${least}`);
}

/** Writes what there is; false: there is nothing. */
function attempt(hub: Hub, client: Client, options: Options): boolean {
  const { stream, group } = groupAt(hub, placeOf(hub, options.space, options.key), options.group);
  const again = dueOf(hub, group, options);
  const consumer = again.length > 0 || hasNew(stream, group) ? consumerOf(hub, stream, group, options.consumer) : null;
  if (!consumer) return false;
  // Refused before anything is changed, if it is no stream.
  if (again.some(({ count }) => count >= options.deliveries)) checkDead(hub, client, options.key, options.dead);
  const given = again.flatMap((pending) => redeliver(hub, client, { stream, group, consumer, options }, pending));
  const limit = Math.min(options.count - given.length, GROUP_LIMITS.pendingMax - group.pending.size);
  if (limit > 0) {
    const fresh = deliverNew(hub, stream, { group, consumer, limit, isAcknowledged: false });
    given.push(...fresh.map((entry) => ({ entry, count: 1 })));
  }
  if (given.length > 0) write(hub, options.key, given);
  return given.length > 0;
}

function hasNew(stream: Stream, group: Group): boolean {
  return (topId(stream) ?? MIN_ID) > group.last;
}

/** Pending entries whose time has come, as many as one command handles. */
function dueOf(hub: Hub, group: Group, { count, deliveries, idleMs }: Options): Pending[] {
  const now = hub.keyspace.now();
  const found: Pending[] = [];
  let missing = count;
  const look = (from: Iterable<Pending>, isDue: (one: Pending) => boolean) => {
    for (const one of from) {
      if (!isDue(one) || missing === 0 || found.length >= count + TAKE_LIMITS.deadAtOnce) break;
      if (one.count < deliveries) missing--;
      found.push(one);
    }
  };
  look(group.byDue.values(), ({ due }) => due <= now);
  look(group.byDelivery.values(), ({ delivered }) => now - delivered >= idleMs);
  return found;
}

interface Taking {
  readonly stream: Stream;
  readonly group: Group;
  readonly consumer: Consumer;
  readonly options: Options;
}

interface Given {
  readonly entry: StreamEntry;
  readonly count: number;
}

/** Delivers an entry again, or lets it go: because it is no longer there, or came too often. */
function redeliver(hub: Hub, client: Client, taking: Taking, pending: Pending): Given[] {
  const { stream, group, consumer, options } = taking;
  const entry = hub.streams.get(stream, pending.id);
  hub.streams.touch(stream);
  if (entry && pending.count < options.deliveries) {
    const count = pending.count + 1;
    setPending(group, { id: pending.id, consumer, delivered: hub.keyspace.now(), count, due: 0 });
    return [{ entry, count }];
  }
  if (entry) bury(hub, client, options.dead, entry, { origin: options.key, deliveries: pending.count });
  removePending(group, pending.id);
  return [];
}

function write({ output }: Hub, key: string, given: readonly Given[]): void {
  output.array(1);
  output.array(2);
  output.latin1(key);
  output.array(given.length);
  for (const { entry, count } of given) {
    output.array(3);
    output.latin1(formatId(entry.id));
    output.array(entry.count);
    output.raw(entry.body);
    output.integer(count);
  }
}

/** Milliseconds until the next pending entry comes again; null: there is none. */
function untilDue(hub: Hub, { space, key, group: name, idleMs }: Options): number | null {
  const { stream } = placeOf(hub, space, key);
  const group = stream && hub.streams.groupsOf(stream).get(name);
  if (!group) return null;
  const [due] = group.byDue.values();
  const [oldest] = group.byDelivery.values();
  const at = Math.min(due?.due ?? Number.POSITIVE_INFINITY, oldest ? oldest.delivered + idleMs : Number.POSITIVE_INFINITY);
  return at === Number.POSITIVE_INFINITY ? null : at - hub.keyspace.now();
}

/** GHOST.NAK stream group id [delay ms]: 1, or 0 when the entry is not pending. */
function giveBack(hub: Hub, client: Client, args: Arguments): void {
  if (args.count > 5) refuse("ERR wrong number of arguments for 'ghost.nak' command");
  const place = placeAt(hub, client, args, 1);
  const { stream, group } = groupAt(hub, place, textAt(args, 2));
  const id = idAt(args, 3);
  const delayMs = args.count > 4 ? atLeast(args, 4, 0, "the delay") : 0;
  if (delayMs > TAKE_LIMITS.delayMaxMs) refuse(`LIMIT a delay may have ${TAKE_LIMITS.delayMaxMs} ms (delayMaxMs)`);
  const pending = group.pending.get(id);
  if (pending) {
    setPending(group, { ...pending, due: hub.keyspace.now() + delayMs });
    hub.streams.touch(stream);
    // Who waits may now have something to wait for.
    place.space.touch(place.key);
  }
  hub.output.integer(pending ? 1 : 0);
}
