import * as assert from "uvu/assert";
import type { SqlParameter } from "../../core/data/ghost-data.ts";
import type { Case } from "./data-contract.ts";
import { rejects } from "./expect.ts";

const BLOB = Uint8Array.from({ length: 256 }, (_, byte) => byte);
/** What goes in, and what comes out where it is not the same. */
const VALUES: [what: string, value: SqlParameter, comesBack?: unknown][] = [
  ["text", "größe 👻"],
  ["an empty text", ""],
  ["null", null],
  ["an integer", 42],
  ["a negative one", -(2 ** 40)],
  ["the largest integer that a number holds", Number.MAX_SAFE_INTEGER],
  ["an integer beyond 2^53", 9223372036854775807n],
  ["the smallest integer", -9223372036854775808n],
  ["a small bigint", 5n, 5],
  ["a fraction", 0.1],
  ["infinity", Number.POSITIVE_INFINITY],
  ["true", true, 1],
  ["false", false, 0],
  ["bytes", BLOB],
  ["no bytes", new Uint8Array(0)],
];

/** SQL: values, parameters, rows, changes, batches, errors. */
export function sqlContract(check: Case): void {
  for (const [what, value, comesBack = value] of VALUES) {
    check(`SQL gives back ${what}`, async (data) => {
      await data.execute("CREATE TABLE t (v)");
      await data.execute("INSERT INTO t VALUES (?)", [value]);
      assert.equal(await data.query("SELECT v FROM t"), [{ v: comesBack }]);
      assert.equal(await data.querySingle("SELECT :v AS v", { v: value }), { v: comesBack });
    });
  }
  check("rows are objects, and changes are counted", async (data) => {
    await data.execute("CREATE TABLE items (id INTEGER PRIMARY KEY, name TEXT)");
    assert.is(await data.execute("INSERT INTO items (name) VALUES (?), (?)", ["a", "b"]), 2);
    assert.equal(await data.query("SELECT id, name FROM items ORDER BY id"), [
      { id: 1, name: "a" },
      { id: 2, name: "b" },
    ]);
    assert.is(await data.execute("UPDATE items SET name = 'c' WHERE id > 5"), 0);
    assert.is(await data.execute("DELETE FROM items"), 2);
    assert.equal(await data.query("SELECT * FROM items"), []);
  });
  check("parameters go by position or by name", async (data) => {
    assert.equal(await data.querySingle("SELECT ? AS a, ? AS b", [1, "x"]), { a: 1, b: "x" });
    assert.equal(await data.querySingle("SELECT :a AS a, @b AS b, $c AS c, :a AS d", { a: 1, b: 2, c: 3 }), { a: 1, b: 2, c: 3, d: 1 });
    assert.equal(await data.querySingle("SELECT '?' AS a"), { a: "?" });
    await rejects(data.query("SELECT ?"), "SQL_FAILED");
    await rejects(data.query("SELECT ?", [1, 2]), "SQL_FAILED");
    await rejects(data.query("SELECT :a", { b: 1 }), "SQL_FAILED");
  });
  check("values that SQL has not are refused by name", async (data) => {
    await rejects(data.query("SELECT ?", [undefined as unknown as null]), "USAGE", /parameter 1/);
    await rejects(data.query("SELECT :when", { when: new Date(0) as unknown as string }), "USAGE", /parameter when/);
    await rejects(data.query("SELECT ?", [Number.NaN]), "USAGE", /parameter 1/);
  });
  check("a single row is one, none, or an error", async (data) => {
    await data.execute("CREATE TABLE t (v)");
    assert.is(await data.querySingle("SELECT v FROM t"), undefined);
    await data.execute("INSERT INTO t VALUES (1), (2)");
    assert.equal(await data.querySingle("SELECT v FROM t WHERE v = 2"), { v: 2 });
    await rejects(data.querySingle("SELECT v FROM t"), "SQL_FAILED", /single row/);
  });
  check("RETURNING gives rows and changes", async (data) => {
    await data.execute("CREATE TABLE t (id INTEGER PRIMARY KEY, v)");
    assert.equal(await data.query("INSERT INTO t (v) VALUES (?) RETURNING id", ["a"]), [{ id: 1 }]);
    assert.equal(await data.querySingle("SELECT count(*) AS n FROM t"), { n: 1 });
  });
  check("a batch happens as a whole or not at all", async (data) => {
    await data.execute("CREATE TABLE t (v INTEGER PRIMARY KEY)");
    assert.is(
      await data.executeBatch([["INSERT INTO t VALUES (?)", [1]], ["INSERT INTO t VALUES (:v)", { v: 2 }], ["DELETE FROM t WHERE v = 1"]]),
      3,
    );
    const failing = data.executeBatch([["INSERT INTO t VALUES (3)"], ["INSERT INTO t VALUES (2)"]]);
    await rejects(failing, "SQL_FAILED", /UNIQUE/);
    assert.equal(await data.query("SELECT v FROM t"), [{ v: 2 }]);
    assert.is(await data.executeBatch([]), 0);
  });
  check("what SQLite says against a statement is told", async (data) => {
    await rejects(data.query("SELEC 1"), "SQL_FAILED", /syntax error/);
    await rejects(data.query("SELECT * FROM none"), "SQL_FAILED", /no such table: none/);
    await data.execute("CREATE TABLE t (v UNIQUE)");
    await data.execute("INSERT INTO t VALUES (1)");
    await rejects(data.execute("INSERT INTO t VALUES (1)"), "SQL_FAILED", /UNIQUE constraint failed/);
    assert.is(await data.execute("INSERT INTO t VALUES (2)"), 1);
  });
  check("transactions, settings and other files are not to be had by SQL", async (data) => {
    for (const sql of ["BEGIN", "COMMIT", "ATTACH 'x' AS x", "PRAGMA journal_mode = OFF", "VACUUM INTO 'x'"])
      await rejects(data.execute(sql), "SQL_REFUSED");
  });
  check("SQL that is given up before it begins does nothing", async (data) => {
    await data.execute("CREATE TABLE t (v)");
    const reason = new Error("enough");
    const signal = AbortSignal.abort(reason);
    const calls = [
      data.execute("INSERT INTO t VALUES (1)", [], { signal }),
      data.query("SELECT 1", [], { signal }),
      data.querySingle("SELECT 1", [], { signal }),
      data.executeBatch([["INSERT INTO t VALUES (1)"]], { signal }),
    ];
    for (const call of calls) assert.is(await call.catch((error: unknown) => error), reason);
    assert.equal(await data.query("SELECT * FROM t"), []);
  });
  check("many statements at once are each answered", async (data) => {
    await data.execute("CREATE TABLE t (v)");
    await Promise.all(Array.from({ length: 40 }, (_, index) => data.execute("INSERT INTO t VALUES (?)", [index])));
    const answers = await Promise.all(Array.from({ length: 40 }, (_, index) => data.querySingle("SELECT v FROM t WHERE v = ?", [index])));
    assert.equal(
      answers,
      Array.from({ length: 40 }, (_, v) => ({ v })),
    );
  });
}
