/** Streams without their groups: XADD, XLEN, XRANGE, XREVRANGE, XDEL, XTRIM, XSETID. */

import { NO_BYTES } from "../keyspace/space.ts";
import { topId } from "../keyspace/stream.ts";
import { exactMsOf, formatId, MAX_ID, MIN_ID, makeId, msOf, nextId, type ParsedId, type StreamId } from "../keyspace/stream-id.ts";
import { type Arguments, copyOf, viewAt, wordAt } from "../server/arguments.ts";
import type { Client } from "../server/client.ts";
import { define } from "../server/commands.ts";
import type { Hub } from "../server/hub.ts";
import { integerAt } from "../server/numbers.ts";
import { Output } from "../server/output.ts";
import { refuse, SYNTAX } from "../server/reply-error.ts";
import { readOptions, trimStream } from "./stream-trim.ts";
import { endAt, idAt, idsFrom, type Place, placeAt, startAt, streamOf, writeEntries, writeId } from "./stream-words.ts";

define({
  xadd: { arity: -5, isWrite: true, keys: [1, 1, 1], run: add },
  xlen: { arity: 2, isRead: true, keys: [1, 1, 1], run: length },
  xrange: { arity: -4, isRead: true, keys: [1, 1, 1], run: (hub, client, args) => range(hub, client, args, false) },
  xrevrange: { arity: -4, isRead: true, keys: [1, 1, 1], run: (hub, client, args) => range(hub, client, args, true) },
  xdel: { arity: -3, isWrite: true, keys: [1, 1, 1], run: remove },
  xtrim: { arity: -4, isWrite: true, keys: [1, 1, 1], run: trim },
  xsetid: { arity: -3, isWrite: true, keys: [1, 1, 1], run: setId },
});

function add(hub: Hub, client: Client, args: Arguments): void {
  const options = readOptions(args, true);
  const first = options.index + 1;
  const words = args.count - first;
  if (words < 2 || words % 2 === 1) refuse("ERR wrong number of arguments for 'xadd' command");
  if (options.id !== null) refuseZero(options.id);
  const place = placeAt(hub, client, args, 1);
  if (!place.stream && !options.makesStream) return hub.output.null();
  const id = newId(place.stream?.last ?? MIN_ID, options.id, hub.keyspace.now());
  const stream = streamOf(hub, place);
  hub.streams.append(stream, id, words, bodyOf(args, first));
  if (options.trim) trimStream(hub.streams, stream, options.trim);
  place.space.touch(place.key);
  writeId(hub, id);
}

/** On its own: a function that names a bigint runs slower in JavaScriptCore, also where none comes by. */
function refuseZero({ ms, number, isOpen }: ParsedId): void {
  if (ms === 0n && !number && !isOpen) refuse("ERR The ID specified in XADD must be greater than 0-0");
}

/** The id of an entry after `last`; refuses what was asked for when it is none. */
export function newId(last: StreamId, wanted: ParsedId | null, now: number): StreamId {
  if (wanted === null) return msOf(last) < now ? makeId(now, 0) : (nextId(last) ?? refuse(EXHAUSTED));
  if (last === MAX_ID) refuse(EXHAUSTED);
  const id = wantedId(last, wanted);
  return id > last ? id : refuse(NOT_AFTER);
}

const EXHAUSTED = "ERR The stream has exhausted the last possible ID, unable to add more items";
const NOT_AFTER = "ERR The ID specified in XADD is equal or smaller than the target stream top item";

function wantedId(last: StreamId, { ms, number, isOpen }: ParsedId): StreamId {
  if (!isOpen) return makeId(ms, number ?? 0);
  if (BigInt(exactMsOf(last)) !== ms) return makeId(ms, 0);
  const next = nextId(last) as StreamId;
  return BigInt(exactMsOf(next)) === ms ? next : refuse(NOT_AFTER);
}

const scratch = new Output();
const DOLLAR = 36;
const CR = 13;
const LF = 10;

/** Words as an entry keeps them: as they came, where they came as they are sent. */
function bodyOf(args: Arguments, first: number): Uint8Array {
  const { buffer, ends, count } = args;
  if (areBulks(args, first)) return copyOf(buffer, (ends[first - 1] as number) + 2, (ends[count - 1] as number) + 2);
  scratch.clear();
  for (let index = first; index < args.count; index++) scratch.bulk(viewAt(args, index));
  return scratch.copy();
}

