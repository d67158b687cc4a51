import { test } from "uvu";
import * as assert from "uvu/assert";
import { GhostError } from "../../../core/errors/ghost-error.ts";
import { classify, type StatementKind } from "./classify.ts";
import { splitStatements } from "./split.ts";

const KINDS: Readonly<Record<StatementKind, readonly string[]>> = {
  read: [
    "SELECT 1",
    "values (1), (2)",
    "\ufeff \t\v\f\r\n; ; /* ; */ -- ;\n select 'BEGIN' ;",
    "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT * FROM n",
    "WITH replace(v) AS (VALUES (1)), x AS (SELECT 2) SELECT * FROM replace",
    "EXPLAIN SELECT 1",
    "EXPLAIN QUERY PLAN DELETE FROM t",
    "PRAGMA journal_mode",
    "pragma main . table_info ( t )",
    "PRAGMA \"table_info\"('t')",
    "PRAGMA integrity_check(5)",
    "EXPLAIN PRAGMA page_count",
  ],
  change: [
    "INSERT INTO t VALUES (1)",
    "insert or replace into t select * from u",
    "REPLACE INTO t VALUES (1)",
    "UPDATE t SET v = 1 RETURNING v",
    "WITH x AS (SELECT 1) DELETE FROM t",
    "WITH x AS NOT MATERIALIZED (SELECT 1), y(a, b) AS (VALUES (1, 2)) INSERT INTO t SELECT * FROM x",
  ],
  define: [
    "CREATE TABLE t(v)",
    "CREATE TEMP TRIGGER r AFTER INSERT ON t BEGIN DELETE FROM u; SELECT CASE 1 WHEN 1 THEN 2 END; END",
    "DROP TABLE t",
    "ALTER TABLE t ADD COLUMN w",
    "REINDEX",
    "ANALYZE",
    "PRAGMA user_version = 3",
    "PRAGMA main.application_id(7)",
    "PRAGMA optimize",
    "PRAGMA incremental_vacuum(3)",
  ],
  whole: ["VACUUM", "vacuum main"],
  inside: [
    "SAVEPOINT a",
    "RELEASE a",
    "RELEASE SAVEPOINT a",
    "ROLLBACK TO a",
    "ROLLBACK TRANSACTION TO SAVEPOINT a",
    "PRAGMA defer_foreign_keys = ON",
  ],
};

for (const [kind, statements] of Object.entries(KINDS)) {
  for (const sql of statements) test(`${kind}: ${JSON.stringify(sql)}`, () => assert.is(kindOf(sql), kind));
}

const REFUSED: readonly string[] = [
  "BEGIN",
  "begin immediate",
  "COMMIT",
  "END TRANSACTION",
  "ROLLBACK",
  "/* a */ Commit -- b",
  "-- SELECT\nBEGIN",
  "/* not closed before */ BEGIN /* and not after",
  ";;BEGIN",
  "\ufeffBEGIN",
  "ATTACH 'x.db' AS x",
  "DETACH DATABASE x",
  "VACUUM INTO 'x.db'",
  "VACUUM main\nINTO 'x.db'",
  "PRAGMA journal_mode=DELETE",
  "PRAGMA main.journal_mode(delete)",
  "PRAGMA 'journal_mode' = wal",
  "PRAGMA [locking_mode]=NORMAL",
  "PRAGMA/**/synchronous/**/=/**/OFF",
  "PRAGMA wal_checkpoint",
  "PRAGMA wal_checkpoint(TRUNCATE)",
  "PRAGMA writable_schema=1",
  "PRAGMA foreign_keys=OFF",
  "PRAGMA schema_version=5",
  "PRAGMA temp_store_directory='/tmp'",
  "PRAGMA nothing_of_the_kind",
  "PRAGMA",
  "EXPLAIN PRAGMA user_version = 5",
  "EXPLAIN BEGIN",
  "EXPLAIN QUERY PLAN ATTACH 'x' AS y",
];

for (const sql of REFUSED) test(`refused: ${JSON.stringify(sql)}`, () => assert.is(codeOf(sql), "SQL_REFUSED"));

for (const sql of ["SELEC 1", '"BEGIN"', "'x'", "(SELECT 1)", "EXPLAIN", "1", "EXPLAIN EXPLAIN SELECT 1"])
  test(`no statement begins like ${JSON.stringify(sql)}`, () => assert.is(codeOf(sql), "SQL_FAILED"));

const SPLITS: readonly (readonly [string, readonly string[]])[] = [
  ["", []],
  [" ; -- nothing\n ;", []],
  ["SELECT 1", ["SELECT 1"]],
  ["SELECT ';'; SELECT \";\", [;], `;` /* ; */; -- ;\nSELECT 3 ;", ["SELECT ';'", 'SELECT ";", [;], `;`', "SELECT 3"]],
  ["SELECT 'it''s; '; SELECT 2", ["SELECT 'it''s; '", "SELECT 2"]],
  [
    "CREATE TRIGGER r AFTER INSERT ON t BEGIN SELECT CASE 1 WHEN 1 THEN 2 END; DELETE FROM u; END; SELECT 1",
    ["CREATE TRIGGER r AFTER INSERT ON t BEGIN SELECT CASE 1 WHEN 1 THEN 2 END; DELETE FROM u; END", "SELECT 1"],
  ],
  [
    "create temporary trigger r after insert on t begin delete from u; end; select 1",
    ["create temporary trigger r after insert on t begin delete from u; end", "select 1"],
  ],
  ["CREATE TABLE trigger_of(a); SELECT 1", ["CREATE TABLE trigger_of(a)", "SELECT 1"]],
  ["SELECT 1; 'not closed; SELECT 2", ["SELECT 1", "'not closed; SELECT 2"]],
];

for (const [sql, statements] of SPLITS) {
  test(`${statements.length} statements in ${JSON.stringify(sql)}`, () =>
    assert.equal(
      splitStatements(sql).map((statement) => statement.sql),
      statements,
    ));
}

test("a megabyte of quotes, comments or words is judged at once", () => {
  for (const piece of ["'", "''", '"', "/*", "--", "[", "a", ":", "$(", ";", "(", "1."]) {
    const startedAt = performance.now();
    splitStatements(piece.repeat(1_000_000 / piece.length));
    assert.ok(performance.now() - startedAt < 2_000, `${piece} took ${performance.now() - startedAt} ms`);
  }
});

function kindOf(sql: string): StatementKind {
  const [statement, second] = splitStatements(sql);
  assert.ok(statement && !second, `${sql} is one statement`);
  return classify(statement as NonNullable<typeof statement>);
}

function codeOf(sql: string): string {
  try {
    return kindOf(sql);
  } catch (error) {
    return error instanceof GhostError ? error.code : String(error);
  }
}

test.run();
