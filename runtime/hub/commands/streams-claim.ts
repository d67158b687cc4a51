/** XCLAIM and XAUTOCLAIM. */

import type { Stream } from "../keyspace/stream.ts";
import { type Consumer, type Group, type Pending, removePending, setPending } from "../keyspace/stream-groups.ts";
import { MIN_ID, makeId, parseId, type StreamId } from "../keyspace/stream-id.ts";
import { type Arguments, textAt, wordAt } from "../server/arguments.ts";
import type { Client } from "../server/client.ts";
import { define } from "../server/commands.ts";
import type { Hub } from "../server/hub.ts";
import { integerAt } from "../server/numbers.ts";
import { refuse, SYNTAX, shown } from "../server/reply-error.ts";
import { consumerOf, groupAt, idAt, nameAt, placeAt, refuseMorePending, startAt, writeEntry, writeId } from "./stream-words.ts";

define({
  xclaim: { arity: -6, isWrite: true, keys: [1, 1, 1], run: claim },
  xautoclaim: { arity: -6, isWrite: true, keys: [1, 1, 1], run: claimIdle },
});

/** Entries that XAUTOCLAIM looks at for one that it gives. */
const ATTEMPTS = 10;
const COUNT = 100;
/** Entries that XAUTOCLAIM gives at most. */
const COUNT_MAX = 1_000_000;

interface ClaimOptions {
  delivered: number | null;
  count: number | null;
  isForced: boolean;
  isIdsOnly: boolean;
  last: StreamId;
}

function claim(hub: Hub, client: Client, args: Arguments): void {
  const { stream, group } = groupAt(hub, placeAt(hub, client, args, 1), textAt(args, 2));
  const idleMs = Math.max(0, integerAt(args, 4, "ERR Invalid min-idle-time argument for XCLAIM"));
  const ids: StreamId[] = [];
  for (let index = 5; index < args.count; index++) {
    const parsed = parseId(textAt(args, index));
    if (!parsed) break;
    ids.push(makeId(parsed.ms, parsed.number ?? 0));
  }
  const now = hub.keyspace.now();
  const options = readOptions(args, 5 + ids.length, now);
  if (options.last > group.last) {
    group.last = options.last;
    group.isChanged = true;
    hub.streams.touch(stream);
  }
  const name = nameAt(args, 3);
  const claimed = ids.filter((id) => claimOne(hub, stream, group, { id, name, idleMs, now, options }));
  writeClaimed(hub, stream, claimed, options.isIdsOnly);
}

function readOptions(args: Arguments, first: number, now: number): ClaimOptions {
  const options: ClaimOptions = { delivered: null, count: null, isForced: false, isIdsOnly: false, last: MIN_ID };
  for (let index = first; index < args.count; index++) {
    const word = wordAt(args, index);
    const hasMore = index + 1 < args.count;
    const integer = () => integerAt(args, ++index, `ERR Invalid ${word} option argument for XCLAIM`);
    if (word === "FORCE") options.isForced = true;
    else if (word === "JUSTID") options.isIdsOnly = true;
    else if (word === "IDLE" && hasMore) options.delivered = now - integer();
    else if (word === "TIME" && hasMore) options.delivered = integer();
    else if (word === "RETRYCOUNT" && hasMore) options.count = integer();
    else if (word === "LASTID" && hasMore) options.last = idAt(args, ++index);
    else refuse(`ERR Unrecognized XCLAIM option '${shown(textAt(args, index))}'`);
  }
  const { delivered } = options;
  if (delivered !== null && (delivered < 0 || delivered > now)) options.delivered = now;
  return options;
}

interface OneClaim {
  readonly id: StreamId;
  readonly name: string;
  readonly idleMs: number;
  readonly now: number;
  readonly options: ClaimOptions;
}

