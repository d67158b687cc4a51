import { copyFileSync, readFileSync, statSync, truncateSync, writeFileSync } from "node:fs";
import * as assert from "uvu/assert";
import { openSqlite } from "../../runtime/storage/sqlite/open.ts";
import { test } from "../rig/test.ts";
import { failsWith } from "./expect.ts";
import { makeFolder } from "./folder.ts";

const PAGE_BYTES = 4096;
const ROWS = 2000;

/** A closed database of some hundred pages. */
async function makeDatabase(path: string): Promise<void> {
  const db = await openSqlite(path);
  db.exec("CREATE TABLE t(id INTEGER PRIMARY KEY, v TEXT); CREATE INDEX t_v ON t(v)");
  db.transaction(() => {
    for (let id = 1; id <= ROWS; id++) db.run("INSERT INTO t VALUES (?, ?)", [id, `${id}`.repeat(50)]);
  });
  db.close();
}

function overwrite(path: string, offset: number, bytes: Uint8Array): void {
  const content = readFileSync(path);
  content.set(bytes, offset);
  writeFileSync(path, content);
}

const garbage = (bytes: number) => new Uint8Array(bytes).map((_, index) => (index * 151 + 7) % 251);

const DAMAGES: readonly (readonly [string, (path: string) => void])[] = [
  ["that is text", (path) => writeFileSync(path, "processes:\n".repeat(1000))],
  ["whose header is garbage", (path) => overwrite(path, 0, garbage(100))],
  ["of a few bytes", (path) => truncateSync(path, 50)],
  ["cut in the middle", (path) => truncateSync(path, Math.floor(statSync(path).size / 2))],
  ["cut inside a page", (path) => truncateSync(path, statSync(path).size - PAGE_BYTES / 2)],
  ["with a page of garbage", (path) => overwrite(path, 20 * PAGE_BYTES, garbage(PAGE_BYTES))],
  ["with a page of zeroes", (path) => overwrite(path, 20 * PAGE_BYTES, new Uint8Array(PAGE_BYTES))],
];

for (const [what, damage] of DAMAGES) {
  test(`a file ${what} is refused as damaged, unchanged, and free again`, async () => {
    using folder = makeFolder();
    const path = folder.file("a.db");
    await makeDatabase(path);
    damage(path);
    const before = readFileSync(path);
    const error = await failsWith("STATE_DAMAGED", () => openSqlite(path));
    assert.match(error.message, path);
    assert.ok(error.hint);
    assert.ok(readFileSync(path).equals(before));
    await failsWith("STATE_DAMAGED", () => openSqlite(path));
  });
}

test("what is left of a damaged file can be read without verifying it", async () => {
  using folder = makeFolder();
  const path = folder.file("a.db");
  await makeDatabase(path);
  overwrite(path, (statSync(path).size / PAGE_BYTES - 2) * PAGE_BYTES, garbage(PAGE_BYTES));
  const db = await openSqlite(path, { verify: false });
  assert.equal(db.get("SELECT v FROM t NOT INDEXED WHERE id = 1"), { v: "1".repeat(50) });
  await failsWith("STATE_DAMAGED", () => db.verify());
  db.close();
});

test("a log that was cut is used up to the last whole transaction", async () => {
  using folder = makeFolder();
  const path = folder.file("a.db");
  const db = await openSqlite(path);
  db.exec("CREATE TABLE t(v)");
  for (let v = 1; v <= 50; v++) db.run("INSERT INTO t VALUES (?)", [v]);
  for (const suffix of ["", "-wal"]) copyFileSync(path + suffix, folder.file(`copy.db${suffix}`));
  db.close();
  const log = folder.file("copy.db-wal");
  truncateSync(log, statSync(log).size - PAGE_BYTES - 10);
  const copy = await openSqlite(folder.file("copy.db"));
  // The cut lies in the last frame, which is the last insert.
  assert.equal(copy.get("SELECT count(*) AS n, max(v) AS last FROM t"), { n: 49, last: 49 });
  copy.close();
});

test.run();
