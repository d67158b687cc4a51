import * as assert from "uvu/assert";
import { openSqlite, type SqlValue } from "../../runtime/storage/sqlite/open.ts";
import { test } from "../rig/test.ts";
import { failsWith } from "./expect.ts";
import { makeFolder } from "./folder.ts";

const VALUES: readonly (readonly [string, SqlValue, string, SqlValue?])[] = [
  ["null", null, "null"],
  ["a small integer", -7, "integer"],
  ["an integer beyond 32 bits", 1_795_403_422_336, "integer"],
  ["the largest safe integer", Number.MAX_SAFE_INTEGER, "integer"],
  ["a bigint beyond 2^53", 2n ** 53n + 1n, "integer"],
  ["the largest 64-bit integer", 2n ** 63n - 1n, "integer"],
  ["the smallest 64-bit integer", -(2n ** 63n), "integer"],
  ["a small bigint, read as number", 5n, "integer", 5],
  ["a fraction", 0.1, "real"],
  ["a number too large for an integer", 1e300, "real"],
  ["an infinity", Number.POSITIVE_INFINITY, "real"],
  ["text with a zero byte, accents and emoji", "a\0é😀", "text"],
  ["an empty text", "", "text"],
  ["a text longer than the arena", "ü".repeat(100_000), "text"],
  ["bytes", new Uint8Array([0, 1, 255]), "blob"],
  ["no bytes", new Uint8Array(0), "blob"],
  ["a megabyte of bytes", new Uint8Array(1_000_000).fill(7), "blob"],
];

for (const [what, value, type, read = value] of VALUES) {
  test(`stores ${what} and reads it back`, async () => {
    using folder = makeFolder();
    const db = await openSqlite(folder.file("a.db"));
    db.exec("CREATE TABLE t(v)");
    assert.is(db.run("INSERT INTO t VALUES (?)", [value]), 1);
    assert.equal(db.get("SELECT v, typeof(v) AS type FROM t"), { v: read, type });
    assert.equal(db.get("SELECT count(*) AS n FROM t WHERE v IS ?", [value]), { n: 1 });
    db.close();
  });
}

test("a wide integer compares with a text column by its index", async () => {
  using folder = makeFolder();
  const db = await openSqlite(folder.file("a.db"));
  db.exec("CREATE TABLE t(id TEXT PRIMARY KEY); INSERT INTO t VALUES ('9007199254740993')");
  assert.equal(db.all("SELECT id FROM t WHERE id = ?", [9007199254740993n]), [{ id: "9007199254740993" }]);
  const [plan] = db.all<{ detail: string }>("EXPLAIN QUERY PLAN SELECT id FROM t WHERE id = ?", [9007199254740993n]);
  assert.match(plan?.detail ?? "", /SEARCH t USING (COVERING )?INDEX/);
  db.close();
});

test("says how many rows a statement changed, and nothing of the one before", async () => {
  using folder = makeFolder();
  const db = await openSqlite(folder.file("a.db"));
  db.exec("CREATE TABLE t(v)");
  assert.is(db.run("INSERT INTO t VALUES (1), (2), (3)"), 3);
  assert.is(db.run("CREATE TABLE u(v)"), 0);
  assert.is(db.run("-- a comment\nUPDATE t SET v = v + ? WHERE v > ?", [1, 1]), 2);
  assert.is(db.run("DELETE FROM t WHERE v > 100"), 0);
  assert.equal(db.all("DELETE FROM t RETURNING v"), [{ v: 1 }, { v: 3 }, { v: 4 }]);
  db.close();
});

test("refuses what is not one statement with its values, and works on", async () => {
  using folder = makeFolder();
  const db = await openSqlite(folder.file("a.db"));
  db.exec("CREATE TABLE t(v UNIQUE)");
  for (const sql of ["SELEC 1", "", "-- nothing", "SELECT 1; SELECT 2", "SELECT ?", "SELECT * FROM nowhere"])
    await failsWith("DATABASE_FAILED", () => db.run(sql));
  await failsWith("DATABASE_FAILED", () => db.run("SELECT 1", [1]));
  await failsWith("DATABASE_FAILED", () => db.run("INSERT INTO t VALUES (?)", [2n ** 63n]));
  await failsWith("DATABASE_FAILED", () => db.run("INSERT INTO t VALUES (?)", [Number.NaN]));
  db.run("INSERT INTO t VALUES (1); -- and a comment");
  const error = await failsWith("DATABASE_FAILED", () => db.run("INSERT INTO t VALUES (1)"));
  assert.match(error.message, /UNIQUE constraint failed: t\.v/);
  assert.is(error.details?.sqlite, 19);
  assert.equal(db.all("SELECT v FROM t"), [{ v: 1 }]);
  db.close();
});

