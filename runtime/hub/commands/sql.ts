/** SQL, in the process of the client's namespace. A client waits for its answer; others do not. */
import { GhostError } from "../../../core/errors/ghost-error.ts";
import { type Arguments, utf8At, wordAt } from "../server/arguments.ts";
import type { Client } from "../server/client.ts";
import { define } from "../server/commands.ts";
import type { Hub } from "../server/hub.ts";
import { refuse } from "../server/reply-error.ts";
import { wait } from "../server/wait.ts";
import { backUp } from "../sql/back-up.ts";
import type { SqlTransaction } from "../sql/gateway.ts";

define({
  "ghost.query": { arity: -2, notInMulti: true, run: query },
  "ghost.exec": { arity: -2, notInMulti: true, run: execute },
  "ghost.batch": { arity: 2, notInMulti: true, run: batch },
  "ghost.tx": { arity: 2, notInMulti: true, run: transact },
  "ghost.backup": { arity: -2, notInMulti: true, run: backup },
});

/** Open transactions, by their client; kept until they are ended, also when they were undone meanwhile. */
const open = new WeakMap<Client, SqlTransaction>();

function query(hub: Hub, client: Client, args: Arguments): void {
  const [sql, params] = statement(args);
  run(hub, client, async (signal) => {
    const text = await (open.get(client)?.query(sql, params) ?? hub.parts.sql.query(namespaceOf(client), sql, params, { signal }));
    return () => hub.output.text(text);
  });
}

function execute(hub: Hub, client: Client, args: Arguments): void {
  const [sql, params] = statement(args);
  run(hub, client, async (signal) => {
    const changes = await (open.get(client)?.execute(sql, params) ?? hub.parts.sql.execute(namespaceOf(client), sql, params, { signal }));
    return () => hub.output.integer(changes);
  });
}

function batch(hub: Hub, client: Client, args: Arguments): void {
  const statements = utf8At(args, 1);
  run(hub, client, async (signal) => {
    const changes = await (open.get(client)?.batch(statements) ?? hub.parts.sql.batch(namespaceOf(client), statements, { signal }));
    return () => hub.output.integer(changes);
  });
}

function transact(hub: Hub, client: Client, args: Arguments): void {
  const what = wordAt(args, 1);
  const transaction = open.get(client);
  if (what === "BEGIN") return begin(hub, client);
  if (what !== "COMMIT" && what !== "ROLLBACK") return refuse("ERR GHOST.TX takes BEGIN, COMMIT or ROLLBACK");
  if (!transaction) return refuse("TX cannot end a transaction: none is open on this connection");
  run(hub, client, async () => {
    open.delete(client);
    await (what === "COMMIT" ? transaction.commit() : transaction.rollback());
    return () => hub.output.ok();
  });
}

function begin(hub: Hub, client: Client): void {
  if (open.has(client)) refuse("TX cannot begin a transaction: one is open on this connection");
  run(hub, client, async (signal) => {
    const transaction = await hub.parts.sql.begin(namespaceOf(client), { signal });
    if (client.isClosed) await transaction.dispose();
    open.set(client, transaction);
    client.whenGone.add(() => void open.get(client)?.dispose());
    return () => hub.output.ok();
  });
}

function backup(hub: Hub, client: Client, args: Arguments): void {
  if (!client.isOperator) refuse("NAMESPACE only the operator may write a backup");
  const path = utf8At(args, 1);
  if (args.count > 3 || (args.count === 3 && wordAt(args, 2) !== "KEYS"))
    refuse("ERR GHOST.BACKUP takes a path and, for keys and streams, KEYS");
  if (args.count === 3) return run(hub, client, () => backupKeys(hub, path));
  run(hub, client, async (signal) => {
    await hub.parts.sql.backup(namespaceOf(client), path, { signal });
    return () => hub.output.ok();
  });
}

/** Keys, hashes and streams of all namespaces. Everybody waits meanwhile: it is one file, and copied as it is at this moment. */
async function backupKeys({ keyspace, output }: Hub, path: string): Promise<() => void> {
  // A copy cannot be made inside of a transaction: the turn's changes are committed first.
  await new Promise((resolve) => setImmediate(resolve));
  keyspace.flushAll();
  keyspace.commit(true);
  backUp(keyspace.db, path);
  return () => output.ok();
}

function statement(args: Arguments): [sql: string, params: string] {
  if (args.count > 3) refuse("ERR a statement takes its text and, in JSON, its parameters");
  return [utf8At(args, 1), args.count === 3 ? utf8At(args, 2) : ""];
}

/** A database of `SELECT n` shares the namespace's SQL. */
function namespaceOf(client: Client): string {
  return client.space.name.split(":")[0] as string;
}

function run(hub: Hub, client: Client, work: (signal: AbortSignal) => Promise<() => void>): void {
  wait(hub, client, async (signal) => {
    try {
      return await work(signal);
    } catch (error) {
      if (!(error instanceof GhostError)) throw error;
      return () => hub.output.error(`${codeWord(error)} ${error.message}${error.hint ? ` (${error.hint})` : ""}`);
    }
  });
}

/** The code is the first word, so that programs find it: `SQL_TIMEOUT cannot …`. */
function codeWord(error: GhostError): string {
  return error.code;
}
