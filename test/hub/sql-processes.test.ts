import { spawn } from "node:child_process";
import { existsSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import * as assert from "uvu/assert";
import { openSqlite } from "../../runtime/storage/sqlite/open.ts";
import { GHOST, ghost } from "../rig/ghost.ts";
import { isAlive, parentOf } from "../rig/processes.ts";
import { test } from "../rig/test.ts";
import { waitFor } from "../rig/wait.ts";
import { failsWith } from "../storage/expect.ts";
import { makeFolder } from "../storage/folder.ts";
import { counting, killHard, makeSql, rowsOf, withoutFfi } from "./sql-rig.ts";

const ENDLESS = counting(1e12);
const PARENT = fileURLToPath(new URL("sql-parent.ts", import.meta.url));

test("a query past its limit ends its process alone: what was committed is there, what waited runs on the next", async () => {
  await using sql = makeSql({ statementMs: 300 });
  const { gateway } = sql;
  await gateway.execute("shop", "CREATE TABLE t(v)");
  await gateway.query("other", "SELECT 1");
  const [pid, other] = [sql.pid("shop"), sql.pid("other")];
  const work = [
    gateway.execute("shop", "INSERT INTO t VALUES (1)"),
    failsWith("SQL_TIMEOUT", () => gateway.query("shop", ENDLESS)),
    gateway.execute("shop", "INSERT INTO t VALUES (2)"),
    failsWith("SQL_TIMEOUT", () => gateway.execute("shop", `INSERT INTO t ${ENDLESS}`)),
    gateway.query("shop", "SELECT v FROM t"),
  ];
  const results = await Promise.all(work);
  assert.equal(rowsOf(results.at(-1) as string), [[1], [2]]);
  assert.not(isAlive(pid));
  assert.is(sql.pid("other"), other);
  assert.is(sql.reports.length, 2);
  for (const report of sql.reports) assert.match(report, /shop\.db: .*SIGKILL, because it took too long$/);
});

test("while a query runs, other namespaces answer at once, and so does the hub itself", async () => {
  await using sql = makeSql({ statementMs: 1_500 });
  const { gateway } = sql;
  await gateway.query("shop", "SELECT 1");
  const endless = failsWith("SQL_TIMEOUT", () => gateway.query("shop", ENDLESS));
  await gateway.query("other", "SELECT 1");
  const startedAt = performance.now();
  for (let round = 0; round < 20; round++) await gateway.query("other", "SELECT 1");
  assert.ok(performance.now() - startedAt < 1_000);
  await endless;
});

test("what ran when its process was killed runs once more, and fails when that dies, too; what waited runs on the next", async () => {
  await using sql = makeSql();
  const { gateway } = sql;
  await gateway.execute("shop", "CREATE TABLE t(v)");
  const first = sql.pid("shop");
  const running = failsWith("SQL_FAILED", () => gateway.execute("shop", `INSERT INTO t ${ENDLESS}`));
  const waiting = [1, 2, 3].map((v) => gateway.execute("shop", "INSERT INTO t VALUES (?)", `[${v}]`));
  await killHard(first);
  const second = await waitFor(() => gateway.status().find(({ pid, isOpen }) => isOpen && pid !== first)?.pid, {
    what: "the next process",
  });
  await killHard(second);
  assert.match((await running).message, /SIGKILL, 2 times; nothing of it was kept/);
  assert.equal(await Promise.all(waiting), [1, 1, 1]);
  assert.equal(rowsOf(await gateway.query("shop", "SELECT v FROM t")), [[1], [2], [3]]);
  await killHard(sql.pid("shop"));
  assert.equal(rowsOf(await gateway.query("shop", "SELECT count(*) FROM t")), [[3]]);
});

test("a process without work ends by itself and leaves one file; the next statement starts another", async () => {
  await using sql = makeSql({ idleMs: 50 });
  const { gateway } = sql;
  await gateway.execute("shop", "CREATE TABLE t(v); INSERT INTO t VALUES (1)");
  const pid = sql.pid("shop");
  await waitFor(() => !isAlive(pid) && gateway.status().length === 0, { what: "the idle process to end" });
  assert.not(existsSync(`${sql.file("shop")}-wal`));
  assert.equal(rowsOf(await gateway.query("shop", "SELECT v FROM t")), [[1]]);
  const transaction = await gateway.begin("shop");
  const holding = sql.pid("shop");
  // Another's idleness passes meanwhile.
  await gateway.query("other", "SELECT 1");
  const other = sql.pid("other");
  await waitFor(() => !isAlive(other), { what: "the other idle process to end" });
  assert.ok(isAlive(holding));
  await transaction.commit();
});

test("statements that come while a process is ending wait for the next one", async () => {
  await using sql = makeSql({ idleMs: 1 });
  const { gateway } = sql;
  await gateway.execute("shop", "CREATE TABLE t(v)");
  const pids = new Set<number>();
  for (let round = 0; round < 10; round++) {
    await gateway.execute("shop", "INSERT INTO t VALUES (1)");
    const pid = gateway.status()[0]?.pid;
    if (pid) pids.add(pid);
    await waitFor(() => gateway.status()[0]?.pid !== pid || !isAlive(pid ?? 0) || round % 2 === 0, {
      what: "the process to end",
      pauseMs: 1,
    });
  }
  assert.equal(rowsOf(await gateway.query("shop", "SELECT count(*) FROM t")), [[10]]);
});

test("a process that needed much memory makes way for another, unseen by those who wait", async () => {
  await using sql = makeSql();
  const { gateway } = sql;
  await gateway.execute("shop", "CREATE TABLE t(v)");
  const pid = sql.pid("shop");
  const transaction = await gateway.begin("shop");
  assert.equal(rowsOf(await transaction.query("SELECT length(group_concat(hex(zeroblob(100000)))) FROM (VALUES (1), (2))")), [[400_001]]);
  await transaction.query("SELECT length(hex(zeroblob(80000000)))");
  await transaction.execute("INSERT INTO t VALUES (1)");
  assert.is(sql.pid("shop"), pid, "not while a transaction is open");
  await transaction.commit();
  const work = Array.from({ length: 200 }, (_, v) => gateway.execute("shop", "INSERT INTO t VALUES (?)", `[${v}]`));
  await Promise.all(work);
  assert.is.not(sql.pid("shop"), pid);
  assert.equal(rowsOf(await gateway.query("shop", "SELECT count(*) FROM t")), [[201]]);
});

test("where there are as many processes as there may be, one that is idle makes room", async () => {
  await using sql = makeSql({ processesMax: 2 });
  const { gateway } = sql;
  await gateway.query("one", "SELECT 1");
  await using transaction = await gateway.begin("two");
  const one = sql.pid("one");
  await gateway.query("three", "SELECT 1");
  await waitFor(() => !isAlive(one), { what: "the idle process to end" });
  await using another = await gateway.begin("three");
  const error = await failsWith("NAMESPACE_BUSY", () => gateway.query("four", "SELECT 1"));
  assert.match(error.message, /2 other namespaces/);
  await another.rollback();
  await transaction.rollback();
  await gateway.query("four", "SELECT 1");
});

test.unless(withoutFfi, "a process dies with its parent, also in the middle of a query", async () => {
  using folder = makeFolder();
  const parent = spawn(process.execPath, [PARENT, folder.path, ...GHOST], { stdio: ["pipe", "pipe", "inherit"] });
  const said = new Promise<string>((resolve) => parent.stdout.once("data", (chunk: Buffer) => resolve(chunk.toString())));
  const pids = (await said).trim().split(" ").map(Number);
  assert.is(pids.length, 2);
  for (const pid of pids) assert.is(parentOf(pid), parent.pid);
  parent.kill("SIGKILL");
  for (const pid of pids) await waitFor(() => !isAlive(pid), { what: `process ${pid} to die with its parent` });
});

test("what stands in the way of opening the file is told to all who wait, and tried again later", async () => {
  await using sql = makeSql({ reopenMs: 1 });
  writeFileSync(sql.file("shop"), "this is no database ".repeat(1_000));
  const failures = [1, 2].map(() => failsWith("STATE_DAMAGED", () => sql.gateway.query("shop", "SELECT * FROM sqlite_schema")));
  await Promise.all([...failures, failsWith("STATE_DAMAGED", () => sql.gateway.begin("shop"))]);
  writeFileSync(sql.file("shop"), "");
  await waitFor(() => sql.gateway.query("shop", "SELECT 1"), { what: "the mended file to be opened" });
});

test("a gateway that is closed lets finish what runs, refuses what waits, and leaves no process", async () => {
  await using sql = makeSql();
  const { gateway } = sql;
  await gateway.execute("shop", "CREATE TABLE t(v)");
  const pid = sql.pid("shop");
  const running = gateway.query("shop", counting(200_000));
  const transaction = gateway.begin("shop");
  const waiting = failsWith("SQL_CANCELLED", () => gateway.query("shop", "SELECT 1"));
  await gateway.close();
  assert.equal(rowsOf(await running), [[200_000]]);
  await waiting;
  await (await transaction).dispose();
  assert.not(isAlive(pid));
  await failsWith("SQL_CANCELLED", () => gateway.query("shop", "SELECT 1"));
});

test("a gateway that is closed in a hurry ends what runs, of which nothing is kept, and keeps what was committed", async () => {
  await using sql = makeSql();
  const { gateway } = sql;
  await gateway.execute("shop", "CREATE TABLE t(v)");
  await gateway.execute("shop", "INSERT INTO t VALUES (1)");
  const pids = [sql.pid("shop")];
  const running = failsWith("SQL_CANCELLED", () => gateway.execute("shop", `INSERT INTO t ${ENDLESS}`));
  const startedAt = performance.now();
  await gateway.close(50);
  assert.ok(performance.now() - startedAt < 5_000, "no statement is waited for");
  await running;
  assert.equal(sql.reports, []);
  for (const pid of pids) assert.not(isAlive(pid));
  const db = await openSqlite(sql.file("shop"));
  assert.equal(db.all("SELECT v FROM t"), [{ v: 1 }]);
  db.close();
});

test("the verb that the hub calls is not shown to people, and is of no use to them", async () => {
  const help = await ghost(["--help"]);
  assert.not.match(help.stdout, /hub-sql/);
  for (const shell of ["bash", "zsh", "fish"]) assert.not.match((await ghost(["completions", shell])).stdout, /hub-sql/);
  using folder = makeFolder();
  const byHand = await ghost(["hub-sql", folder.file("a.db")]);
  assert.is(byHand.code, 2);
  assert.match(byHand.stderr, /the hub starts it/);
  assert.is(byHand.stdout, "");
  assert.not(existsSync(folder.file("a.db")));
});

test.run();
