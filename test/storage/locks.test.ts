import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdirSync, readdirSync, statSync, symlinkSync, writeFileSync } from "node:fs";
import * as assert from "uvu/assert";
import { openSqlite } from "../../runtime/storage/sqlite/open.ts";
import { needs } from "../rig/needs.ts";
import { test } from "../rig/test.ts";
import { failsWith } from "./expect.ts";
import { makeFolder } from "./folder.ts";
import { hold, sqlite3 } from "./holder.ts";

/** Makes a process use the lock that is for where there is no FFI. */
const NO_FFI = { GHOST_NO_FFI: "1" };

for (const [kind, env] of [
  ["SQLite's locks", {}],
  ["the lock folder", NO_FFI],
] as const) {
  test(`while another process has it open through ${kind}, an open fails and names it; when that is killed, it succeeds`, async () => {
    using folder = makeFolder();
    const path = folder.file("a.db");
    const other = await hold(path, "hold", env);
    const error = await failsWith("DATABASE_LOCKED", () => openSqlite(path));
    assert.is(error.details?.pid, other.pid);
    assert.match(error.message, `(pid ${other.pid}) holds it`);
    await other.kill();
    const db = await openSqlite(path);
    assert.equal(db.all("SELECT * FROM pairs"), []);
    db.close();
  });

  test(`an open without FFI sees one who holds it through ${kind}`, async () => {
    using folder = makeFolder();
    const path = folder.file("a.db");
    const first = await hold(path, "hold", env);
    const second = await hold(path, "hold", NO_FFI);
    assert.equal(second.lines(), [`DATABASE_LOCKED ${first.pid}`]);
    await second.end();
    await first.end();
    assert.equal(readdirSync(folder.path), ["a.db"]);
  });
}

test("of eight processes without FFI that find a dead owner's lock, one gets it", async () => {
  using folder = makeFolder();
  const path = folder.file("a.db");
  const dead = await hold(path, "hold", NO_FFI);
  await dead.kill();
  assert.ok(existsSync(`${path}.lock`));
  const all = await Promise.all(Array.from({ length: 8 }, () => hold(path, "hold", NO_FFI)));
  const owners = all.filter((holder) => holder.lines()[0] === "open");
  assert.is(owners.length, 1);
  for (const holder of all) await holder.end();
  assert.equal(readdirSync(folder.path), ["a.db"]);
});

test("an empty lock folder, and one of another boot, stop nobody", async () => {
  using folder = makeFolder();
  const path = folder.file("a.db");
  mkdirSync(`${path}.lock`);
  const first = await hold(path, "hold", NO_FFI);
  assert.equal(first.lines(), ["open"]);
  await first.end();
  mkdirSync(`${path}.lock`);
  writeFileSync(`${path}.lock/${process.pid}_1_another-boot_1`, "");
  const second = await hold(path, "hold", NO_FFI);
  assert.equal(second.lines(), ["open"]);
  await second.end();
});

test("a second open in the same process fails, by another name of the file too", async () => {
  using folder = makeFolder();
  const db = await openSqlite(folder.file("a.db"));
  symlinkSync("a.db", folder.file("link.db"));
  for (const name of ["a.db", "link.db"]) {
    const error = await failsWith("DATABASE_LOCKED", () => openSqlite(folder.file(name)));
    assert.match(error.message, /this process has it open already/);
  }
  db.run("CREATE TABLE t(v)");
  db.close();
  const again = await openSqlite(folder.file("link.db"));
  assert.ok(again.path.endsWith("/a.db"));
  again.close();
});

test.unless(needs("sqlite3", "linux"), "sqlite3 beside a live writer is locked out, reads nothing, and harms nothing", async () => {
  using folder = makeFolder();
  const path = folder.file("a.db");
  const writer = await hold(path, "write");
  for (const sql of [
    "SELECT count(*) FROM pairs",
    "DELETE FROM pairs",
    "PRAGMA journal_mode=DELETE",
    "PRAGMA wal_checkpoint(TRUNCATE)",
    "VACUUM",
  ]) {
    assert.match(sqlite3(path, sql), /database is locked/);
  }
  await writer.kill();
  const said = writer.lines().slice(1).length;
  assert.is(sqlite3(path, "PRAGMA integrity_check"), "ok");
  assert.ok(Number(sqlite3(path, "SELECT count(*) / 2 FROM pairs")) >= said);
});

test.unless(needs("sqlite3", "linux"), "waits a moment for a reader, and opens when that is gone", async () => {
  using folder = makeFolder();
  const path = folder.file("a.db");
  (await openSqlite(path)).close();
  const reader = spawn("sqlite3", [path], { stdio: ["pipe", "pipe", "inherit"] });
  reader.stdin.write("BEGIN; SELECT 'reading', count(*) FROM sqlite_schema;\n");
  await once(reader.stdout, "data");
  const opening = openSqlite(path);
  // The first attempt is made in the turn after the engine is there, before a process can end.
  const readerEnded = once(reader, "close");
  reader.stdin.end();
  (await opening).close();
  await readerEnded;
});

test.unless(needs("sqlite3", "linux"), "does not wait for ever for a reader, and names it", async () => {
  using folder = makeFolder();
  const path = folder.file("a.db");
  (await openSqlite(path)).close();
  const reader = spawn("sqlite3", [path], { stdio: ["pipe", "pipe", "inherit"] });
  reader.stdin.write("BEGIN; SELECT 'reading', count(*) FROM sqlite_schema;\n");
  await once(reader.stdout, "data");
  const error = await failsWith("DATABASE_LOCKED", () => openSqlite(path));
  assert.match(error.message, `sqlite3 (pid ${reader.pid}) holds it`);
  const readerEnded = once(reader, "close");
  reader.stdin.end();
  await readerEnded;
});

test("files are their owner's only", async () => {
  using folder = makeFolder();
  const db = await openSqlite(folder.file("a.db"));
  db.exec("CREATE TABLE t(v)");
  for (const name of ["a.db", "a.db-wal"]) assert.is(statSync(folder.file(name)).mode & 0o777, 0o600, name);
  db.close();
});

test.run();
