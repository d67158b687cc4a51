import { existsSync } from "node:fs";
import { join } from "node:path";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { makeHome } from "../rig/home.ts";
import { isAlive } from "../rig/processes.ts";
import { launch, untilStatus, untilView, view } from "./processes.ts";

/** Takes a lock for as long as it lives, and tells in `two` when somebody else has it already. */
const EXCLUSIVE = ["sh", "-c", "exec 9> lock; flock -n 9 || { echo $$ >> two; exit 1; }; echo $$ >> starts; exec sleep 1000"];

test("however many ask at once for whatever, a process never runs twice", async () => {
  await using home = makeHome();
  await launch(home, { name: "api", command: EXCLUSIVE, restart: { policy: "always", delay: "5ms", max_delay: "10ms" } });
  const verbs = [["start"], ["stop"], ["restart"], ["stop", "--force"], ["start", "--no-wait"], ["restart", "--no-wait"]] as const;
  for (let round = 0; round < 4; round += 1) {
    await Promise.all(Array.from({ length: 18 }, (_, index) => home.ghost([...(verbs[(index + round) % verbs.length] ?? []), "api"])));
    assert.not(existsSync(join(home.work, "two")), "a second copy was started");
  }
  await home.ok(["start", "api"]);
  assert.is((await untilStatus(home, "api", "running")).crashLooping, false);
  await home.ok(["stop", "api"]);
  assert.is((await view(home, "api")).pid, null);
});

test("kills in between change nothing of that", async () => {
  await using home = makeHome();
  await launch(home, { name: "api", command: EXCLUSIVE, restart: { policy: "always", delay: "5ms", max_delay: "10ms" } });
  for (let round = 0; round < 8; round += 1) {
    const { pid } = await untilView(home, "api", (process) => process.pid !== null);
    if (isAlive(pid ?? 0)) process.kill(pid ?? 0, "SIGKILL");
    await Promise.all([
      home.ghost(["restart", "api"]),
      home.ghost(["start", "api"]),
      home.ghost(["stop", "api"]),
      home.ghost(["start", "api"]),
    ]);
    await home.ghost(["start", "api"]);
  }
  assert.not(existsSync(join(home.work, "two")), "a second copy was started");
  await untilStatus(home, "api", "running");
});

test("what is deleted while others start it is either gone or supervised", async () => {
  await using home = makeHome();
  for (let round = 0; round < 3; round += 1) {
    await launch(home, { name: "api", command: EXCLUSIVE, restart: true });
    await Promise.all([
      home.ghost(["start", "api"]),
      home.ghost(["delete", "api"]),
      home.ghost(["start", "api"]),
      home.ghost(["restart", "api"]),
    ]);
    const left = await home.ghost(["delete", "api"]);
    assert.ok(left.code === 0 || left.code === 3, left.stderr);
  }
  assert.is((await home.ghost(["status", "api"])).code, 3);
  assert.not(existsSync(join(home.work, "two")), "a second copy was started");
});

test.run();
