// timeout: 90s
import { readFileSync } from "node:fs";
import { join } from "node:path";
import * as assert from "uvu/assert";
import { makeHome } from "../rig/home.ts";
import { program } from "../rig/programs.ts";
import { cannotMount, fillDisk, mountSmall } from "../rig/small-disk.ts";
import { test } from "../rig/test.ts";
import { waitFor } from "../rig/wait.ts";
import { killDaemon, pidsOf, processes, systemOf, untilBack } from "./daemons.ts";

const MOUNT_BYTES = 8 * 1024 * 1024;
test.limit(60_000);

const FILE = `project: shop
processes:
  - { name: api, executable: ${program("count-starts.sh")}, args: [api.starts], restart: { policy: always, delay: 10ms } }
  - { name: other, command: sleep 1000, restart: true }
`;

test.unless(
  cannotMount,
  "a full disk stops no supervision, is told, refuses registrations whole, and all is saved once there is room",
  async () => {
    await using home = makeHome();
    using _mount = mountSmall(home.dir, MOUNT_BYTES);
    home.write("processes.yaml", FILE);
    await home.ok(["register"]);
    await home.ok(["start", "api"]);
    const free = fillDisk(join(home.dir, "logs"));

    const first = (await pidsOf(home)).api as number;
    for (let restarts = 1; restarts <= 30; restarts += 1) {
      process.kill((await pidsOf(home)).api as number, "SIGKILL");
      await waitFor(
        async () => {
          const { api } = await processes(home);
          return api?.restarts === restarts && api.status === "running";
        },
        { what: `restart ${restarts}` },
      );
      if (restarts >= 2 && (await systemOf(home)).warnings.length > 0) break;
    }
    assert.match((await systemOf(home)).warnings.join(), /state is not saved: .*(no space|full)/i);
    assert.match((await home.ok(["status"])).stderr, /state is not saved/);
    await home.ok(["stop", "api"]);
    await home.ok(["start", "api", "other"]);

    home.write(
      "more.yaml",
      `project: more\nprocesses: [${Array.from({ length: 200 }, (_, index) => `{ name: n${index}, command: sleep 1000 ${"x".repeat(500)} }`).join(", ")}]\n`,
    );
    const refused = await home.ghost(["register", "more.yaml", "--json"]);
    assert.is(refused.code, 1);
    assert.is(refused.json<{ error: { code: string } }>().error.code, "NO_SPACE");
    assert.equal(Object.keys(await processes(home)), ["api", "other"]);
    const group = await home.ghost(["group", "create", "both", "api", "other", "--json"]);
    assert.is(group.code, 1, "a group that cannot be kept is refused, too");
    assert.is(group.json<{ error: { code: string } }>().error.code, "NO_SPACE");
    assert.equal((await home.ok(["group", "list", "--json"])).json(), []);

    free();
    await waitFor(async () => (await systemOf(home)).warnings.length === 0, { what: "all to be saved" });
    const before = await processes(home);
    const killed = await killDaemon(home);
    await untilBack(home, killed);
    const after = await processes(home);
    assert.equal([after.api?.pid, after.api?.restarts, after.other?.pid], [before.api?.pid, before.api?.restarts, before.other?.pid]);
    assert.is.not(after.api?.pid, first);
    await home.ok(["register", "more.yaml"]);
    assert.is(Object.keys(await processes(home)).length, 202);
    await home.ok(["daemon", "stop"]);
  },
);

test.unless(cannotMount, "a daemon that is killed on a full disk comes back and goes on; nothing is started twice", async () => {
  // Keepers of daemons that could not start may still wait for their next try.
  await using home = makeHome({ expectLeftovers: true });
  using _mount = mountSmall(home.dir, MOUNT_BYTES);
  home.write("processes.yaml", FILE);
  await home.ok(["register", "--start"]);
  const before = await pidsOf(home);
  const free = fillDisk(join(home.dir, "logs"));
  const killed = await killDaemon(home);
  await waitFor(async () => ((await home.ghost(["daemon", "status", "--json"])).json<{ pid?: number }>().pid ?? killed) !== killed, {
    what: "another daemon",
  });
  assert.equal(await pidsOf(home), before);
  free();
  await untilBack(home, killed);
  await waitFor(async () => JSON.stringify(await pidsOf(home)) === JSON.stringify(before), {
    what: "the same processes",
    limitMs: 20_000,
    seen: () => pidsOf(home),
  });
  assert.is(readFileSync(join(home.work, "api.starts"), "utf8").trim().split("\n").length, 1);
  await home.ok(["daemon", "stop"]);
});

test.unless(cannotMount, "on a full disk a first command says so, and leaves nothing behind", async () => {
  await using home = makeHome();
  using _mount = mountSmall(home.dir, MOUNT_BYTES);
  const free = fillDisk(join(home.dir, "logs"));
  home.write("processes.yaml", FILE);
  const { code, stderr } = await home.ghost(["register"]);
  assert.is(code, 1);
  assert.match(stderr, /no space left/);
  free();
  await home.ok(["register"]);
  await home.ok(["daemon", "stop"]);
});

test.run();
