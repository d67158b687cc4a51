import * as assert from "uvu/assert";
import { type SqliteFunctions, sqliteEngine } from "../../runtime/storage/sqlite/engine.ts";
import { openSqlite } from "../../runtime/storage/sqlite/open.ts";
import { test } from "../rig/test.ts";
import { failsWith } from "./expect.ts";
import { makeFolder } from "./folder.ts";

test("when SQLite breaks down in a transaction, its files are let go, and the next open finds what was committed", async () => {
  using folder = makeFolder();
  const engine = await sqliteEngine();
  const broken: { -readonly [Name in keyof SqliteFunctions]: SqliteFunctions[Name] } = { ...engine.sqlite };
  (engine as { sqlite: SqliteFunctions }).sqlite = broken;
  const [db, other] = [await openSqlite(folder.file("a.db")), await openSqlite(folder.file("b.db"))];
  db.exec("CREATE TABLE t(v); INSERT INTO t VALUES (1)");
  const failure = () =>
    db.transaction(() => {
      db.run("INSERT INTO t VALUES (2)");
      broken.sqlite3_step = () => {
        throw new Error("unreachable");
      };
      db.run("INSERT INTO t VALUES (3)");
    });
  assert.throws(failure, /unreachable/);
  for (const one of [db, other]) {
    const error = await failsWith("DATABASE_FAILED", () => one.run("SELECT 1"));
    assert.match(error.message, /broke down \(unreachable\)/);
    one.close();
  }
  const again = await openSqlite(folder.file("a.db"));
  assert.equal(again.all("SELECT v FROM t"), [{ v: 1 }]);
  again.close();
});

test("values of types that SQLite does not know are refused", async () => {
  using folder = makeFolder();
  const db = await openSqlite(folder.file("a.db"));
  for (const value of [true, undefined, {}, [1]]) await failsWith("DATABASE_FAILED", () => db.all("SELECT ? AS v", [value as never]));
  assert.equal(db.all("SELECT 1 AS v"), [{ v: 1 }]);
  db.close();
});

test.run();
