// timeout: 120s
import * as assert from "uvu/assert";
import { openFileData } from "../../runtime/storage/local-data.ts";
import { openSqlite } from "../../runtime/storage/sqlite/open.ts";
import { test } from "../rig/test.ts";
import { makeFolder } from "../storage/folder.ts";
import { dataContract } from "./data-contract.ts";
import { openFiles } from "./open-files.ts";

dataContract({ name: "SQLite files", open: () => openFiles(async (core) => core) });

test("what was stored is there when the files are opened again, versions go on", async () => {
  using folder = makeFolder();
  let version = 0;
  {
    await using data = await openFileData(folder.path);
    await data.set("key", { a: 1 });
    await data.set("gone", 1, { expiry: "1ms" });
    await data.execute("CREATE TABLE t (v)");
    version = (await data.getWithVersion("key"))?.version ?? 0;
  }
  await using data = await openFileData(folder.path);
  assert.equal(await data.get("key"), { a: 1 });
  assert.equal(await data.query("SELECT * FROM t"), []);
  assert.ok(((await data.setIfVersion("key", 2, version)) ?? 0) > version);
});

test("expired keys leave the file with later writes", async () => {
  using folder = makeFolder();
  let now = 1_000;
  {
    await using data = await openFileData(folder.path, { now: () => now });
    await data.setBatch(new Map(Array.from({ length: 90 }, (_, index) => [`old:${index}`, 1])), { expiry: "1s" });
    now = 5_000;
    await data.setBatch(new Map(Array.from({ length: 40 }, (_, index) => [`new:${index}`, 1])));
  }
  const db = await openSqlite(folder.file("keys.db"));
  assert.equal(db.get("SELECT count(*) AS n FROM keys"), { n: 40 });
  db.close();
});

test.run();
