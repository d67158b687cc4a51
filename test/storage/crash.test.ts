import { existsSync } from "node:fs";
import * as assert from "uvu/assert";
import { openSqlite } from "../../runtime/storage/sqlite/open.ts";
import { needs } from "../rig/needs.ts";
import { test } from "../rig/test.ts";
import { pause } from "../rig/wait.ts";
import { makeFolder } from "./folder.ts";
import { hold, sqlite3 } from "./holder.ts";

const KILLS = 15;
const RUN_MS_MAX = 120;
/** The number of the last transaction; a writer may be killed before its first one. */
const LAST = "ifnull(max(n), 0)";
test.limit(60_000);

async function killAtRandom(path: string): Promise<number> {
  const writer = await hold(path, "write");
  await pause(Math.random() * RUN_MS_MAX);
  await writer.kill();
  return Number(writer.lines().at(-1)) || 0;
}

for (const [what, env] of [
  ["", ""],
  [" without FFI", "1"],
] as const) {
  test(`a writer killed ${KILLS} times at random moments${what} loses nothing it acknowledged and leaves nothing half`, async () => {
    using folder = makeFolder();
    const path = folder.file("a.db");
    process.env.GHOST_NO_FFI = env;
    let acknowledged = 0;
    for (let kill = 0; kill < KILLS; kill++) {
      acknowledged = Math.max(acknowledged, await killAtRandom(path));
      // Every other time the killed writer's successor is the next writer itself.
      if (kill % 2 === 0) continue;
      const db = await openSqlite(path);
      const found = db.get(`SELECT ${LAST} >= ? AS kept, count(*) = 2 * ${LAST} AS whole FROM pairs`, [acknowledged]);
      assert.equal(found, { kept: 1, whole: 1 });
      db.close();
    }
    assert.ok(acknowledged > KILLS, `only ${acknowledged} transactions were written`);
    delete process.env.GHOST_NO_FFI;
  });
}

test.unless(needs("sqlite3"), "sqlite3 opens the file of a killed writer, with what only the log held", async () => {
  using folder = makeFolder();
  const path = folder.file("a.db");
  const acknowledged = await killAtRandom(path);
  assert.ok(existsSync(`${path}-wal`));
  assert.is(sqlite3(path, "PRAGMA integrity_check"), "ok");
  assert.is(sqlite3(path, `SELECT ${LAST} >= ${acknowledged}, count(*) = 2 * ${LAST} FROM pairs`), "1|1");
});

test.unless(needs("sqlite3"), "after a close there is one file, which sqlite3 reads and writes and Ghost opens again", async () => {
  using folder = makeFolder();
  const path = folder.file("a.db");
  const db = await openSqlite(path);
  db.exec("CREATE TABLE t(v); INSERT INTO t VALUES ('one')");
  db.close();
  assert.not(existsSync(`${path}-wal`));
  assert.is(sqlite3(path, "PRAGMA integrity_check; INSERT INTO t VALUES ('two'); SELECT count(*) FROM t"), "ok\n2");
  const again = await openSqlite(path);
  assert.equal(again.all("SELECT v FROM t"), [{ v: "one" }, { v: "two" }]);
  again.close();
});

test.run();
