import * as assert from "uvu/assert";
import { test } from "../rig/test.ts";
import { waitFor } from "../rig/wait.ts";
import { failsWith } from "../storage/expect.ts";
import { counting, killHard, makeSql, rowsOf, type SqlRig } from "./sql-rig.ts";

const count = async (sql: SqlRig) => rowsOf(await sql.gateway.query("shop", "SELECT count(*) FROM t"))[0]?.[0];

async function withTable(sql: SqlRig): Promise<void> {
  await sql.gateway.execute("shop", "CREATE TABLE t(v UNIQUE)");
}

test("a transaction has the namespace to itself: others wait for its end, other namespaces do not", async () => {
  await using sql = makeSql();
  await withTable(sql);
  const transaction = await sql.gateway.begin("shop");
  const order: string[] = [];
  const outside = sql.gateway.execute("shop", "INSERT INTO t VALUES (1)").then(() => order.push("outside"));
  const next = sql.gateway.begin("shop").then(async (second) => {
    order.push("next");
    await second.commit();
  });
  assert.is(await transaction.execute("INSERT INTO t VALUES (?)", "[10]"), 1);
  assert.is(await transaction.batch('[["INSERT INTO t VALUES (11)"],["INSERT INTO t VALUES (12)"]]'), 2);
  await sql.gateway.query("other", "SELECT 1");
  assert.equal(rowsOf(await transaction.query("SELECT v FROM t")), [[10], [11], [12]]);
  assert.equal(sql.gateway.status().find(({ namespace }) => namespace === "shop")?.inTransaction, true);
  order.push("commit");
  await transaction.commit();
  await Promise.all([outside, next]);
  assert.equal(order, ["commit", "outside", "next"]);
  assert.is(await count(sql), 4);
  await failsWith("TRANSACTION_ENDED", () => transaction.execute("DELETE FROM t"));
  await failsWith("TRANSACTION_ENDED", () => transaction.commit());
  await transaction.rollback();
});

test("a transaction that is rolled back, or that its owner leaves, has changed nothing", async () => {
  await using sql = makeSql();
  await withTable(sql);
  const first = await sql.gateway.begin("shop");
  await first.execute("INSERT INTO t VALUES (1); CREATE TABLE u(v)");
  await first.rollback();
  {
    await using second = await sql.gateway.begin("shop");
    await second.execute("INSERT INTO t VALUES (2)");
    // Not awaited: its owner goes while it runs.
    void second.execute("INSERT INTO t VALUES (3)");
  }
  assert.is(await count(sql), 0);
  await failsWith("SQL_FAILED", () => sql.gateway.query("shop", "SELECT * FROM u"));
});

test("a transaction without a statement for too long is undone, and everything fails until its owner ends it", async () => {
  await using sql = makeSql({ transactionIdleMs: 50 });
  await withTable(sql);
  const transaction = await sql.gateway.begin("shop");
  await transaction.execute("INSERT INTO t VALUES (1)");
  // Runs only when the transaction is over.
  await sql.gateway.execute("shop", "INSERT INTO t VALUES (2)");
  const error = await failsWith("TX_EXPIRED", () => transaction.execute("INSERT INTO t VALUES (3)"));
  assert.match(error.message, /50 ms/);
  await failsWith("TX_EXPIRED", () => transaction.query("SELECT 1"));
  await failsWith("TX_EXPIRED", () => transaction.commit());
  await transaction.rollback();
  await failsWith("TRANSACTION_ENDED", () => transaction.query("SELECT 1"));
  assert.equal(rowsOf(await sql.gateway.query("shop", "SELECT v FROM t")), [[2]]);
});

test("a long statement is no idleness", async () => {
  await using sql = makeSql({ transactionIdleMs: 40 });
  await withTable(sql);
  await using transaction = await sql.gateway.begin("shop");
  for (const turns of [1_000_000, 3_000_000]) {
    const startedAt = performance.now();
    await transaction.query(counting(turns));
    if (performance.now() - startedAt > 80) break;
  }
  await transaction.execute("INSERT INTO t VALUES (1)");
  await transaction.commit();
  assert.is(await count(sql), 1);
});

test("inside, savepoints work, a failing statement undoes itself alone, and nothing ends the transaction but its owner", async () => {
  await using sql = makeSql();
  await withTable(sql);
  const transaction = await sql.gateway.begin("shop");
  await transaction.execute("INSERT INTO t VALUES (1)");
  await transaction.execute("SAVEPOINT a");
  await transaction.execute("INSERT INTO t VALUES (2)");
  await transaction.execute("ROLLBACK TO a");
  await transaction.execute("RELEASE a");
  await failsWith("SQL_FAILED", () => transaction.execute("INSERT INTO t VALUES (3), (1)"));
  await failsWith("SQL_FAILED", () => transaction.execute("INSERT INTO t VALUES (4); INSERT INTO t VALUES (1)"));
  for (const text of ["BEGIN", "COMMIT", "END", "ROLLBACK", "VACUUM", "PRAGMA journal_mode=DELETE", "RELEASE nothing; COMMIT"])
    await failsWith("SQL_REFUSED", () => transaction.execute(text));
  await failsWith("SQL_FAILED", () => transaction.execute("RELEASE nothing"));
  await transaction.execute("INSERT INTO t VALUES (5)");
  await transaction.commit();
  assert.equal(rowsOf(await sql.gateway.query("shop", "SELECT v FROM t")), [[1], [5]]);
});

