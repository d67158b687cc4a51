/** Ghost's own commands on keys and on the connection. */

import { type Arguments, textAt, viewAt, wordAt } from "../server/arguments.ts";
import type { Client } from "../server/client.ts";
import { define } from "../server/commands.ts";
import type { Hub } from "../server/hub.ts";
import { keyAt, spaceOf, stringOf } from "../server/keys.ts";
import { integerAt } from "../server/numbers.ts";
import { refuse, SYNTAX } from "../server/reply-error.ts";
import { namespaceProblem } from "../sql/namespace.ts";
import { enter } from "./connection.ts";

define({
  "ghost.namespace": { arity: -1, run: namespace },
  "ghost.durability": { arity: 2, run: durability },
  "ghost.get": { arity: 2, isRead: true, keys: [1, 1, 1], run: get },
  "ghost.set": { arity: -3, isWrite: true, keys: [1, 1, 1], run: set },
});

function namespace(hub: Hub, client: Client, args: Arguments): void {
  if (args.count === 1) return hub.output.text(client.space.name);
  if (args.count > 2) refuse("ERR wrong number of arguments for 'ghost.namespace' command");
  if (!client.isOperator) refuse("NAMESPACE only the operator may enter another namespace");
  const name = textAt(args, 1);
  const problem = name === "shared" ? null : namespaceProblem(name);
  if (problem !== null) refuse(`NAMESPACE cannot enter ${name}: ${problem}`);
  enter(hub, client, name);
  hub.output.ok();
}

function durability(hub: Hub, client: Client, args: Arguments): void {
  const how = wordAt(args, 1);
  if (how !== "RELAXED" && how !== "FSYNC") refuse("ERR durability is relaxed or fsync");
  client.isDurable = how === "FSYNC";
  hub.output.ok();
}

function get(hub: Hub, client: Client, args: Arguments): void {
  const key = keyAt(args, 1);
  const entry = stringOf(hub, spaceOf(hub, client, key), key);
  if (!entry) return hub.output.null();
  hub.output.array(2);
  hub.output.bulk(entry.value);
  hub.output.integer(entry.version);
}

function set(hub: Hub, client: Client, args: Arguments): void {
  const key = keyAt(args, 1);
  const space = spaceOf(hub, client, key);
  let expires = 0;
  let wanted: number | null = null;
  for (let index = 3; index < args.count; index += 2) {
    const word = wordAt(args, index);
    if (index + 1 >= args.count) refuse(SYNTAX);
    if (word === "PX") expires = hub.keyspace.now() + integerAt(args, index + 1);
    else if (word === "IFVERSION") wanted = integerAt(args, index + 1);
    else refuse(SYNTAX);
  }
  if (expires !== 0 && expires <= hub.keyspace.now()) refuse("ERR invalid expire time in 'ghost.set' command");
  const { version } = hub.keyspace.lookup(space, key);
  if (wanted !== null && wanted !== version) hub.output.null();
  else hub.output.integer(hub.keyspace.putString(space, key, viewAt(args, 2), expires));
}
