import { existsSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import * as assert from "uvu/assert";
import { systemOf } from "../daemon/daemons.ts";
import { makeHome } from "../rig/home.ts";
import { test } from "../rig/test.ts";
import { waitFor } from "../rig/wait.ts";
import { askHub, hubSocket } from "./asking.ts";

test("with a .ghost.yaml that cannot be used the hub goes on with the last good one, as the daemon does", async () => {
  await using home = makeHome();
  const file = join(home.dir, ".ghost.yaml");
  home.write("../home/.ghost.yaml", "storage: { sqlite: { enabled: false } }\n");
  await home.ok(["hub", "start"]);
  writeFileSync(file, "storage: { sqlite: { enabled: perhaps } }\n");
  await waitFor(async () => (await systemOf(home)).warnings.length > 0, { what: "the warning" });
  await home.ok(["hub", "restart"]);
  assert.is(await askHub(hubSocket(home), "SET", "a", "1"), "OK");
  assert.not(existsSync(join(home.dir, "data/hub.db")), "it keeps keys on disk though it was told not to");
  assert.match((await home.ok(["logs", "ghost/hub"])).stdout, "the last good configuration holds");
});

test("a configuration that was taken away is not held", async () => {
  await using home = makeHome();
  home.write("../home/.ghost.yaml", "storage: { sqlite: { enabled: false } }\n");
  await home.ok(["daemon"]);
  const kept = join(home.dir, "data/last-configuration.yaml");
  assert.ok(existsSync(kept));
  await home.ok(["daemon", "stop"]);
  rmSync(join(home.dir, ".ghost.yaml"));
  await home.ok(["daemon", "start"]);
  assert.not(existsSync(kept));
});

test.run();
