/** Keys of any kind. */

import { LRUCache } from "lru-cache";
import { compileGlob } from "../../../core/bus/glob.ts";
import type { Space } from "../keyspace/space.ts";
import { type Arguments, textAt, wordAt } from "../server/arguments.ts";
import type { Client } from "../server/client.ts";
import { define } from "../server/commands.ts";
import type { Hub } from "../server/hub.ts";
import { keyAt, spaceOf, typeName } from "../server/keys.ts";
import { int64At, integerAt, isInt64 } from "../server/numbers.ts";
import { refuse, SYNTAX, shown } from "../server/reply-error.ts";

/** Scans that go on; the oldest are forgotten, and their cursors refused. */
const CURSORS_MAX = 10_000;
/** Keys read from the table at once. */
const PAGE_KEYS = 1000;

define({
  del: { arity: -2, isWrite: true, keys: [1, -1, 1], run: remove },
  unlink: { arity: -2, isWrite: true, keys: [1, -1, 1], run: remove },
  exists: { arity: -2, isRead: true, keys: [1, -1, 1], run: exists },
  expire: { arity: -3, isWrite: true, keys: [1, 1, 1], run: expire("expire", 1000n, true) },
  pexpire: { arity: -3, isWrite: true, keys: [1, 1, 1], run: expire("pexpire", 1n, true) },
  expireat: { arity: -3, isWrite: true, keys: [1, 1, 1], run: expire("expireat", 1000n, false) },
  pexpireat: { arity: -3, isWrite: true, keys: [1, 1, 1], run: expire("pexpireat", 1n, false) },
  ttl: { arity: 2, isRead: true, keys: [1, 1, 1], run: (hub, client, args) => timeLeft(hub, client, args, 1000) },
  pttl: { arity: 2, isRead: true, keys: [1, 1, 1], run: (hub, client, args) => timeLeft(hub, client, args, 1) },
  persist: { arity: 2, isWrite: true, keys: [1, 1, 1], run: persist },
  type: { arity: 2, isRead: true, keys: [1, 1, 1], run: type },
  keys: { arity: 2, isRead: true, run: keys },
  scan: { arity: -2, isRead: true, run: scan },
  dbsize: { arity: 1, isRead: true, run: (hub, client) => hub.output.integer(hub.keyspace.size(client.space)) },
  flushdb: { arity: -1, isWrite: true, run: flush },
});

function remove(hub: Hub, client: Client, args: Arguments): void {
  let removed = 0;
  for (let index = 1; index < args.count; index++) {
    const key = keyAt(args, index);
    if (hub.keyspace.remove(spaceOf(hub, client, key), key)) removed++;
  }
  hub.output.integer(removed);
}

function exists(hub: Hub, client: Client, args: Arguments): void {
  let found = 0;
  for (let index = 1; index < args.count; index++) {
    const key = keyAt(args, index);
    if (hub.keyspace.lookup(spaceOf(hub, client, key), key).type !== 0) found++;
  }
  hub.output.integer(found);
}

function expire(command: string, factor: bigint, isRelative: boolean) {
  return (hub: Hub, client: Client, args: Arguments): void => {
    const key = keyAt(args, 1);
    const space = spaceOf(hub, client, key);
    const condition = readConditions(args);
    const value = int64At(args, 2);
    const now = hub.keyspace.now();
    const at = value * factor + (isRelative ? BigInt(now) : 0n);
    if (!isInt64(value * factor) || !isInt64(at)) refuse(`ERR invalid expire time in '${command}' command`);
    const entry = hub.keyspace.lookup(space, key);
    const isDone = entry.type !== 0 && isAllowed(condition, entry.expires, Number(at));
    if (isDone && Number(at) <= now) hub.keyspace.remove(space, key);
    else if (isDone) hub.keyspace.expire(space, key, entry, Number(at));
    hub.output.integer(isDone ? 1 : 0);
  };
}

type Condition = "NX" | "XX" | "GT" | "LT";

function readConditions(args: Arguments): Set<Condition> {
  const found = new Set<Condition>();
  for (let index = 3; index < args.count; index++) {
    const word = wordAt(args, index);
    if (!["NX", "XX", "GT", "LT"].includes(word)) refuse(`ERR Unsupported option ${shown(textAt(args, index))}`);
    found.add(word as Condition);
  }
  if (found.has("NX") && found.size > 1) refuse("ERR NX and XX, GT or LT options at the same time are not compatible");
  if (found.has("GT") && found.has("LT")) refuse("ERR GT and LT options at the same time are not compatible");
  return found;
}