/** Whether the words from `first` on lie in the buffer as RESP bulk strings. What read them has looked at lengths, but not at what ends a line. */
function areBulks({ buffer, starts, ends, count }: Arguments, first: number): boolean {
  for (let index = first; index < count; index++) {
    const head = (ends[index - 1] as number) + 2;
    const start = starts[index] as number;
    const end = ends[index] as number;
    if (buffer[head] !== DOLLAR || buffer[start - 2] !== CR || buffer[start - 1] !== LF || buffer[end] !== CR || buffer[end + 1] !== LF)
      return false;
    if (start - head !== digitsOf(end - start) + 3) return false;
  }
  return true;
}

function digitsOf(size: number): number {
  let digits = 1;
  for (let rest = size; rest >= 10; rest = Math.floor(rest / 10)) digits++;
  return digits;
}

function length(hub: Hub, client: Client, args: Arguments): void {
  hub.output.integer(placeAt(hub, client, args, 1).stream?.length ?? 0);
}

function range(hub: Hub, client: Client, args: Arguments, isBack: boolean): void {
  const start = startAt(args, isBack ? 3 : 2);
  const end = endAt(args, isBack ? 2 : 3);
  let count = -1;
  for (let index = 4; index < args.count; index += 2) {
    if (wordAt(args, index) !== "COUNT" || index + 1 >= args.count) refuse(SYNTAX);
    count = Math.max(0, integerAt(args, index + 1));
  }
  const { stream } = placeAt(hub, client, args, 1);
  if (!stream) return hub.output.array(0);
  if (count === 0) return hub.output.nullArray();
  const limit = count < 0 ? Number.POSITIVE_INFINITY : count;
  writeEntries(hub, isBack ? hub.streams.rangeBack(stream, start, end, limit) : hub.streams.range(stream, start, end, limit));
}

function remove(hub: Hub, client: Client, args: Arguments): void {
  const { space, key, stream } = placeAt(hub, client, args, 1);
  if (!stream) return hub.output.integer(0);
  const removed = idsFrom(args, 2).filter((id) => hub.streams.remove(stream, id)).length;
  if (removed > 0) space.touch(key);
  hub.output.integer(removed);
}

function trim(hub: Hub, client: Client, args: Arguments): void {
  const options = readOptions(args, false);
  const { space, key, stream } = placeAt(hub, client, args, 1);
  const removed = stream && options.trim ? trimStream(hub.streams, stream, options.trim) : 0;
  if (removed > 0) space.touch(key);
  hub.output.integer(removed);
}

function setId(hub: Hub, client: Client, args: Arguments): void {
  const id = idAt(args, 2);
  const { added, deleted } = setIdOptions(args, id);
  const { space, key, stream } = placeAt(hub, client, args, 1);
  if (!stream) return refuse("ERR no such key");
  const top = topId(stream);
  if (top !== null && id < top) refuse("ERR The ID specified in XSETID is smaller than the target stream top item");
  if (added !== null && stream.length > added) refuse("ERR The entries_added specified in XSETID is smaller than the target stream length");
  if (id < stream.deleted) refuse("ERR The ID specified in XSETID is smaller than current max_deleted_entry_id");
  stream.last = id;
  if (added !== null) stream.added = added;
  if (deleted > MIN_ID) stream.deleted = deleted;
  hub.streams.changeAccount(stream);
  space.touch(key);
  hub.output.ok();
}

function setIdOptions(args: Arguments, id: StreamId): { added: number | null; deleted: StreamId } {
  let added: number | null = null;
  let deleted = MIN_ID;
  for (let index = 3; index < args.count; index += 2) {
    const word = wordAt(args, index);
    if (index + 1 >= args.count) refuse(SYNTAX);
    if (word === "ENTRIESADDED") {
      added = integerAt(args, index + 1);
      if (added < 0) refuse("ERR entries_added must be positive");
    } else if (word === "MAXDELETEDID") {
      deleted = idAt(args, index + 1);
      if (id < deleted) refuse("ERR The ID specified in XSETID is smaller than the provided max_deleted_entry_id");
    } else refuse(SYNTAX);
  }
  return { added, deleted };
}

/** Adds an entry of Ghost's own to a stream; gives its id. */
export function addEntry(hub: Hub, place: Place, words: readonly Uint8Array[]): { id: StreamId; text: string } {
  return addRaw(hub, place, { count: 0, body: NO_BYTES }, words);
}

/** The same, with the words of another entry before `words`. */
export function addRaw(
  hub: Hub,
  place: Place,
  before: { count: number; body: Uint8Array },
  words: readonly Uint8Array[],
): { id: StreamId; text: string } {
  const id = newId(place.stream?.last ?? MIN_ID, null, hub.keyspace.now());
  scratch.clear();
  scratch.raw(before.body);
  for (const word of words) scratch.bulk(word);
  hub.streams.append(streamOf(hub, place), id, before.count + words.length, scratch.copy());
  place.space.touch(place.key);
  return { id, text: formatId(id) };
}
