/** Consumer groups: XGROUP, XACK, XPENDING. */

import type { Stream } from "../keyspace/stream.ts";
import { GROUP_LIMITS, type Group, makeGroup, type Pending, removePending, UNKNOWN } from "../keyspace/stream-groups.ts";
import { MIN_ID } from "../keyspace/stream-id.ts";
import { type Arguments, textAt, wordAt } from "../server/arguments.ts";
import type { Client } from "../server/client.ts";
import { define, FAMILY } from "../server/commands.ts";
import type { Hub } from "../server/hub.ts";
import { integerAt } from "../server/numbers.ts";
import { refuse, SYNTAX, shown } from "../server/reply-error.ts";
import { GROUP_HELP, writeHelp } from "./stream-help.ts";
import {
  consumerOf,
  endAt,
  groupAt,
  idAt,
  idsFrom,
  looseIdAt,
  nameAt,
  type Place,
  placeAt,
  startAt,
  streamOf,
  writeId,
} from "./stream-words.ts";

define({
  xgroup: {
    arity: -2,
    run: FAMILY,
    subcommands: {
      CREATE: { arity: -5, isWrite: true, keys: [2, 2, 1], run: change },
      SETID: { arity: -5, isWrite: true, keys: [2, 2, 1], run: change },
      DESTROY: { arity: 4, isWrite: true, keys: [2, 2, 1], run: change },
      CREATECONSUMER: { arity: 5, isWrite: true, keys: [2, 2, 1], run: change },
      DELCONSUMER: { arity: 5, isWrite: true, keys: [2, 2, 1], run: change },
      HELP: { arity: 2, run: (hub) => writeHelp(hub.output, GROUP_HELP) },
    },
  },
  xack: { arity: -4, isWrite: true, keys: [1, 1, 1], run: acknowledge },
  xpending: { arity: -3, isRead: true, keys: [1, 1, 1], run: pendingOf },
});

type Answer = (hub: Hub, place: Place, args: Arguments) => void;

const ANSWERS: Readonly<Record<string, Answer>> = {
  CREATE: create,
  SETID: setId,
  DESTROY: destroy,
  CREATECONSUMER: createConsumer,
  DELCONSUMER: removeConsumer,
};

function change(hub: Hub, client: Client, args: Arguments): void {
  const word = wordAt(args, 1);
  const options = readOptions(args, word);
  const place = placeAt(hub, client, args, 2);
  if (!place.stream && !options.makesStream) refuse(NO_KEY);
  (ANSWERS[word] as Answer)(hub, place, args);
}

const NO_KEY =
  "ERR The XGROUP subcommand requires the key to exist. Note that for CREATE you may want to use the MKSTREAM option to create an empty stream automatically.";

function readOptions(args: Arguments, word: string): { makesStream: boolean; read: number } {
  const options = { makesStream: false, read: UNKNOWN };
  if (word !== "CREATE" && word !== "SETID") return options;
  for (let index = 5; index < args.count; index++) {
    const option = wordAt(args, index);
    if (word === "CREATE" && option === "MKSTREAM") options.makesStream = true;
    else if (option === "ENTRIESREAD" && index + 1 < args.count) {
      options.read = integerAt(args, ++index);
      if (options.read < 0 && options.read !== UNKNOWN) refuse("ERR value for ENTRIESREAD must be positive or -1");
    } else refuseWords(args);
  }
  return options;
}

function refuseWords(args: Arguments): never {
  return refuse(`ERR unknown subcommand or wrong number of arguments for '${textAt(args, 1)}'. Try XGROUP HELP.`);
}

/** Each option once, in other words; an option that is there twice is known only by their number, as in Redis. */
const WORDS_MAX = { CREATE: 8, SETID: 7 };

function create(hub: Hub, place: Place, args: Arguments): void {
  if (args.count > WORDS_MAX.CREATE) refuseWords(args);
  const last = textAt(args, 4) === "$" ? (place.stream?.last ?? MIN_ID) : idAt(args, 4);
  const name = nameAt(args, 3);
  const stream = streamOf(hub, place);
  const groups = hub.streams.groupsOf(stream);
  if (groups.has(name)) refuse("BUSYGROUP Consumer Group name already exists");
  if (groups.size >= GROUP_LIMITS.groupsMax) refuse(`LIMIT a stream may have ${GROUP_LIMITS.groupsMax} groups (groupsMax)`);
  let id = 1;
  for (const group of groups.values()) id = Math.max(id, group.id + 1);
  groups.set(name, makeGroup(id, name, last, readOptions(args, "CREATE").read));
  changed(hub, place, stream);
  hub.output.ok();
}

/** What becomes of groups is no change of the key to WATCH, as in Redis, unless the key itself is new. */
function changed(hub: Hub, { space, key, stream: before }: Place, stream: Stream): void {
  hub.streams.touch(stream);
  space.touch(key, before === null);
}

