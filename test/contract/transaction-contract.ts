import * as assert from "uvu/assert";
import { waitFor } from "../rig/wait.ts";
import type { Case } from "./data-contract.ts";
import { rejects } from "./expect.ts";

/** Transactions: of keys, of SQL, of both. */
export function transactionContract(check: Case, has: { readonly sql: boolean }): void {
  check("changes of keys are seen by the transaction at once, by others after the commit", async (data) => {
    await data.setBatch({ changed: 1, deleted: 1, kept: 1 });
    await using transaction = await data.beginTransaction();
    await transaction.set("changed", { a: 2 });
    await transaction.setBatch({ added: 3 });
    assert.is(await transaction.delete("deleted"), true);
    assert.is(await transaction.delete("deleted"), false);
    assert.equal(await transaction.get("changed"), { a: 2 });
    assert.equal(Object.fromEntries(await transaction.getBatch(["changed", "added", "deleted", "kept", "none"])), {
      changed: { a: 2 },
      added: 3,
      kept: 1,
    });
    assert.equal(Object.fromEntries(await data.getBatch(["changed", "added", "deleted"])), { changed: 1, deleted: 1 });
    await transaction.commit();
    assert.equal(Object.fromEntries(await data.getBatch(["changed", "added", "deleted", "kept"])), {
      changed: { a: 2 },
      added: 3,
      kept: 1,
    });
  });
  check("a transaction that is left is rolled back", async (data) => {
    await data.set("key", "before");
    {
      await using transaction = await data.beginTransaction();
      await transaction.set("key", "after");
      assert.is(await transaction.deleteBatch(["key", "none"]), 1);
    }
    assert.is(await data.get("key"), "before");
    const failing = async (): Promise<void> => {
      await using transaction = await data.beginTransaction();
      await transaction.set("key", "after");
      throw new Error("half way");
    };
    await failing().catch(() => undefined);
    assert.is(await data.get("key"), "before");
  });
  check("after its end a transaction refuses", async (data) => {
    const committed = await data.beginTransaction();
    await committed.set("key", 1);
    await committed.commit();
    await rejects(committed.set("key", 2), "TRANSACTION_ENDED");
    await rejects(committed.get("key"), "TRANSACTION_ENDED");
    await rejects(committed.commit(), "TRANSACTION_ENDED");
    await committed.rollback();
    assert.is(await data.get("key"), 1);
    const undone = await data.beginTransaction();
    await undone.rollback();
    await undone.rollback();
    await rejects(undone.commit(), "TRANSACTION_ENDED");
  });
  check("an expiry counts from the commit", async (data) => {
    await using transaction = await data.beginTransaction();
    await transaction.set("key", 1, { expiry: "50ms" });
    await transaction.commit();
    await waitFor(async () => (await data.get("key")) === undefined, { what: "the key to expire" });
  });
  check("a value that cannot be stored is refused at once, and the transaction goes on", async (data) => {
    await using transaction = await data.beginTransaction();
    await transaction.set("key", 1);
    await rejects(transaction.set("key", undefined), "USAGE");
    await rejects(transaction.set(null as unknown as string, 1), "USAGE", /as a key/);
    await transaction.commit();
    assert.is(await data.get("key"), 1);
  });
  check("a commit that is given up before it begins leaves the transaction open", async (data) => {
    await using transaction = await data.beginTransaction();
    await transaction.set("key", 1);
    const reason = new Error("enough");
    assert.is(await transaction.commit({ signal: AbortSignal.abort(reason) }).catch((error: unknown) => error), reason);
    assert.is(await data.get("key"), undefined);
    await transaction.commit();
    assert.is(await data.get("key"), 1);
  });
  check("closing the data undoes what is open", async (data) => {
    const transaction = await data.beginTransaction();
    await transaction.set("key", 1);
    await data[Symbol.asyncDispose]();
    await rejects(transaction.commit(), "TRANSACTION_ENDED");
  });
  if (has.sql) withSql(check);
}

function withSql(check: Case): void {
  check("SQL and keys are committed together", async (data) => {
    await data.execute("CREATE TABLE t (v)");
    await using transaction = await data.beginTransaction();
    assert.is(await transaction.execute("INSERT INTO t VALUES (?)", [1]), 1);
    await transaction.set("key", 1);
    assert.equal(await transaction.query("SELECT v FROM t"), [{ v: 1 }]);
    assert.equal(await transaction.querySingle("SELECT v FROM t WHERE v = :v", { v: 1 }), { v: 1 });
    assert.is(await transaction.executeBatch([["INSERT INTO t VALUES (2)"], ["INSERT INTO t VALUES (3)"]]), 2);
    await transaction.commit();
    assert.equal(await data.query("SELECT v FROM t ORDER BY v"), [{ v: 1 }, { v: 2 }, { v: 3 }]);
    assert.is(await data.get("key"), 1);
  });
  check("SQL and keys are rolled back together", async (data) => {
    await data.execute("CREATE TABLE t (v)");
    {
      await using transaction = await data.beginTransaction();
      await transaction.execute("INSERT INTO t VALUES (1)");
      await transaction.set("key", 1);
    }
    assert.equal(await data.query("SELECT v FROM t"), []);
    assert.is(await data.get("key"), undefined);
  });
  check("a statement that fails leaves the transaction open, a batch of it whole", async (data) => {
    await data.execute("CREATE TABLE t (v UNIQUE)");
    await using transaction = await data.beginTransaction();
    await transaction.execute("INSERT INTO t VALUES (1)");
    await rejects(transaction.execute("INSERT INTO t VALUES (1)"), "SQL_FAILED", /UNIQUE/);
    await rejects(transaction.executeBatch([["INSERT INTO t VALUES (2)"], ["INSERT INTO t VALUES (1)"]]), "SQL_FAILED");
    await transaction.commit();
    assert.equal(await data.query("SELECT v FROM t"), [{ v: 1 }]);
  });
  check("a commit that SQLite refuses changes neither SQL nor keys", async (data) => {
    await data.execute("CREATE TABLE parents (id INTEGER PRIMARY KEY)");
    await data.execute("CREATE TABLE children (parent REFERENCES parents DEFERRABLE INITIALLY DEFERRED)");
    await using transaction = await data.beginTransaction();
    await transaction.execute("INSERT INTO children VALUES (1)");
    await transaction.set("key", 1);
    await rejects(transaction.commit(), "SQL_FAILED", /FOREIGN KEY/);
    assert.equal(await data.query("SELECT * FROM children"), []);
    assert.is(await data.get("key"), undefined);
  });
  check("transactions come one after the other, and see what the one before committed", async (data) => {
    await data.execute("CREATE TABLE t (v)");
    await data.execute("INSERT INTO t VALUES (0)");
    const addOne = async (): Promise<void> => {
      await using transaction = await data.beginTransaction();
      const row = await transaction.querySingle<{ v: number }>("SELECT v FROM t");
      await transaction.execute("UPDATE t SET v = ?", [(row?.v ?? 0) + 1]);
      await transaction.commit();
    };
    await Promise.all(Array.from({ length: 5 }, addOne));
    assert.equal(await data.query("SELECT v FROM t"), [{ v: 5 }]);
  });
  check("others' SQL waits for the end of a transaction, and their keys do not", async (data) => {
    await data.execute("CREATE TABLE t (v)");
    await using transaction = await data.beginTransaction();
    await transaction.execute("INSERT INTO t VALUES (1)");
    const waiting = data.query("SELECT v FROM t");
    await data.set("key", 1);
    assert.is(await data.get("key"), 1);
    await transaction.commit();
    assert.equal(await waiting, [{ v: 1 }]);
  });
}
