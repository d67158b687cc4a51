import * as assert from "uvu/assert";
import { migrate } from "../../runtime/storage/sqlite/migrate.ts";
import { openSqlite } from "../../runtime/storage/sqlite/open.ts";
import { test } from "../rig/test.ts";
import { failsWith } from "./expect.ts";
import { makeFolder } from "./folder.ts";

const STEPS = [
  { version: 1, sql: "CREATE TABLE t(a); INSERT INTO t VALUES (1)" },
  { version: 2, sql: "ALTER TABLE t ADD COLUMN b; UPDATE t SET b = a + 1" },
  { version: 3, sql: "CREATE INDEX t_b ON t(b)" },
];

test("brings a new file and an old one to the last version, and a current one nowhere", async () => {
  using folder = makeFolder();
  const db = await openSqlite(folder.file("a.db"));
  migrate(db, STEPS.slice(0, 1));
  db.run("INSERT INTO t VALUES (10)");
  migrate(db, STEPS);
  migrate(db, STEPS);
  assert.equal(db.all("SELECT a, b FROM t ORDER BY a"), [
    { a: 1, b: 2 },
    { a: 10, b: 11 },
  ]);
  assert.equal(db.get("PRAGMA user_version"), { user_version: 3 });
  db.close();
});

test("a step that fails leaves the file at the version before", async () => {
  using folder = makeFolder();
  const db = await openSqlite(folder.file("a.db"));
  const broken = [STEPS[0] as (typeof STEPS)[0], { version: 2, sql: "CREATE TABLE half(a); INSERT INTO nowhere VALUES (1)" }];
  await failsWith("DATABASE_FAILED", () => migrate(db, broken));
  assert.equal(db.get("PRAGMA user_version"), { user_version: 1 });
  assert.equal(db.all("SELECT name FROM sqlite_schema"), [{ name: "t" }]);
  db.close();
});

test("a file of a newer program is refused and not touched", async () => {
  using folder = makeFolder();
  const db = await openSqlite(folder.file("a.db"));
  migrate(db, STEPS);
  const error = await failsWith("DATABASE_FAILED", () => migrate(db, STEPS.slice(0, 1)));
  assert.match(error.message, /version 3 .* up to 1/);
  assert.equal(db.get("PRAGMA user_version"), { user_version: 3 });
  db.close();
});

test.run();
