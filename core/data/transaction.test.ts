import { test } from "uvu";
import * as assert from "uvu/assert";
import { GhostError } from "../errors/ghost-error.ts";
import { CoreGhostData } from "./core-data.ts";
import type { GhostTransaction } from "./ghost-data.ts";
import { MemoryKeys } from "./memory/memory-keys.ts";
import type { SqlPort, SqlTransaction } from "./ports.ts";

/** A database that notes what it is told, and begins when the test lets it. */
class Database implements SqlPort {
  readonly told: string[] = [];
  beginning: Promise<void> = Promise.resolve();
  failure: GhostError | null = null;

  async begin(): Promise<SqlTransaction> {
    this.told.push("begin");
    await this.beginning;
    if (this.failure) throw this.failure;
    const note = async (what: string): Promise<void> => void this.told.push(what);
    return {
      query: async () => '{"columns":[],"rows":[]}',
      execute: async () => 1,
      batch: async () => 1,
      commit: () => note("commit"),
      rollback: () => note("rollback"),
    };
  }

  query = async (): Promise<string> => '{"columns":[],"rows":[]}';
  execute = async (): Promise<number> => 0;
  batch = async (): Promise<number> => 0;
  close = async (): Promise<void> => undefined;
}

function makeWorld(): { database: Database; keys: MemoryKeys; begin: () => Promise<GhostTransaction> } {
  const database = new Database();
  const keys = new MemoryKeys(() => 0);
  const data = new CoreGhostData(keys, database);
  return { database, keys, begin: () => data.beginTransaction() };
}

async function errorOf(work: Promise<unknown>): Promise<GhostError> {
  return work.then(
    () => assert.unreachable() as never,
    (error: GhostError) => error,
  );
}

function breakKeys(keys: MemoryKeys): void {
  keys.apply = async () => {
    throw new GhostError("HUB_UNREACHABLE", "cannot reach the hub");
  };
}

test("SQL's transaction begins with the first statement, once, and one of keys alone needs no database", async () => {
  const { database, begin } = makeWorld();
  const ofKeys = await begin();
  await ofKeys.set("key", 1);
  await ofKeys.commit();
  assert.equal(database.told, []);
  const ofSql = await begin();
  await Promise.all([ofSql.execute("A"), ofSql.query("B")]);
  await ofSql.commit();
  assert.equal(database.told, ["begin", "commit"]);
});

test("keys that cannot be changed after the SQL was committed are told as such", async () => {
  const { database, keys, begin } = makeWorld();
  const transaction = await begin();
  await transaction.execute("INSERT …");
  await transaction.setBatch({ a: 1, b: 2 });
  breakKeys(keys);
  const error = await errorOf(transaction.commit());
  assert.equal([error.code, error.details?.keys], ["PARTLY_COMMITTED", ["a", "b"]]);
  assert.match(error.message, /whose SQL is committed: cannot reach the hub/);
  assert.equal(database.told, ["begin", "commit"]);
});

const UNCHANGED: [string, (transaction: GhostTransaction) => Promise<unknown>][] = [
  ["no SQL", async () => undefined],
  ["SQL that only read", (transaction) => transaction.query("SELECT 1")],
];
for (const [what, work] of UNCHANGED) {
  test(`after ${what}, keys that cannot be changed are a plain failure`, async () => {
    const { keys, begin } = makeWorld();
    const transaction = await begin();
    await work(transaction);
    await transaction.set("a", 1);
    breakKeys(keys);
    assert.is((await errorOf(transaction.commit())).code, "HUB_UNREACHABLE");
  });
}

test("a begin that failed is tried again with the next statement", async () => {
  const { database, begin } = makeWorld();
  const transaction = await begin();
  database.failure = new GhostError("NAMESPACE_BUSY", "cannot begin");
  assert.is((await errorOf(transaction.execute("A"))).code, "NAMESPACE_BUSY");
  database.failure = null;
  assert.is(await transaction.execute("A"), 1);
  assert.equal(database.told, ["begin", "begin"]);
});

test("a transaction that is left while it waits for its turn is undone when that comes", async () => {
  const { database, begin } = makeWorld();
  let let_ = (): void => undefined;
  database.beginning = new Promise<void>((resolve) => {
    let_ = resolve;
  });
  const transaction = await begin();
  const statement = transaction.execute("A").catch((error: GhostError) => error.code);
  await transaction.rollback();
  assert.equal(database.told, ["begin"]);
  let_();
  assert.is(await statement, "TRANSACTION_ENDED");
  assert.equal(database.told, ["begin", "rollback"]);
});

test("who gives up waiting for a transaction's turn leaves it to others", async () => {
  const { database, begin } = makeWorld();
  let let_ = (): void => undefined;
  database.beginning = new Promise<void>((resolve) => {
    let_ = resolve;
  });
  const transaction = await begin();
  const controller = new AbortController();
  const given = transaction.execute("A", [], { signal: controller.signal }).catch((error: Error) => error.message);
  const other = transaction.execute("B");
  controller.abort(new Error("enough"));
  assert.is(await given, "enough");
  let_();
  assert.is(await other, 1);
  assert.equal(database.told, ["begin"]);
});

test.run();