function claimOne(hub: Hub, stream: Stream, group: Group, { id, name, idleMs, now, options }: OneClaim): boolean {
  const before = group.pending.get(id);
  const isThere = hub.streams.get(stream, id) !== null;
  if (before && !isThere) {
    removePending(group, id);
    hub.streams.touch(stream);
  }
  if (!isThere || (!before && !options.isForced)) return false;
  if (before && idleMs > 0 && now - before.delivered < idleMs) return false;
  if (!before) refuseMorePending(group);
  const consumer = consumerOf(hub, stream, group, name);
  const counted = (before?.count ?? 1) + (options.isIdsOnly ? 0 : 1);
  setPending(group, {
    id,
    consumer,
    delivered: options.delivered ?? now,
    count: options.count !== null && options.count >= 0 ? options.count : counted,
    due: 0,
  });
  return true;
}

function writeClaimed(hub: Hub, stream: Stream, ids: readonly StreamId[], isIdsOnly: boolean): void {
  hub.output.array(ids.length);
  for (const id of ids) {
    const entry = isIdsOnly ? null : hub.streams.get(stream, id);
    if (entry) writeEntry(hub, entry);
    else writeId(hub, id);
  }
}

function claimIdle(hub: Hub, client: Client, args: Arguments): void {
  const idleMs = Math.max(0, integerAt(args, 4, "ERR Invalid min-idle-time argument for XAUTOCLAIM"));
  const start = startAt(args, 5);
  const { count, isIdsOnly } = readIdleOptions(args);
  const { stream, group } = groupAt(hub, placeAt(hub, client, args, 1), textAt(args, 2));
  const name = nameAt(args, 3);
  const { pending, gone, cursor } = collect(hub, stream, group, { start, count, idleMs });
  // Who gets nothing does not become a consumer by asking.
  const consumer = pending.length > 0 || group.consumers.has(name) ? consumerOf(hub, stream, group, name) : null;
  if (gone.length > 0) hub.streams.touch(stream);
  const now = hub.keyspace.now();
  for (const id of gone) removePending(group, id);
  for (const one of consumer ? pending : []) take(group, one, consumer as Consumer, now, isIdsOnly);
  hub.output.array(3);
  writeId(hub, cursor);
  writeClaimed(
    hub,
    stream,
    pending.map(({ id }) => id),
    isIdsOnly,
  );
  hub.output.array(gone.length);
  for (const id of gone) writeId(hub, id);
}

function take(group: Group, one: Pending, consumer: Consumer, now: number, isIdsOnly: boolean): void {
  setPending(group, { id: one.id, consumer, delivered: now, count: one.count + (isIdsOnly ? 0 : 1), due: 0 });
}

function readIdleOptions(args: Arguments): { count: number; isIdsOnly: boolean } {
  const options = { count: COUNT, isIdsOnly: false };
  for (let index = 6; index < args.count; index++) {
    const word = wordAt(args, index);
    if (word === "COUNT" && index + 1 < args.count) {
      options.count = integerAt(args, ++index, "ERR COUNT must be > 0");
      // Redis's own greatest: LONG_MAX / sizeof(streamID).
      if (options.count < 1 || options.count > 2 ** 59) refuse("ERR COUNT must be > 0");
      options.count = Math.min(options.count, COUNT_MAX);
    } else if (word === "JUSTID") options.isIdsOnly = true;
    else refuse(SYNTAX);
  }
  return options;
}

interface Search {
  readonly start: StreamId;
  readonly count: number;
  readonly idleMs: number;
}

/** Entries that are idle long enough, those that are no longer in the stream, and where to go on; MIN_ID: that was all. */
function collect(hub: Hub, stream: Stream, group: Group, { start, count, idleMs }: Search) {
  const found = { pending: [] as Pending[], gone: [] as StreamId[], cursor: MIN_ID };
  const now = hub.keyspace.now();
  let attempts = count * ATTEMPTS;
  for (const one of group.pending.values()) {
    if (one.id < start) continue;
    if (attempts-- === 0 || found.pending.length + found.gone.length >= count) {
      found.cursor = one.id;
      break;
    }
    if (!hub.streams.get(stream, one.id)) found.gone.push(one.id);
    else if (idleMs === 0 || now - one.delivered >= idleMs) found.pending.push(one);
  }
  return found;
}
