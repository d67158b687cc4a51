import { HASH, STREAM, STRING } from "../keyspace/schema.ts";
import type { Entry, Space } from "../keyspace/space.ts";
import { type Arguments, isWord, textAt } from "./arguments.ts";
import type { Client } from "./client.ts";
import type { Hub } from "./hub.ts";
import { refuse, WRONG_TYPE } from "./reply-error.ts";

/** Bytes of a key; Redis allows 512 MiB, an index does not like them. */
export const KEY_BYTES_MAX = 65_536;
/** Keys that begin so are one namespace for all. */
const SHARED = "shared:";

/** The last key: who comes back to it gets the same text, whose hash is known. */
let lastKey = "";

/** A word as a key. */
export function keyAt(args: Arguments, index: number): string {
  if (isWord(args, index, lastKey)) return lastKey;
  const key = textAt(args, index);
  if (key.length > KEY_BYTES_MAX) refuse(`LIMIT a key may have ${KEY_BYTES_MAX} bytes, and this one has ${key.length}`);
  lastKey = key;
  return key;
}

/** The namespace in which a client's key lies. */
export function spaceOf(hub: Hub, client: Client, key: string): Space {
  return key.startsWith(SHARED) ? hub.keyspace.space("shared") : client.space;
}

/** A key's string; null: there is none. Refuses other kinds. */
export function stringOf(hub: Hub, space: Space, key: string): Entry | null {
  const entry = hub.keyspace.lookup(space, key);
  if (entry.type === STRING) return entry;
  return entry.type === 0 ? null : refuse(WRONG_TYPE);
}

/** The number of a key's hash, or of its stream; null: there is none. Refuses other kinds. */
export function objectOf(hub: Hub, space: Space, key: string, type: typeof HASH | typeof STREAM): number | null {
  const entry = hub.keyspace.lookup(space, key);
  if (entry.type === type) return entry.object;
  return entry.type === 0 ? null : refuse(WRONG_TYPE);
}

/** As TYPE says it. */
export function typeName(type: number): string {
  return { [STRING]: "string", [HASH]: "hash", [STREAM]: "stream" }[type] ?? "none";
}
