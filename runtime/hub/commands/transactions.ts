/** MULTI, EXEC, DISCARD, WATCH, UNWATCH. */
import type { Watcher } from "../keyspace/space.ts";
import type { Arguments } from "../server/arguments.ts";
import type { Client } from "../server/client.ts";
import { type Command, define, findCommand } from "../server/commands.ts";
import { execute } from "../server/dispatch.ts";
import type { Hub } from "../server/hub.ts";
import { keyAt, spaceOf } from "../server/keys.ts";
import { refuse } from "../server/reply-error.ts";
import { unwatch } from "../server/watching.ts";

/** Keys that one client may watch. */
const WATCHED_MAX = 100_000;

define({
  multi: { arity: 1, inMulti: true, run: multi },
  exec: { arity: 1, inMulti: true, isWrite: true, run: exec },
  discard: { arity: 1, inMulti: true, run: discard },
  watch: { arity: -2, inMulti: true, isRead: true, keys: [1, -1, 1], run: watch },
  unwatch: { arity: 1, run: endWatch },
});

function multi(hub: Hub, client: Client): void {
  if (client.transaction) refuse("ERR MULTI calls can not be nested");
  client.transaction = { queue: [], isBroken: false };
  hub.output.ok();
}

function exec(hub: Hub, client: Client): void {
  const { transaction } = client;
  if (!transaction) return refuse("ERR EXEC without MULTI");
  const isDoomed = client.isDoomed || someExpired(hub, client);
  client.transaction = null;
  unwatch(client);
  if (transaction.isBroken) refuse("EXECABORT Transaction discarded because of previous errors.");
  if (isDoomed) return hub.output.nullArray();
  hub.output.array(transaction.queue.length);
  client.isExecuting = true;
  for (const args of transaction.queue) execute(hub, client, findCommand(args) as Command, args);
  client.isExecuting = false;
}

/** A watched key whose time was not over, and now is, has changed. */
function someExpired(hub: Hub, client: Client): boolean {
  return client.watched.some(({ space, key, wasExpired }) => !wasExpired && isExpired(hub, space, key));
}

function isExpired(hub: Hub, space: Client["space"], key: string): boolean {
  return hub.keyspace.isExpired(space, key);
}

function discard(hub: Hub, client: Client): void {
  if (!client.transaction) refuse("ERR DISCARD without MULTI");
  client.transaction = null;
  unwatch(client);
  hub.output.ok();
}

function watch(hub: Hub, client: Client, args: Arguments): void {
  if (client.transaction) refuse("ERR WATCH inside MULTI is not allowed");
  if (client.watched.length + args.count > WATCHED_MAX) refuse(`LIMIT a client may watch ${WATCHED_MAX} keys`);
  for (let index = 1; index < args.count; index++) {
    const key = keyAt(args, index);
    const space = spaceOf(hub, client, key);
    if (client.watched.some((one) => one.space === space && one.key === key)) continue;
    const wasExpired = isExpired(hub, space, key);
    const watcher = wasExpired ? unlessRemoved(hub, space, client.doom) : client.doom;
    client.watched.push({ space, key, wasExpired, stop: space.watch(key, watcher) });
  }
  hub.output.ok();
}

/** That a key is removed whose time was over already is no change. */
function unlessRemoved(hub: Hub, space: Client["space"], doom: Watcher): Watcher {
  let isThere = true;
  return (key, isChange) => {
    const wasThere = isThere;
    isThere = hub.keyspace.lookup(space, key).type !== 0;
    if (isThere || !wasThere) doom(key, isChange);
  };
}

function endWatch(hub: Hub, client: Client): void {
  unwatch(client);
  hub.output.ok();
}