test("a statement by which SQLite undoes the transaction says so, and nothing that follows runs by itself", async () => {
  await using sql = makeSql();
  await withTable(sql);
  await sql.gateway.execute("shop", "INSERT INTO t VALUES (1)");
  const transaction = await sql.gateway.begin("shop");
  await transaction.execute("INSERT INTO t VALUES (2)");
  const failing = transaction.execute("INSERT OR ROLLBACK INTO t VALUES (1)");
  const following = failsWith("TX_ABORTED", () => transaction.execute("INSERT INTO t VALUES (3)"));
  const error = await failsWith("SQL_FAILED", () => failing);
  assert.match(error.message, /UNIQUE.*the transaction was undone/);
  await following;
  await failsWith("TX_ABORTED", () => transaction.commit());
  assert.is(await count(sql), 1);
  const next = await sql.gateway.begin("shop");
  await Promise.all([
    failsWith("SQL_FAILED", () => next.execute("INSERT OR ROLLBACK INTO t VALUES (1)")),
    failsWith("TX_ABORTED", () => next.execute("INSERT INTO t VALUES (4)")),
    failsWith("TX_ABORTED", () => next.commit()),
    sql.gateway.execute("shop", "INSERT INTO t VALUES (5)"),
  ]);
  assert.equal(rowsOf(await sql.gateway.query("shop", "SELECT v FROM t")), [[1], [5]]);
});

test("a commit that fails has undone all", async () => {
  await using sql = makeSql();
  await sql.gateway.execute(
    "shop",
    "CREATE TABLE t(v UNIQUE); CREATE TABLE child(v REFERENCES t(v) DEFERRABLE INITIALLY DEFERRED); CREATE TABLE strict(v REFERENCES t(v))",
  );
  const transaction = await sql.gateway.begin("shop");
  await transaction.execute("PRAGMA defer_foreign_keys = ON");
  await transaction.execute("INSERT INTO strict VALUES (7)");
  await transaction.execute("INSERT INTO t VALUES (7)");
  await transaction.execute("INSERT INTO child VALUES (5)");
  const error = await failsWith("SQL_FAILED", () => transaction.commit());
  assert.match(error.message, /FOREIGN KEY constraint failed/);
  assert.is(await count(sql), 0);
  await failsWith("SQL_FAILED", () => sql.gateway.execute("shop", "INSERT INTO child VALUES (5)"));
  await failsWith("SQL_FAILED", () => sql.gateway.execute("shop", "INSERT INTO strict VALUES (5)"));
});

test("a transaction whose process dies is lost as a whole, and the next one begins on another process", async () => {
  await using sql = makeSql();
  await withTable(sql);
  const transaction = await sql.gateway.begin("shop");
  await transaction.execute("INSERT INTO t VALUES (1)");
  const waiting = sql.gateway.begin("shop");
  await killHard(sql.pid("shop"));
  const next = await waiting;
  await failsWith("TX_ABORTED", () => transaction.execute("INSERT INTO t VALUES (2)"));
  await failsWith("TX_ABORTED", () => transaction.commit());
  await transaction.dispose();
  await next.execute("INSERT INTO t VALUES (3)");
  await next.commit();
  assert.equal(rowsOf(await sql.gateway.query("shop", "SELECT v FROM t")), [[3]]);
});

test("a transaction in which a statement takes too long is lost, and says so", async () => {
  await using sql = makeSql({ statementMs: 200 });
  await withTable(sql);
  const transaction = await sql.gateway.begin("shop");
  await transaction.execute("INSERT INTO t VALUES (1)");
  await failsWith("SQL_TIMEOUT", () => transaction.query(counting(1e12)));
  await failsWith("TX_ABORTED", () => transaction.execute("INSERT INTO t VALUES (2)"));
  assert.is(await count(sql), 0);
});

test("who goes away before his transaction begins leaves nothing behind", async () => {
  await using sql = makeSql();
  await withTable(sql);
  const transaction = await sql.gateway.begin("shop");
  const gone = new AbortController();
  const waiting = [
    sql.gateway.begin("shop", { signal: gone.signal }),
    sql.gateway.execute("shop", "INSERT INTO t VALUES (1)", "", { signal: gone.signal }),
  ];
  const failures = waiting.map((each) => failsWith("SQL_CANCELLED", () => each));
  gone.abort();
  await Promise.all(failures);
  await failsWith("SQL_CANCELLED", () => sql.gateway.begin("shop", { signal: gone.signal }));
  await transaction.commit();
  // Not withdrawn in time: the BEGIN is under way already.
  const late = new AbortController();
  const begun = failsWith("SQL_CANCELLED", () => sql.gateway.begin("shop", { signal: late.signal }));
  late.abort();
  await begun;
  assert.is(await count(sql), 0);
  await waitFor(() => sql.gateway.status()[0]?.inTransaction === false, { what: "the namespace to be free" });
});

test("those that wait for too long, or are too many, are told that the namespace is busy", async () => {
  await using sql = makeSql({ waitMs: 100, waitingMax: 3 });
  await withTable(sql);
  await using transaction = await sql.gateway.begin("shop");
  const waiting = [1, 2, 3].map((v) =>
    failsWith("NAMESPACE_BUSY", () => sql.gateway.execute("shop", "INSERT INTO t VALUES (?)", `[${v}]`)),
  );
  const error = await failsWith("NAMESPACE_BUSY", () => sql.gateway.execute("shop", "INSERT INTO t VALUES (4)"));
  assert.match(error.message, /3 statements wait/);
  await Promise.all(waiting);
  await transaction.execute("INSERT INTO t VALUES (5)");
  await transaction.commit();
  assert.equal(rowsOf(await sql.gateway.query("shop", "SELECT v FROM t")), [[5]]);
});

test.run();
