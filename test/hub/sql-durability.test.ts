import * as assert from "uvu/assert";
import { GhostError } from "../../core/errors/ghost-error.ts";
import { SqlGateway } from "../../runtime/hub/sql/gateway.ts";
import { GHOST } from "../rig/ghost.ts";
import { needs } from "../rig/needs.ts";
import { cannotMount, fillDisk, mountSmall } from "../rig/small-disk.ts";
import { test } from "../rig/test.ts";
import { pause, waitFor } from "../rig/wait.ts";
import { failsWith } from "../storage/expect.ts";
import { makeFolder } from "../storage/folder.ts";
import { sqlite3 } from "../storage/holder.ts";
import { killHard, makeSql, rowsOf, type SqlRig, withoutFfi } from "./sql-rig.ts";

const WRITERS = 8;
const KILLS = 12;
const KILL_WITHIN_MS = 60;

/** Writes numbered rows from several clients until `done`, and gives the numbers whose write was acknowledged. Odd ones come as pairs in a transaction. */
async function write({ gateway }: SqlRig, acknowledged: Set<number>, done: () => boolean): Promise<void> {
  let last = Math.max(0, ...acknowledged);
  const writer = async (index: number) => {
    while (!done()) {
      const n = ++last;
      try {
        if (index > 0) await gateway.execute("shop", "INSERT INTO t VALUES (?, 'a')", `[${n}]`);
        else await gateway.batch("shop", `[["INSERT INTO t VALUES (${n}, 'a')"],["INSERT INTO t VALUES (${n}, 'b')"]]`);
        acknowledged.add(n);
      } catch (error) {
        // The process was killed in the middle of this one.
        if (!(error instanceof GhostError) || !["SQL_FAILED", "SQL_UNCERTAIN"].includes(error.code)) throw error;
      }
    }
  };
  await Promise.all(Array.from({ length: WRITERS }, (_, index) => writer(index)));
}

test.unless(
  needs("sqlite3", "linux") ?? withoutFfi,
  "beside a writer sqlite3 is told that the database is locked; after a kill it finds every acknowledged row",
  async () => {
    await using sql = makeSql();
    await sql.gateway.execute("shop", "CREATE TABLE t(n, half)");
    const acknowledged = new Set<number>();
    let isOver = false;
    const writing = write(sql, acknowledged, () => isOver);
    await waitFor(() => acknowledged.size > 100, { what: "a hundred writes" });
    for (const text of ["SELECT count(*) FROM t", "INSERT INTO t VALUES (0, 0)", "PRAGMA wal_checkpoint"])
      assert.match(sqlite3(sql.file("shop"), text), /database is locked/);
    isOver = true;
    await writing;
    await killHard(sql.pid("shop"));
    // Its main thread may be gone before the others, which hold the file as well.
    await waitFor(() => sql.gateway.status().length === 0, { what: "the gateway to see its end" });
    const found = sqlite3(sql.file("shop"), "PRAGMA integrity_check; SELECT count(DISTINCT n) FROM t").split("\n");
    assert.equal(found, ["ok", String(acknowledged.size)]);
  },
);

test(`a process killed ${KILLS} times under load loses nothing that was acknowledged, and leaves no transaction half`, async () => {
  await using sql = makeSql();
  const { gateway } = sql;
  await gateway.execute("shop", "CREATE TABLE t(n, half)");
  const acknowledged = new Set<number>();
  let isOver = false;
  const writing = write(sql, acknowledged, () => isOver);
  for (let kill = 0; kill < KILLS; kill++) {
    const { size } = acknowledged;
    await waitFor(() => acknowledged.size > size, { what: "another write" });
    await pause(Math.random() * KILL_WITHIN_MS);
    const pid = gateway.status()[0]?.pid;
    if (pid) await killHard(pid);
  }
  isOver = true;
  await writing;
  const found = new Set(rowsOf(await gateway.query("shop", "SELECT DISTINCT n FROM t")).map(([n]) => n as number));
  assert.equal(
    [...acknowledged].filter((n) => !found.has(n)),
    [],
  );
  assert.equal(
    rowsOf(await gateway.query("shop", "SELECT n FROM t GROUP BY n HAVING count(*) > 1 AND max(half) = 'a'")),
    [],
    "nothing ran twice",
  );
  assert.equal(rowsOf(await gateway.query("shop", "SELECT n FROM t WHERE half = 'b' EXCEPT SELECT n FROM t WHERE half = 'a'")), []);
  assert.equal(rowsOf(await gateway.query("shop", "PRAGMA integrity_check")), [["ok"]]);
});

