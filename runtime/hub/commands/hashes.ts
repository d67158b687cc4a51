/** Hashes. */
import { HASH } from "../keyspace/schema.ts";
import type { Space } from "../keyspace/space.ts";
import { type Arguments, bytesAt, latin1Of, viewAt } from "../server/arguments.ts";
import type { Client } from "../server/client.ts";
import { define } from "../server/commands.ts";
import type { Hub } from "../server/hub.ts";
import { keyAt, objectOf, spaceOf } from "../server/keys.ts";
import { int64At, isInt64, parseInt64 } from "../server/numbers.ts";
import { refuse } from "../server/reply-error.ts";

define({
  hset: { arity: -4, isWrite: true, keys: [1, 1, 1], run: set },
  hget: { arity: 3, isRead: true, keys: [1, 1, 1], run: get },
  hmget: { arity: -3, isRead: true, keys: [1, 1, 1], run: getMany },
  hgetall: { arity: 2, isRead: true, keys: [1, 1, 1], run: getAll },
  hdel: { arity: -3, isWrite: true, keys: [1, 1, 1], run: remove },
  hexists: { arity: 3, isRead: true, keys: [1, 1, 1], run: exists },
  hlen: { arity: 2, isRead: true, keys: [1, 1, 1], run: length },
  hkeys: { arity: 2, isRead: true, keys: [1, 1, 1], run: (hub, client, args) => list(hub, client, args, "field") },
  hvals: { arity: 2, isRead: true, keys: [1, 1, 1], run: (hub, client, args) => list(hub, client, args, "value") },
  hincrby: { arity: 4, isWrite: true, keys: [1, 1, 1], run: add },
});

/** A hash under a key: where it is, and its number if it is there. */
function find(hub: Hub, client: Client, args: Arguments): { key: string; space: Space; object: number | null } {
  const key = keyAt(args, 1);
  const space = spaceOf(hub, client, key);
  return { key, space, object: objectOf(hub, space, key, HASH) };
}

function set(hub: Hub, client: Client, args: Arguments): void {
  if (args.count % 2 !== 0) refuse("ERR wrong number of arguments for 'hset' command");
  const { key, space, object } = find(hub, client, args);
  const hash = object ?? hub.keyspace.createObject(space, key, HASH);
  let added = 0;
  for (let index = 2; index < args.count; index += 2) if (hub.hashes.set(hash, bytesAt(args, index), bytesAt(args, index + 1))) added++;
  space.touch(key);
  hub.output.integer(added);
}

function get(hub: Hub, client: Client, args: Arguments): void {
  const { object } = find(hub, client, args);
  const value = object === null ? null : hub.hashes.get(object, viewAt(args, 2));
  if (value) hub.output.bulk(value);
  else hub.output.null();
}

function getMany(hub: Hub, client: Client, args: Arguments): void {
  const { object } = find(hub, client, args);
  hub.output.array(args.count - 2);
  for (let index = 2; index < args.count; index++) {
    const value = object === null ? null : hub.hashes.get(object, viewAt(args, index));
    if (value) hub.output.bulk(value);
    else hub.output.null();
  }
}

function getAll(hub: Hub, client: Client, args: Arguments): void {
  const { object } = find(hub, client, args);
  const fields = object === null ? [] : hub.hashes.all(object);
  hub.output.map(fields.length);
  for (const { field, value } of fields) {
    hub.output.bulk(field);
    hub.output.bulk(value);
  }
}

function remove(hub: Hub, client: Client, args: Arguments): void {
  const { key, space, object } = find(hub, client, args);
  let removed = 0;
  if (object !== null) for (let index = 2; index < args.count; index++) if (hub.hashes.remove(object, bytesAt(args, index))) removed++;
  if (object !== null && removed > 0 && hub.hashes.length(object) === 0) hub.keyspace.remove(space, key);
  else if (removed > 0) space.touch(key);
  hub.output.integer(removed);
}

function exists(hub: Hub, client: Client, args: Arguments): void {
  const { object } = find(hub, client, args);
  hub.output.integer(object !== null && hub.hashes.get(object, viewAt(args, 2)) ? 1 : 0);
}

function length(hub: Hub, client: Client, args: Arguments): void {
  const { object } = find(hub, client, args);
  hub.output.integer(object === null ? 0 : hub.hashes.length(object));
}

function list(hub: Hub, client: Client, args: Arguments, part: "field" | "value"): void {
  const { object } = find(hub, client, args);
  const fields = object === null ? [] : hub.hashes.all(object);
  hub.output.array(fields.length);
  for (const field of fields) hub.output.bulk(field[part]);
}

function add(hub: Hub, client: Client, args: Arguments): void {
  const amount = int64At(args, 3);
  const { key, space, object } = find(hub, client, args);
  const field = bytesAt(args, 2);
  const old = object === null ? null : hub.hashes.get(object, field);
  const before = old ? (parseInt64(latin1Of(old)) ?? refuse("ERR hash value is not an integer")) : 0n;
  const after = before + amount;
  if (!isInt64(after)) refuse("ERR increment or decrement would overflow");
  hub.hashes.set(object ?? hub.keyspace.createObject(space, key, HASH), field, Buffer.from(String(after)));
  space.touch(key);
  hub.output.integer(after);
}