/** A key without an end ends later than any other. */
function isAllowed(conditions: ReadonlySet<Condition>, before: number, after: number): boolean {
  if (conditions.has("NX") && before !== 0) return false;
  if (conditions.has("XX") && before === 0) return false;
  if (conditions.has("GT") && (before === 0 || after <= before)) return false;
  return !(conditions.has("LT") && before !== 0 && after >= before);
}

function timeLeft(hub: Hub, client: Client, args: Arguments, unit: number): void {
  const key = keyAt(args, 1);
  const { type: kind, expires } = hub.keyspace.lookup(spaceOf(hub, client, key), key);
  if (kind === 0 || expires === 0) return hub.output.integer(kind === 0 ? -2 : -1);
  const left = Math.max(0, expires - hub.keyspace.now());
  hub.output.integer(unit === 1 ? left : Math.floor((left + 500) / 1000));
}

function persist(hub: Hub, client: Client, args: Arguments): void {
  const key = keyAt(args, 1);
  const space = spaceOf(hub, client, key);
  const entry = hub.keyspace.lookup(space, key);
  const isDone = entry.type !== 0 && entry.expires !== 0;
  if (isDone) hub.keyspace.expire(space, key, entry, 0);
  hub.output.integer(isDone ? 1 : 0);
}

function type(hub: Hub, client: Client, args: Arguments): void {
  const key = keyAt(args, 1);
  hub.output.simple(typeName(hub.keyspace.lookup(spaceOf(hub, client, key), key).type));
}

function keys(hub: Hub, client: Client, args: Arguments): void {
  const pattern = textAt(args, 1);
  // Redis does not match `*` at all, so that it means the empty key, too.
  const glob = pattern === "*" ? null : compileGlob(pattern);
  const found: string[] = [];
  // A pattern that begins as shared keys do asks for those.
  for (const { key } of walk(hub, spaceOf(hub, client, pattern))) if (glob?.matches(key) ?? true) found.push(key);
  hub.output.array(found.length);
  for (const key of found) hub.output.latin1(key);
}

function* walk(hub: Hub, space: Space): Generator<{ key: string }> {
  let after: string | null = null;
  for (;;) {
    const page: { key: string }[] = hub.keyspace.keysAfter(space, after, PAGE_KEYS);
    yield* page;
    if (page.length < PAGE_KEYS) return;
    after = (page.at(-1) as { key: string }).key;
  }
}

/** Where a scan stands. Redis's cursors are numbers, a place among sorted keys is a key: so places are kept by number. */
const cursors = new LRUCache<number, string>({ max: CURSORS_MAX });
let nextCursor = 1;

function scan(hub: Hub, client: Client, args: Arguments): void {
  const text = textAt(args, 1);
  if (!isCursor(text)) refuse("ERR invalid cursor");
  const { pattern, count, kind } = readScanOptions(args);
  const after = Number(shown(text)) === 0 ? null : cursors.get(Number(shown(text)));
  const page = after === undefined ? [] : hub.keyspace.keysAfter(spaceOf(hub, client, pattern ?? ""), after, count);
  const last = page.at(-1);
  const glob = pattern === null || pattern === "*" ? null : compileGlob(pattern);
  const found = page.filter((one) => (glob?.matches(one.key) ?? true) && (kind === null || typeName(one.type) === kind));
  const cursor = page.length === count && last ? nextCursor++ : 0;
  if (cursor !== 0 && last) cursors.set(cursor, last.key);
  hub.output.array(2);
  hub.output.text(String(cursor));
  hub.output.array(found.length);
  for (const { key } of found) hub.output.latin1(key);
}

/** What strtoul takes, within 64 bits. */
function isCursor(text: string): boolean {
  if (text.includes("\0")) return isCursor(shown(text));
  return /^(?:[+-]?\d+)?$/.test(text) && BigInt(text.replace(/^[+-]/, "") || "0") < 2n ** 64n;
}

function readScanOptions(args: Arguments): { pattern: string | null; count: number; kind: string | null } {
  const options: { pattern: string | null; count: number; kind: string | null } = { pattern: null, count: 10, kind: null };
  for (let index = 2; index < args.count; index += 2) {
    const word = wordAt(args, index);
    if (index + 1 >= args.count) refuse(SYNTAX);
    if (word === "MATCH") options.pattern = textAt(args, index + 1);
    else if (word === "TYPE") options.kind = textAt(args, index + 1).toLowerCase();
    else if (word === "COUNT") {
      options.count = Math.min(integerAt(args, index + 1), 100_000);
      if (options.count < 1) refuse(SYNTAX);
    } else refuse(SYNTAX);
  }
  return options;
}

function flush(hub: Hub, client: Client, args: Arguments): void {
  if (args.count > 2 || (args.count === 2 && !["SYNC", "ASYNC"].includes(wordAt(args, 1)))) refuse(SYNTAX);
  hub.keyspace.clear(client.space);
  hub.output.ok();
}
