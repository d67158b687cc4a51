import { join } from "node:path";
import * as assert from "uvu/assert";
import type { ErrorBody } from "../../core/errors/ghost-error.ts";
import { makeHome } from "../rig/home.ts";
import { cannotMount, fillDisk, mountSmall } from "../rig/small-disk.ts";
import { test } from "../rig/test.ts";

const DISK_BYTES = 24 * 1024 * 1024;

test.unless(cannotMount, "on a full disk commands that write say so, those that read go on, and with room again all do", async () => {
  await using home = makeHome();
  using _disk = mountSmall(join(home.dir, "data"), DISK_BYTES);
  await home.ok(["data", "set", "a", "1"]);
  await home.ok(["data", "exec", "CREATE TABLE t (a)"]);
  const makeRoom = fillDisk(join(home.dir, "data"));
  const large = "x".repeat(100_000);
  const writes = [
    ["data", "set", "b", large],
    ["bus", "pub", "mails", large, "--persist"],
    ["bus", "stream", "add", "orders", large],
    ["data", "exec", "INSERT INTO t VALUES (zeroblob(1000000))"],
  ];
  for (const words of writes) {
    const outcome = await home.ghost([...words, "--json"]);
    const where = words.slice(0, 3).join(" ");
    assert.equal([outcome.code, outcome.json<{ error: ErrorBody }>().error.code], [1, "NO_SPACE"], where);
  }
  assert.is((await home.ok(["data", "get", "a"])).stdout, "1\n");
  assert.is((await home.ok(["data", "query", "SELECT count(*) AS n FROM t", "--json"])).stdout, '{"n":0}\n');
  await home.ok(["bus", "pub", "news", "not kept on disk"]);
  makeRoom();
  for (const words of writes) await home.ok([...words, "--json"]);
  await home.ok(["daemon", "stop"]);
});

test.run();
