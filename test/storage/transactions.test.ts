import * as assert from "uvu/assert";
import { openSqlite, type SqliteDatabase } from "../../runtime/storage/sqlite/open.ts";
import { test } from "../rig/test.ts";
import { failsWith } from "./expect.ts";
import { makeFolder } from "./folder.ts";

async function withTable(work: (db: SqliteDatabase) => void | Promise<void>): Promise<void> {
  using folder = makeFolder();
  const db = await openSqlite(folder.file("a.db"));
  db.exec("CREATE TABLE t(v UNIQUE)");
  await work(db);
  db.close();
}
const put = (db: SqliteDatabase, value: number) => db.run("INSERT INTO t VALUES (?)", [value]);
const values = (db: SqliteDatabase) => db.all<{ v: number }>("SELECT v FROM t ORDER BY v").map((row) => row.v);

test("a transaction gives its work's result and keeps what it did", () =>
  withTable((db) => {
    assert.is(
      db.transaction(() => put(db, 1) + put(db, 2)),
      2,
    );
    assert.equal(values(db), [1, 2]);
  }));

test("a transaction whose work throws leaves nothing, and the error passes through", () =>
  withTable((db) => {
    put(db, 1);
    const thrown = new Error("mine");
    const run = () =>
      db.transaction(() => {
        put(db, 2);
        throw thrown;
      });
    assert.throws(run, (error: unknown) => error === thrown);
    assert.equal(values(db), [1]);
    db.transaction(() => put(db, 3));
    assert.equal(values(db), [1, 3]);
  }));

test("an inner transaction can fail alone", () =>
  withTable((db) => {
    db.transaction(() => {
      put(db, 1);
      const inner = () =>
        db.transaction(() => {
          put(db, 2);
          db.transaction(() => put(db, 3));
          put(db, 1);
        });
      assert.throws(inner, /UNIQUE/);
      db.transaction(() => put(db, 4));
    });
    assert.equal(values(db), [1, 4]);
  }));

test("an outer transaction that fails takes the inner ones with it", () =>
  withTable((db) => {
    const outer = () =>
      db.transaction(() => {
        db.transaction(() => put(db, 1));
        throw new Error("outer");
      });
    assert.throws(outer, /outer/);
    assert.equal(values(db), []);
  }));

test("a constraint that fails inside does not end the transaction", () =>
  withTable((db) => {
    db.transaction(() => {
      put(db, 1);
      assert.throws(() => put(db, 1), /UNIQUE/);
      put(db, 2);
    });
    assert.equal(values(db), [1, 2]);
  }));

test("asynchronous work is refused and undone", () =>
  withTable((db) => {
    assert.throws(() => db.transaction(async () => put(db, 1)), /synchronous/);
    assert.equal(values(db), []);
  }));

test("single transactions can be made durable, but not from inside one", () =>
  withTable((db) => {
    const level = () => db.get<{ synchronous: number }>("PRAGMA synchronous")?.synchronous;
    assert.is(level(), 1);
    db.setSynchronous("FULL");
    assert.is(level(), 2);
    db.transaction(() => assert.throws(() => db.setSynchronous("NORMAL"), /inside a transaction/));
    db.setSynchronous("NORMAL");
    assert.is(level(), 1);
  }));

test("closing in the middle of a transaction undoes it", async () => {
  using folder = makeFolder();
  const db = await openSqlite(folder.file("a.db"));
  db.exec("CREATE TABLE t(v)");
  await failsWith("DATABASE_FAILED", () =>
    db.transaction(() => {
      put(db, 1);
      db.close();
    }),
  );
  const again = await openSqlite(folder.file("a.db"));
  assert.equal(values(again), []);
  again.close();
});

test.run();
