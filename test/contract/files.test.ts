import * as assert from "uvu/assert";
import type { GhostData } from "../../core/data/ghost-data.ts";
import { openFileData } from "../../runtime/storage/local-data.ts";
import { openSqlite } from "../../runtime/storage/sqlite/open.ts";
import { test } from "../rig/test.ts";
import { makeFolder } from "../storage/folder.ts";
import { dataContract, type Opened } from "./data-contract.ts";
import { WHOLE_STACK, whole } from "./stacks.ts";

async function open(decorate: (core: GhostData) => Promise<GhostData>): Promise<Opened> {
  const folder = makeFolder();
  const data = await decorate(await openFileData(folder.path));
  return {
    data,
    async [Symbol.asyncDispose]() {
      await data[Symbol.asyncDispose]();
      folder[Symbol.dispose]();
    },
  };
}

dataContract({ name: "SQLite files", open: () => open(async (core) => core) });
dataContract({ name: `${WHOLE_STACK}SQLite files`, open: () => open(whole) });

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
    await using data = await openFileData(folder.path, () => now);
    await data.setBatch(new Map(Array.from({ length: 90 }, (_, index) => [`old:${index}`, 1])), { expiry: "1s" });
    now = 5_000;
    await data.setBatch(new Map(Array.from({ length: 40 }, (_, index) => [`new:${index}`, 1])));
  }
  const db = await openSqlite(folder.file("keys.db"));
  assert.equal(db.get("SELECT count(*) AS n FROM keys"), { n: 40 });
  db.close();
});

test.run();
