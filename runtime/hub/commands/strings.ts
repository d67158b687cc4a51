/** Strings. */

import { REQUEST_LIMITS } from "../../../core/bus/resp/requests.ts";
import { type Arguments, latin1Of, viewAt, wordAt } from "../server/arguments.ts";
import type { Client } from "../server/client.ts";
import { define } from "../server/commands.ts";
import type { Hub } from "../server/hub.ts";
import { keyAt, spaceOf, stringOf } from "../server/keys.ts";
import { int64At, isInt64, parseInt64 } from "../server/numbers.ts";
import { NOT_INTEGER, refuse, SYNTAX } from "../server/reply-error.ts";

define({
  get: { arity: 2, isRead: true, keys: [1, 1, 1], run: get },
  set: { arity: -3, isWrite: true, keys: [1, 1, 1], run: set },
  getdel: { arity: 2, isWrite: true, keys: [1, 1, 1], run: getDelete },
  getex: { arity: -2, isWrite: true, keys: [1, 1, 1], run: getExpire },
  setex: { arity: 4, isWrite: true, keys: [1, 1, 1], run: setWithExpiry("setex", 1000) },
  psetex: { arity: 4, isWrite: true, keys: [1, 1, 1], run: setWithExpiry("psetex", 1) },
  setnx: { arity: 3, isWrite: true, keys: [1, 1, 1], run: setIfAbsent },
  mget: { arity: -2, isRead: true, keys: [1, -1, 1], run: getMany },
  mset: { arity: -3, isWrite: true, keys: [1, -1, 2], run: setMany },
  incr: { arity: 2, isWrite: true, keys: [1, 1, 1], run: (hub, client, args) => add(hub, client, args, 1n) },
  decr: { arity: 2, isWrite: true, keys: [1, 1, 1], run: (hub, client, args) => add(hub, client, args, -1n) },
  incrby: { arity: 3, isWrite: true, keys: [1, 1, 1], run: (hub, client, args) => add(hub, client, args, int64At(args, 2)) },
  decrby: { arity: 3, isWrite: true, keys: [1, 1, 1], run: decreaseBy },
  append: { arity: 3, isWrite: true, keys: [1, 1, 1], run: append },
  strlen: { arity: 2, isRead: true, keys: [1, 1, 1], run: length },
});

function get(hub: Hub, client: Client, args: Arguments): void {
  const key = keyAt(args, 1);
  const entry = stringOf(hub, spaceOf(hub, client, key), key);
  if (entry) hub.output.bulk(entry.value);
  else hub.output.null();
}

interface SetOptions {
  condition: "NX" | "XX" | null;
  isGet: boolean;
  isKeepTtl: boolean;
  isPersist: boolean;
  /** The unit in which the end was said, and the word where it stands; null: not said. */
  end: { unit: string; index: number } | null;
}

function set(hub: Hub, client: Client, args: Arguments): void {
  const key = keyAt(args, 1);
  const space = spaceOf(hub, client, key);
  if (args.count === 3) {
    hub.keyspace.putString(space, key, viewAt(args, 2), 0);
    hub.output.ok();
    return;
  }
  const options = readOptions(args, 3, true);
  const end = endOf(hub, args, options, "set");
  const before = hub.keyspace.lookup(space, key);
  const old = options.isGet ? stringOf(hub, space, key) : null;
  const isRefused = options.condition === "NX" ? before.type !== 0 : options.condition === "XX" && before.type === 0;
  if (!isRefused) {
    const expires = options.isKeepTtl ? before.expires : end;
    if (expires !== 0 && expires <= hub.keyspace.now()) hub.keyspace.remove(space, key);
    else hub.keyspace.putString(space, key, viewAt(args, 2), expires);
  }
  if (options.isGet && old) hub.output.bulk(old.value);
  else if (options.isGet || isRefused) hub.output.null();
  else hub.output.ok();
}

/** Options after the value of SET, or after the key of GETEX, as Redis takes them: all are looked at before any number is. */
function readOptions(args: Arguments, from: number, isSet: boolean): SetOptions {
  const options: SetOptions = { condition: null, isGet: false, isKeepTtl: false, isPersist: false, end: null };
  for (let index = from; index < args.count; index++) {
    const word = wordAt(args, index);
    if (isSet && (word === "NX" || word === "XX") && (options.condition ?? word) === word) options.condition = word;
    else if (isSet && word === "GET") options.isGet = true;
    else if (isSet && word === "KEEPTTL" && !options.end) options.isKeepTtl = true;
    else if (!isSet && word === "PERSIST" && !options.end) options.isPersist = true;
    else if (word in UNITS && index + 1 < args.count && !options.isKeepTtl && !options.isPersist && (options.end?.unit ?? word) === word)
      options.end = { unit: word, index: ++index };
    else refuse(SYNTAX);
  }
  return options;
}

/** When it is to end; 0: it was not said. */
function endOf(hub: Hub, args: Arguments, { end }: SetOptions, command: string): number {
  return end ? expiryAt(hub, args, end.index, end.unit, command) : 0;
}