test("keeps working when more statements are used than are kept prepared", async () => {
  using folder = makeFolder();
  const db = await openSqlite(folder.file("a.db"));
  db.exec("CREATE TABLE t(v)");
  for (let round = 0; round < 2; round++) {
    for (let index = 0; index < 200; index++) assert.equal(db.get(`SELECT ${index} AS v`), { v: index });
  }
  db.close();
});

test("a statement prepared before the schema changed gives the new columns", async () => {
  using folder = makeFolder();
  const db = await openSqlite(folder.file("a.db"));
  db.exec("CREATE TABLE t(a); INSERT INTO t VALUES (1)");
  assert.equal(db.all("SELECT * FROM t"), [{ a: 1 }]);
  db.exec("ALTER TABLE t RENAME COLUMN a TO b; ALTER TABLE t ADD COLUMN c DEFAULT 2");
  assert.equal(db.all("SELECT * FROM t"), [{ b: 1, c: 2 }]);
  db.close();
});

test("an explanation is right after the schema changed, too", async () => {
  using folder = makeFolder();
  const db = await openSqlite(folder.file("a.db"));
  const tables = () => db.all<{ p4: string | null }>("/* again */ EXPLAIN INSERT INTO t VALUES (1)").map(({ p4 }) => p4);
  db.exec("CREATE TABLE t(v)");
  assert.ok(tables().includes("t"));
  // What SQLite kept of the schema is freed.
  db.exec("DROP TABLE t; CREATE TABLE u(v); CREATE TABLE t(v)");
  assert.ok(tables().includes("t"));
  db.close();
});

test("knows the local time", async () => {
  using folder = makeFolder();
  const db = await openSqlite(folder.file("a.db"));
  const summer = new Date(2026, 6, 1, 12, 34, 56);
  const row = db.get<{ local: string }>("SELECT datetime(?, 'unixepoch', 'localtime') AS local", [summer.getTime() / 1000]);
  assert.is(row?.local, "2026-07-01 12:34:56");
  const now = db.get<{ now: number }>("SELECT unixepoch('now') AS now")?.now ?? 0;
  assert.ok(Math.abs(now - Date.now() / 1000) < 5);
  db.close();
});

test("two databases are open at once, each with its own file", async () => {
  using folder = makeFolder();
  const paths = ["one.db", "two.db"].map((name) => folder.file(name));
  const open = await Promise.all(paths.map((path) => openSqlite(path)));
  open.forEach((db, index) => {
    db.exec("CREATE TABLE t(v)");
    db.run("INSERT INTO t VALUES (?)", [index]);
  });
  assert.equal(
    open.map((db) => db.get("SELECT v FROM t")),
    [{ v: 0 }, { v: 1 }],
  );
  for (const db of open) db.close();
  const [again] = await Promise.all([openSqlite(paths[1] as string)]);
  assert.equal(again?.get("SELECT v FROM t"), { v: 1 });
  again?.close();
});

test("grows with large rows and sorts without temporary files", async () => {
  using folder = makeFolder();
  const db = await openSqlite(folder.file("a.db"));
  db.exec("CREATE TABLE t(v)");
  db.transaction(() => {
    for (let index = 0; index < 300; index++) db.run("INSERT INTO t VALUES (?)", [`${(index * 7919) % 300}`.padStart(100_000, "0")]);
  });
  const rows = db.all<{ v: string }>("SELECT v FROM t ORDER BY v");
  assert.is(rows.length, 300);
  assert.ok(rows.every((row, index) => Number(row.v) === index));
  db.close();
});

test("a closed database says so", async () => {
  using folder = makeFolder();
  const db = await openSqlite(folder.file("a.db"));
  db.close();
  db.close();
  await failsWith("DATABASE_FAILED", () => db.run("SELECT 1"));
});

test.run();