test("statements that arrive together share commits, and each fails or succeeds alone", async () => {
  await using sql = makeSql();
  const { gateway } = sql;
  await gateway.execute("shop", "CREATE TABLE t(v UNIQUE); INSERT INTO t VALUES (-1)");
  for (const how of ["", "OR FAIL", "OR ROLLBACK", "OR IGNORE"]) {
    await gateway.execute("shop", "DELETE FROM t WHERE v >= 0");
    const insert = (v: number) =>
      gateway.execute("shop", `INSERT ${how} INTO t VALUES (?)`, `[${v}]`).then(
        (changes) => changes,
        (error: GhostError) => error.code,
      );
    // Every third is there already.
    const outcomes = await Promise.all(Array.from({ length: 300 }, (_, index) => insert(index % 3 === 2 ? -1 : index)));
    const refused = how === "OR IGNORE" ? 0 : "SQL_FAILED";
    assert.equal(
      outcomes,
      outcomes.map((_, index) => (index % 3 === 2 ? refused : 1)),
      how,
    );
    assert.equal(rowsOf(await gateway.query("shop", "SELECT count(*) FROM t")), [[201]]);
  }
});

test("a foreign key that is looked at only by the commit fails the statement that broke it, not its neighbours", async () => {
  await using sql = makeSql();
  const { gateway } = sql;
  await gateway.execute("shop", "CREATE TABLE t(v PRIMARY KEY); CREATE TABLE u(v REFERENCES t(v) DEFERRABLE INITIALLY DEFERRED)");
  const outcomes = await Promise.all(
    Array.from({ length: 60 }, (_, index) =>
      gateway
        .execute("shop", index % 2 ? "INSERT INTO u VALUES (?)" : "INSERT INTO t VALUES (?)", `[${index % 2 ? index + 1 : index}]`)
        .catch((error) => error.code),
    ),
  );
  assert.equal(
    outcomes,
    outcomes.map((_, index) => (index % 2 ? "SQL_FAILED" : 1)),
  );
});

test("changes and queries of many clients are answered in the order in which they were asked", async () => {
  await using sql = makeSql();
  const { gateway } = sql;
  await gateway.execute("shop", "CREATE TABLE t(v)");
  const seen: unknown[] = [];
  const work = Array.from({ length: 400 }, (_, index) =>
    index % 4 === 3
      ? gateway.query("shop", "SELECT count(*) FROM t").then((result) => seen.push(rowsOf(result)[0]?.[0]))
      : gateway.execute("shop", "INSERT INTO t VALUES (?)", `[${index}]`),
  );
  await Promise.all(work);
  assert.equal(
    seen,
    Array.from({ length: 100 }, (_, index) => 3 * (index + 1)),
  );
});

test.unless(cannotMount, "on a full disk changes fail, nothing is lost, and all goes on when there is room", async () => {
  using folder = makeFolder();
  using _disk = mountSmall(folder.file("disk"), 2_000_000);
  const gateway = new SqlGateway({ dataFolder: folder.file("disk"), command: GHOST });
  await gateway.execute("shop", "CREATE TABLE t(v)");
  await gateway.execute("shop", "INSERT INTO t VALUES (1)");
  const giveBack = fillDisk(folder.file("disk"));
  const filler = JSON.stringify(["x".repeat(100_000)]);
  const attempts = Array.from({ length: 8 }, () =>
    failsWith("NO_SPACE", () => gateway.execute("shop", "INSERT INTO t VALUES (?)", filler)),
  );
  await Promise.all(attempts);
  const transaction = await gateway.begin("shop");
  await transaction.execute("INSERT INTO t VALUES (?)", filler).catch(() => undefined);
  await transaction.commit().then(
    () => assert.unreachable("the commit found room"),
    () => undefined,
  );
  assert.equal(rowsOf(await gateway.query("shop", "SELECT v FROM t")), [[1]]);
  giveBack();
  await gateway.execute("shop", "INSERT INTO t VALUES (2)");
  assert.equal(rowsOf(await gateway.query("shop", "SELECT v FROM t")), [[1], [2]]);
  await gateway.close();
});

test.run();
