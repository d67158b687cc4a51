import * as assert from "uvu/assert";
import { test } from "../rig/test.ts";
import { failsWith } from "../storage/expect.ts";
import { makeSql, rowsOf } from "./sql-rig.ts";

test("values keep their types, and columns their names, twice if need be", async () => {
  await using sql = makeSql();
  const { gateway } = sql;
  const result = await gateway.query(
    "shop",
    "SELECT ?1 AS a, ?2 AS a, ?3, ?4, ?5 AS e, ?6 AS f, ?7, ?8, typeof(?4), typeof(?6) AS g",
    ["[1", '"t\\u0000é😀\\""', "null", "1.0", "9223372036854775807", '{"$int":"5"}', '{"$blob":"AP8="}', '{"$real":"-inf"}]'].join(),
  );
  assert.is(
    result,
    `{"columns":["a","a","?3","?4","e","f","?7","?8","typeof(?4)","g"],"rows":[[1,"t\\u0000é😀\\"",null,1.0,${'{"$int":"9223372036854775807"}'},5,{"$blob":"AP8="},{"$real":"-inf"},"real","integer"]]}`,
  );
  await gateway.execute("shop", "CREATE TABLE t(id INTEGER PRIMARY KEY, v)");
  assert.is(await gateway.query("shop", "SELECT * FROM t"), '{"columns":["id","v"],"rows":[]}');
  assert.is(await gateway.execute("shop", "INSERT INTO t VALUES (:id, @v), (:id + 1, $v)", '{"id":9007199254740993,"@v":1,"v":2}'), 2);
  assert.is(await gateway.query("shop", "SELECT * FROM t ORDER BY id"), `{"columns":["id","v"],"rows":[[${big("3")},1],[${big("4")},2]]}`);
  assert.equal(rowsOf(await gateway.query("shop", "DELETE FROM t WHERE id = ? RETURNING v", "[9007199254740994]")), [[2]]);
});

const big = (last: string) => `{"$int":"900719925474099${last}"}`;

test("several statements at once are one transaction, as a batch is", async () => {
  await using sql = makeSql();
  const { gateway } = sql;
  const count = async () => rowsOf(await gateway.query("shop", "SELECT count(*) FROM t"))[0]?.[0];
  assert.is(
    await gateway.execute(
      "shop",
      `CREATE TABLE t(v UNIQUE); -- the first
       CREATE TABLE log(v);
       CREATE TRIGGER r AFTER INSERT ON t BEGIN INSERT INTO log VALUES (new.v); DELETE FROM log WHERE v < 0; END;
       INSERT INTO t VALUES (1), (2);`,
    ),
    2,
  );
  const failure = await failsWith("SQL_FAILED", () => gateway.execute("shop", "INSERT INTO t VALUES (3); INSERT INTO t VALUES (1)"));
  assert.match(failure.message, /UNIQUE constraint failed: t\.v/);
  assert.equal(failure.details, { reason: "UNIQUE constraint failed: t.v", sqlite: 19 });
  assert.is(await count(), 2);
  await failsWith("SQL_FAILED", () => gateway.execute("shop", "CREATE TABLE u(v); SELEC"));
  await failsWith("SQL_FAILED", () => gateway.query("shop", "SELECT * FROM u"));
  const hint = await failsWith("SQL_REFUSED", () => gateway.execute("shop", "DELETE FROM t; DELETE FROM t WHERE v = ?", "[1]"));
  assert.match(hint.hint ?? "", /GHOST\.BATCH/);
  assert.is(
    await gateway.batch("shop", '[["INSERT INTO t VALUES (?)",[3]],["UPDATE t SET v = v + :n",{"n":10}],"DELETE FROM t WHERE v = 11"]'),
    5,
  );
  assert.is(await count(), 2);
  for (const [batch, code] of [
    ['[["INSERT INTO t VALUES (20)"],["INSERT INTO t VALUES (12)"]]', "SQL_FAILED"],
    ['[["INSERT INTO t VALUES (20)"],["COMMIT"]]', "SQL_REFUSED"],
    ['[["INSERT INTO t VALUES (20)"],["VACUUM"]]', "SQL_REFUSED"],
    ['[["INSERT INTO t VALUES (20); DELETE FROM t"]]', "SQL_REFUSED"],
    ['[["INSERT INTO t VALUES (20)"],[1]]', "SQL_REFUSED"],
    ['{"a":1}', "SQL_REFUSED"],
    ["[", "SQL_FAILED"],
  ] as const)
    await failsWith(code, () => gateway.batch("shop", batch));
  assert.is(await count(), 2);
  assert.is(await gateway.batch("shop", "[]"), 0);
});