/** The group that a subcommand needs. */
function needed(hub: Hub, { stream, key }: Place, args: Arguments): { stream: Stream; group: Group } {
  const name = textAt(args, 3);
  const group = stream && hub.streams.groupsOf(stream).get(name);
  return stream && group ? { stream, group } : refuse(`NOGROUP No such consumer group '${shown(name)}' for key name '${shown(key)}'`);
}

function setId(hub: Hub, place: Place, args: Arguments): void {
  const { stream, group } = needed(hub, place, args);
  if (args.count > WORDS_MAX.SETID) refuseWords(args);
  group.last = textAt(args, 4) === "$" ? stream.last : looseIdAt(args, 4);
  group.read = readOptions(args, "SETID").read;
  group.isChanged = true;
  // Who waits is not woken, as in Redis: the next entry does it.
  hub.streams.touch(stream);
  hub.output.ok();
}

function destroy(hub: Hub, place: Place, args: Arguments): void {
  const stream = place.stream as Stream;
  const groups = hub.streams.groupsOf(stream);
  const group = groups.get(textAt(args, 3));
  if (group) {
    groups.delete(group.name);
    hub.streams.groups.remove(stream.object, group);
    changed(hub, place, stream);
  }
  hub.output.integer(group ? 1 : 0);
}

function createConsumer(hub: Hub, place: Place, args: Arguments): void {
  const { stream, group } = needed(hub, place, args);
  const name = nameAt(args, 4);
  const isNew = !group.consumers.has(name);
  if (isNew) {
    consumerOf(hub, stream, group, name);
    changed(hub, place, stream);
  }
  hub.output.integer(isNew ? 1 : 0);
}

function removeConsumer(hub: Hub, place: Place, args: Arguments): void {
  const { stream, group } = needed(hub, place, args);
  const consumer = group.consumers.get(textAt(args, 4));
  const count = consumer?.pending.size ?? 0;
  if (consumer) {
    hub.streams.groups.removeConsumer(stream.object, group, consumer);
    changed(hub, place, stream);
  }
  hub.output.integer(count);
}

function acknowledge(hub: Hub, client: Client, args: Arguments): void {
  const { stream } = placeAt(hub, client, args, 1);
  const group = stream && hub.streams.groupsOf(stream).get(textAt(args, 2));
  if (!stream || !group) return hub.output.integer(0);
  const removed = idsFrom(args, 3).filter((id) => removePending(group, id)).length;
  if (removed > 0) hub.streams.touch(stream);
  hub.output.integer(removed);
}

function pendingOf(hub: Hub, client: Client, args: Arguments): void {
  if (args.count === 3) return summary(hub, groupAt(hub, placeAt(hub, client, args, 1), textAt(args, 2)).group);
  if (args.count < 6 || args.count > 9) refuse(SYNTAX);
  const hasIdle = wordAt(args, 3) === "IDLE";
  const idleMs = hasIdle ? integerAt(args, 4) : 0;
  if (hasIdle && args.count < 8) refuse(SYNTAX);
  const first = hasIdle ? 5 : 3;
  const count = Math.max(0, integerAt(args, first + 2));
  const [start, end] = [startAt(args, first), endAt(args, first + 1)];
  const { group } = groupAt(hub, placeAt(hub, client, args, 1), textAt(args, 2));
  const consumer = first + 3 < args.count ? textAt(args, first + 3) : null;
  const from = consumer === null ? group.pending : group.consumers.get(consumer)?.pending;
  const now = hub.keyspace.now();
  const found: Pending[] = [];
  for (const one of from?.values() ?? []) {
    if (one.id > end || found.length >= count) break;
    if (one.id >= start && (idleMs === 0 || now - one.delivered >= idleMs)) found.push(one);
  }
  list(hub, found, now);
}

function list(hub: Hub, found: readonly Pending[], now: number): void {
  const { output } = hub;
  output.array(found.length);
  for (const { id, consumer, delivered, count } of found) {
    output.array(4);
    writeId(hub, id);
    output.latin1(consumer.name);
    output.integer(Math.max(0, now - delivered));
    output.integer(count);
  }
}

function summary(hub: Hub, group: Group): void {
  const { output } = hub;
  output.array(4);
  output.integer(group.pending.size);
  if (group.pending.size === 0) {
    output.null();
    output.null();
    output.nullArray();
    return;
  }
  const ids = [...group.pending.values()];
  writeId(hub, (ids[0] as Pending).id);
  writeId(hub, (ids.at(-1) as Pending).id);
  const consumers = [...group.consumers.values()].filter(({ pending }) => pending.size > 0).sort(byName);
  output.array(consumers.length);
  for (const { name, pending } of consumers) {
    output.array(2);
    output.latin1(name);
    output.text(String(pending.size));
  }
}

/** Redis lists consumers in the order of their names' bytes. */
export function byName(one: { name: string }, other: { name: string }): number {
  return one.name < other.name ? -1 : one.name > other.name ? 1 : 0;
}
