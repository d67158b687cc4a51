import { rmSync } from "node:fs";
import { join } from "node:path";
import * as assert from "uvu/assert";
import { makeHome } from "../rig/home.ts";
import { isAlive } from "../rig/processes.ts";
import { cannotMount, fillDisk, mountSmall } from "../rig/small-disk.ts";
import { test } from "../rig/test.ts";
import { addressOf, systemOf } from "./daemons.ts";

const MOUNT_BYTES = 3 * 1024 * 1024;

test.limit(60_000);

const FILE = `project: shop
processes:
  - { name: a, command: sleep 4711, restart: true }
`;

test.unless(
  cannotMount,
  "on a full disk the next daemon is found, with an address and without one, and is stopped when that is asked",
  async () => {
    await using home = makeHome();
    using _mount = mountSmall(home.dir, MOUNT_BYTES);
    home.write("processes.yaml", FILE);
    await home.ok(["register", "--start"]);
    const { pid } = await systemOf(home);
    const free = fillDisk(join(home.dir, "logs"));
    await home.ok(["daemon", "restart"]);
    const next = await systemOf(home);
    assert.is.not(next.pid, pid);
    assert.is(addressOf(home)?.pid, next.pid);
    rmSync(join(home.dir, "run/daemon.pid"));
    const more = fillDisk(join(home.dir, "run"));
    assert.is((await systemOf(home)).pid, next.pid);
    await home.ok(["daemon", "stop"]);
    assert.not(isAlive(next.pid));
    for (const give of [free, more]) give();
  },
);

test("a daemon without socket and address still has the lock: stop waits until it answers and ends it", async () => {
  await using home = makeHome();
  home.write("processes.yaml", FILE);
  await home.ok(["register", "--start"]);
  const { pid } = await systemOf(home);
  for (const name of ["daemon.pid", "daemon.sock"]) rmSync(join(home.dir, "run", name));
  const { stderr } = await home.ok(["daemon", "stop"]);
  assert.not.match(stderr, /does not run/);
  assert.not(isAlive(pid));
  assert.match((await home.ok(["daemon", "stop"])).stderr, /does not run/);
});

test.run();
