/** GHOST.PUBLISH with PERSIST: a message becomes an entry of its channel's stream and, once that is on disk, reaches who listens now. */
import { DEDUPE_LIMITS, Published } from "../keyspace/published.ts";
import { formatId } from "../keyspace/stream-id.ts";
import { type Arguments, bytesAt, textAt, wordAt } from "../server/arguments.ts";
import type { Hub } from "../server/hub.ts";
import { integerAt } from "../server/numbers.ts";
import { refuse, SYNTAX } from "../server/reply-error.ts";
import { placeOf, streamOf } from "./stream-words.ts";
import { addEntry } from "./streams.ts";

/** A channel's stream. */
const PREFIX = "shared:channel:";
const FIELD = Buffer.from("data");
/** How long messages of a channel are kept unless a publisher says otherwise, milliseconds. */
const RETAIN_MS = 7 * 24 * 60 * 60_000;

interface Options {
  retainMs: number | null;
  entriesMax: number | null;
  id: string | null;
}

/** Whether the options, from the fourth word on, say PERSIST. */
export function isPersistent(args: Arguments): boolean {
  return args.count > 3 && wordAt(args, 3) === "PERSIST";
}

/** Replies with the entry's id, how many subscriptions it reaches, and whether it was there already. */
export function publishPersistent(hub: Hub, args: Arguments): void {
  const options = readOptions(args);
  const channel = textAt(args, 1);
  const place = placeOf(hub, hub.keyspace.space("shared"), PREFIX + channel);
  const published = new Published(hub.keyspace);
  const before = options.id !== null && place.stream ? published.find(place.stream.object, options.id) : null;
  if (before !== null) return reply(hub, formatId(before), 0, true);
  const stream = streamOf(hub, place);
  const isNew = place.stream === null;
  hub.streams.retain(stream, options.retainMs ?? (isNew ? RETAIN_MS : stream.retainMs), options.entriesMax ?? stream.entriesMax);
  const payload = bytesAt(args, 2);
  const { id, text } = addEntry(hub, { ...place, stream }, [FIELD, payload]);
  if (options.id !== null) published.add(stream.object, options.id, id);
  hub.whenCommitted(() => void hub.channels.publish(channel, payload));
  reply(hub, text, hub.channels.reach(channel), false);
}

function readOptions(args: Arguments): Options {
  const options: Options = { retainMs: null, entriesMax: null, id: null };
  for (let index = 4; index < args.count; index += 2) {
    const word = wordAt(args, index);
    if (index + 1 >= args.count) refuse(SYNTAX);
    if (word === "RETAIN") options.retainMs = positiveAt(args, index + 1, "RETAIN");
    else if (word === "MAXLEN") options.entriesMax = positiveAt(args, index + 1, "MAXLEN");
    else if (word === "ID") options.id = messageIdAt(args, index + 1);
    else refuse(SYNTAX);
  }
  return options;
}

function positiveAt(args: Arguments, index: number, what: string): number {
  const value = integerAt(args, index);
  return value > 0 ? value : refuse(`ERR ${what} must be > 0`);
}

function messageIdAt(args: Arguments, index: number): string {
  const id = textAt(args, index);
  if (id.length > DEDUPE_LIMITS.idBytesMax) refuse(`LIMIT a message's id may have ${DEDUPE_LIMITS.idBytesMax} bytes (idBytesMax)`);
  return id;
}

function reply({ output }: Hub, id: string, receivers: number, isDuplicate: boolean): void {
  output.array(3);
  output.latin1(id);
  output.integer(receivers);
  output.integer(isDuplicate ? 1 : 0);
}