test("what would touch transactions, journal, locks or other files is refused, however it is written, and nothing has changed", async () => {
  await using sql = makeSql();
  const { gateway } = sql;
  for (const text of [
    "BEGIN",
    "/* */ -- \n ;; COMMIT",
    "ROLLBACK",
    "SAVEPOINT a",
    "RELEASE a",
    "ATTACH '/tmp/x.db' AS x",
    "DETACH main",
    "VACUUM INTO '/tmp/x.db'",
    "PRAGMA journal_mode = DELETE",
    "PRAGMA locking_mode(NORMAL)",
    "PRAGMA main.synchronous = OFF",
    "PRAGMA wal_checkpoint(TRUNCATE)",
    "SELECT 1; BEGIN",
    "SELECT 1\0; BEGIN",
  ]) {
    await failsWith("SQL_REFUSED", () => gateway.execute("shop", text));
    await failsWith("SQL_REFUSED", () => gateway.query("shop", text));
  }
  for (const [pragma, value] of [
    ["journal_mode", "wal"],
    ["locking_mode", "exclusive"],
    ["synchronous", 2],
    ["foreign_keys", 1],
  ] as const)
    assert.equal(rowsOf(await gateway.query("shop", `PRAGMA ${pragma}`)), [[value]]);
  await gateway.execute("shop", "PRAGMA user_version = 7");
  await gateway.execute("shop", "VACUUM");
  assert.equal(rowsOf(await gateway.query("shop", "SELECT * FROM pragma_user_version")), [[7]]);
  assert.match(await gateway.query("shop", "EXPLAIN QUERY PLAN SELECT 1"), /SCAN CONSTANT ROW/);
});

test("a query gives rows: what gives none is refused before it runs", async () => {
  await using sql = makeSql();
  const { gateway } = sql;
  await gateway.execute("shop", "CREATE TABLE t(v)");
  const error = await failsWith("SQL_REFUSED", () => gateway.query("shop", "INSERT INTO t VALUES (1)"));
  assert.match(error.hint ?? "", /GHOST\.EXEC/);
  for (const text of ["", " -- nothing", ";"]) await failsWith("SQL_REFUSED", () => gateway.query("shop", text));
  await failsWith("SQL_REFUSED", () => gateway.query("shop", "SELECT 1; SELECT 2"));
  assert.equal(rowsOf(await gateway.query("shop", "SELECT count(*) FROM t")), [[0]]);
  assert.is(await gateway.execute("shop", "SELECT 1"), 0);
  assert.is(await gateway.execute("shop", "WITH x AS (SELECT 5) INSERT INTO t SELECT * FROM x"), 1);
  assert.is(await gateway.execute("shop", "WITH x AS (SELECT 5) SELECT * FROM x"), 0);
});

test("what is too large is refused, and a change whose rows are too many is undone", async () => {
  await using sql = makeSql({
    resultRowsMax: 10,
    resultCharactersMax: 1_000,
    statementBytesMax: 500,
    parametersBytesMax: 5_000,
    batchBytesMax: 600,
  });
  const { gateway } = sql;
  await gateway.execute("shop", "CREATE TABLE t(v)");
  await gateway.execute("shop", "INSERT INTO t VALUES (?)", JSON.stringify(["x".repeat(4_000)]));
  await failsWith("LIMIT_EXCEEDED", () => gateway.query("shop", "SELECT v FROM t"));
  await failsWith("LIMIT_EXCEEDED", () => gateway.execute("shop", "INSERT INTO t VALUES (?)", JSON.stringify(["x".repeat(5_000)])));
  await failsWith("LIMIT_EXCEEDED", () => gateway.execute("shop", `INSERT INTO t VALUES ('${"x".repeat(500)}')`));
  await failsWith("LIMIT_EXCEEDED", () => gateway.batch("shop", JSON.stringify([["DELETE FROM t WHERE v = ?", ["x".repeat(600)]]])));
  const many = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 11)";
  await failsWith("LIMIT_EXCEEDED", () => gateway.query("shop", `${many} SELECT i FROM n`));
  await failsWith("LIMIT_EXCEEDED", () => gateway.query("shop", `${many} INSERT INTO t SELECT i FROM n RETURNING v`));
  assert.equal(rowsOf(await gateway.query("shop", "SELECT count(*) FROM t")), [[1]]);
  await using transaction = await gateway.begin("shop");
  await transaction.execute("INSERT INTO t VALUES (1)");
  await failsWith("LIMIT_EXCEEDED", () => transaction.query(`${many} INSERT INTO t SELECT i FROM n RETURNING v`));
  assert.equal(rowsOf(await transaction.query("SELECT count(*) FROM t")), [[2]]);
});

test("names that are no namespaces are refused", async () => {
  await using sql = makeSql();
  for (const name of ["", "../x", "state", "HUB", "a.b"]) await failsWith("NAMESPACE_INVALID", () => sql.gateway.query(name, "SELECT 1"));
  await sql.gateway.query("Shop", "SELECT 1");
  await failsWith("NAMESPACE_INVALID", () => sql.gateway.query("shop", "SELECT 1"));
});

test("a copy holds all that is committed, and is there only when it is whole", async () => {
  await using sql = makeSql();
  const { gateway } = sql;
  await gateway.execute("shop", "CREATE TABLE t(v); INSERT INTO t VALUES (1), (2)");
  await gateway.backup("shop", sql.file("copy"));
  assert.equal(rowsOf(await gateway.query("copy", "SELECT count(*) FROM t")), [[2]]);
  await failsWith("USAGE", () => gateway.backup("shop", sql.file("copy")));
  await failsWith("USAGE", () => gateway.backup("shop", "copy.db"));
  await failsWith("USAGE", () => gateway.backup("shop", sql.file("no/such/folder/copy")));
  assert.equal(rowsOf(await gateway.query("shop", "SELECT count(*) FROM t")), [[2]]);
});

test.run();
