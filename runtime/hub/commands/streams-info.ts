/** XINFO. */

import type { Stream } from "../keyspace/stream.ts";
import type { Consumer, Group, Pending } from "../keyspace/stream-groups.ts";
import { UNKNOWN } from "../keyspace/stream-groups.ts";
import { MAX_ID, MIN_ID } from "../keyspace/stream-id.ts";
import { type Arguments, textAt, wordAt } from "../server/arguments.ts";
import type { Client } from "../server/client.ts";
import { define, FAMILY } from "../server/commands.ts";
import type { Hub } from "../server/hub.ts";
import { integerAt } from "../server/numbers.ts";
import { refuse, shown } from "../server/reply-error.ts";
import { lagOf } from "./stream-deliver.ts";
import { INFO_HELP, writeHelp } from "./stream-help.ts";
import { placeAt, writeEntries, writeEntry, writeId } from "./stream-words.ts";
import { byName } from "./streams-groups.ts";

define({
  xinfo: {
    arity: -2,
    run: FAMILY,
    subcommands: {
      STREAM: { arity: -3, isRead: true, keys: [2, 2, 1], run: inform },
      GROUPS: { arity: 3, isRead: true, keys: [2, 2, 1], run: inform },
      CONSUMERS: { arity: 4, isRead: true, keys: [2, 2, 1], run: inform },
      HELP: { arity: 2, run: (hub) => writeHelp(hub.output, INFO_HELP) },
    },
  },
});

type Answer = (hub: Hub, stream: Stream, args: Arguments) => void;

const ANSWERS: Readonly<Record<string, Answer>> = { STREAM: streamInfo, GROUPS: groupsInfo, CONSUMERS: consumersInfo };

/** Entries that FULL shows unless COUNT says otherwise. */
const FULL_COUNT = 10;

function inform(hub: Hub, client: Client, args: Arguments): void {
  const answer = ANSWERS[wordAt(args, 1)] as Answer;
  answer(hub, placeAt(hub, client, args, 2).stream ?? refuse("ERR no such key"), args);
}

function streamInfo(hub: Hub, stream: Stream, args: Arguments): void {
  if (args.count === 3) return brief(hub, stream);
  const isFull = wordAt(args, 3) === "FULL";
  if (!isFull || args.count === 5 || args.count > 6 || (args.count === 6 && wordAt(args, 4) !== "COUNT"))
    refuse(`ERR unknown subcommand or wrong number of arguments for '${textAt(args, 1)}'. Try XINFO HELP.`);
  const count = args.count === 6 ? integerAt(args, 5) : FULL_COUNT;
  full(hub, stream, count < 0 ? FULL_COUNT : count === 0 ? Number.POSITIVE_INFINITY : count);
}

function head(hub: Hub, stream: Stream): void {
  const { output } = hub;
  output.text("length");
  output.integer(stream.length);
  // Redis's own inner life, of which ours has none.
  output.text("radix-tree-keys");
  output.integer(stream.length === 0 ? 0 : 1);
  output.text("radix-tree-nodes");
  output.integer(stream.length === 0 ? 1 : 2);
  output.text("last-generated-id");
  writeId(hub, stream.last);
  output.text("max-deleted-entry-id");
  writeId(hub, stream.deleted);
  output.text("entries-added");
  output.integer(stream.added);
  output.text("recorded-first-entry-id");
  writeId(hub, hub.streams.firstId(stream) ?? MIN_ID);
}

function brief(hub: Hub, stream: Stream): void {
  const { output, streams } = hub;
  output.map(10);
  head(hub, stream);
  output.text("groups");
  output.integer(streams.groupsOf(stream).size);
  const first = streams.range(stream, MIN_ID, MAX_ID, 1)[0];
  const last = streams.rangeBack(stream, MIN_ID, MAX_ID, 1)[0];
  for (const [name, entry] of [["first-entry", first] as const, ["last-entry", last] as const]) {
    output.text(name);
    if (entry) writeEntry(hub, entry);
    else output.null();
  }
}

function full(hub: Hub, stream: Stream, count: number): void {
  const { output, streams } = hub;
  output.map(9);
  head(hub, stream);
  output.text("entries");
  writeEntries(hub, streams.range(stream, MIN_ID, MAX_ID, count));
  output.text("groups");
  const groups = [...streams.groupsOf(stream).values()].sort(byName);
  output.array(groups.length);
  for (const group of groups) fullGroup(hub, stream, group, count);
}

function fullGroup(hub: Hub, stream: Stream, group: Group, count: number): void {
  const { output } = hub;
  output.map(7);
  output.text("name");
  output.latin1(group.name);
  progress(hub, stream, group);
  output.text("pel-count");
  output.integer(group.pending.size);
  output.text("pending");
  pendingList(hub, group.pending.values(), Math.min(count, group.pending.size), true);
  output.text("consumers");
  const consumers = [...group.consumers.values()].sort(byName);
  output.array(consumers.length);
  for (const consumer of consumers) fullConsumer(hub, consumer, count);
}

function progress(hub: Hub, stream: Stream, group: Group): void {
  const { output } = hub;
  output.text("last-delivered-id");
  writeId(hub, group.last);
  output.text("entries-read");
  if (group.read === UNKNOWN) output.null();
  else output.integer(group.read);
  output.text("lag");
  const lag = lagOf(hub, stream, group);
  if (lag === null) output.null();
  else output.integer(lag);
}

function pendingList(hub: Hub, from: Iterable<Pending>, count: number, withConsumer: boolean): void {
  const { output } = hub;
  output.array(count);
  let shown = 0;
  for (const { id, consumer, delivered, count: deliveries } of from) {
    if (shown++ >= count) break;
    output.array(withConsumer ? 4 : 3);
    writeId(hub, id);
    if (withConsumer) output.latin1(consumer.name);
    output.integer(delivered);
    output.integer(deliveries);
  }
}

function fullConsumer(hub: Hub, { name, seen, pending }: Consumer, count: number): void {
  const { output } = hub;
  output.map(4);
  output.text("name");
  output.latin1(name);
  output.text("seen-time");
  output.integer(seen);
  output.text("pel-count");
  output.integer(pending.size);
  output.text("pending");
  pendingList(hub, pending.values(), Math.min(count, pending.size), false);
}

function groupsInfo(hub: Hub, stream: Stream): void {
  const { output } = hub;
  const groups = [...hub.streams.groupsOf(stream).values()].sort(byName);
  output.array(groups.length);
  for (const group of groups) {
    output.map(6);
    output.text("name");
    output.latin1(group.name);
    output.text("consumers");
    output.integer(group.consumers.size);
    output.text("pending");
    output.integer(group.pending.size);
    progress(hub, stream, group);
  }
}

function consumersInfo(hub: Hub, stream: Stream, args: Arguments): void {
  const { output } = hub;
  const group = hub.streams.groupsOf(stream).get(textAt(args, 3));
  if (!group) return refuse(`NOGROUP No such consumer group '${shown(textAt(args, 3))}' for key name '${shown(textAt(args, 2))}'`);
  const now = hub.keyspace.now();
  const consumers = [...group.consumers.values()].sort(byName);
  output.array(consumers.length);
  for (const { name, seen, pending } of consumers) {
    output.map(3);
    output.text("name");
    output.latin1(name);
    output.text("pending");
    output.integer(pending.size);
    output.text("idle");
    output.integer(Math.max(0, now - seen));
  }
}