/** Milliseconds of a unit, and whether it counts from now. */
const UNITS: Readonly<Record<string, readonly [bigint, boolean]>> = {
  EX: [1000n, true],
  PX: [1n, true],
  EXAT: [1000n, false],
  PXAT: [1n, false],
};

function expiryAt(hub: Hub, args: Arguments, index: number, unit: string, command: string): number {
  const value = int64At(args, index);
  const [factor, isRelative] = UNITS[unit] as readonly [bigint, boolean];
  const at = value * factor + (isRelative ? BigInt(hub.keyspace.now()) : 0n);
  if (value <= 0n || !isInt64(value * factor) || !isInt64(at)) refuse(`ERR invalid expire time in '${command}' command`);
  return Number(at);
}

function setWithExpiry(command: string, factor: number) {
  return (hub: Hub, client: Client, args: Arguments): void => {
    const key = keyAt(args, 1);
    const expires = expiryAt(hub, args, 2, factor === 1 ? "PX" : "EX", command);
    hub.keyspace.putString(spaceOf(hub, client, key), key, viewAt(args, 3), expires);
    hub.output.ok();
  };
}

function setIfAbsent(hub: Hub, client: Client, args: Arguments): void {
  const key = keyAt(args, 1);
  const space = spaceOf(hub, client, key);
  const isAbsent = hub.keyspace.lookup(space, key).type === 0;
  if (isAbsent) hub.keyspace.putString(space, key, viewAt(args, 2), 0);
  hub.output.integer(isAbsent ? 1 : 0);
}

function getDelete(hub: Hub, client: Client, args: Arguments): void {
  const key = keyAt(args, 1);
  const space = spaceOf(hub, client, key);
  const entry = stringOf(hub, space, key);
  if (!entry) return hub.output.null();
  hub.keyspace.remove(space, key);
  hub.output.bulk(entry.value);
}

function getExpire(hub: Hub, client: Client, args: Arguments): void {
  const key = keyAt(args, 1);
  const space = spaceOf(hub, client, key);
  const options = readOptions(args, 2, false);
  const entry = stringOf(hub, space, key);
  if (!entry) return hub.output.null();
  const end = endOf(hub, args, options, "getex");
  if (end !== 0 && end <= hub.keyspace.now()) hub.keyspace.remove(space, key);
  else if (end !== 0) hub.keyspace.expire(space, key, entry, end);
  else if (options.isPersist && entry.expires !== 0) hub.keyspace.expire(space, key, entry, 0);
  hub.output.bulk(entry.value);
}

function getMany(hub: Hub, client: Client, args: Arguments): void {
  hub.output.array(args.count - 1);
  for (let index = 1; index < args.count; index++) {
    const key = keyAt(args, index);
    const entry = hub.keyspace.lookup(spaceOf(hub, client, key), key);
    if (entry.type === 1) hub.output.bulk(entry.value);
    else hub.output.null();
  }
}

function setMany(hub: Hub, client: Client, args: Arguments): void {
  if (args.count % 2 === 0) refuse("ERR wrong number of arguments for 'mset' command");
  for (let index = 1; index < args.count; index += 2) keyAt(args, index);
  for (let index = 1; index < args.count; index += 2) {
    const key = keyAt(args, index);
    hub.keyspace.putString(spaceOf(hub, client, key), key, viewAt(args, index + 1), 0);
  }
  hub.output.ok();
}

function decreaseBy(hub: Hub, client: Client, args: Arguments): void {
  const amount = int64At(args, 2);
  if (amount === -(2n ** 63n)) refuse("ERR decrement would overflow");
  add(hub, client, args, -amount);
}

function add(hub: Hub, client: Client, args: Arguments, amount: bigint): void {
  const key = keyAt(args, 1);
  const space = spaceOf(hub, client, key);
  const entry = stringOf(hub, space, key);
  const before = entry ? (parseInt64(latin1Of(entry.value)) ?? refuse(NOT_INTEGER)) : 0n;
  const after = before + amount;
  if (!isInt64(after)) refuse("ERR increment or decrement would overflow");
  hub.keyspace.putString(space, key, Buffer.from(String(after)), entry?.expires ?? 0);
  hub.output.integer(after);
}

function append(hub: Hub, client: Client, args: Arguments): void {
  const key = keyAt(args, 1);
  const space = spaceOf(hub, client, key);
  const entry = stringOf(hub, space, key);
  const more = viewAt(args, 2);
  const size = (entry?.value.length ?? 0) + more.length;
  if (size > REQUEST_LIMITS.argumentBytesMax) refuse(`LIMIT a value may have ${REQUEST_LIMITS.argumentBytesMax} bytes`);
  const value = Buffer.concat([entry?.value ?? new Uint8Array(0), more]);
  hub.keyspace.putString(space, key, value, entry?.expires ?? 0);
  hub.output.integer(value.length);
}

function length(hub: Hub, client: Client, args: Arguments): void {
  const key = keyAt(args, 1);
  hub.output.integer(stringOf(hub, spaceOf(hub, client, key), key)?.value.length ?? 0);
}
