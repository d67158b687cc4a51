import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import * as assert from "uvu/assert";
import { GHOST } from "../rig/ghost.ts";
import { type Home, makeHome } from "../rig/home.ts";
import { test } from "../rig/test.ts";
import { addressOf, killDaemon, systemOf, untilBack } from "./daemons.ts";

/** What a keeper becomes when its daemon has died. */
function revive(home: Home): ChildProcess {
  const [file = "", ...args] = GHOST;
  return spawn(file, [...args, "daemon", "--foreground", "--home", home.dir], {
    cwd: "/",
    env: { ...home.env, GHOST_DAEMON: "explicit", GHOST_REVIVALS: "3" },
    stdio: "ignore",
  });
}

test("a keeper that was still waiting does not bring back a daemon that was told to end meanwhile, however often", async () => {
  await using home = makeHome();
  await home.ok(["daemon"]);
  await home.ok(["daemon", "stop", "--leave"]);
  for (let late = 0; late < 2; late += 1) assert.equal(await once(revive(home), "exit"), [0, null]);
  assert.is(addressOf(home), null);
});

test("nor a second daemon beside one that runs", async () => {
  await using home = makeHome();
  await home.ok(["daemon"]);
  const { pid } = await systemOf(home);
  assert.equal(await once(revive(home), "exit"), [0, null]);
  assert.is((await systemOf(home)).pid, pid);
  await killDaemon(home);
  await untilBack(home, pid);
});

test.run();
