// timeout: 120s
import { rmSync } from "node:fs";
import { join } from "node:path";
import * as assert from "uvu/assert";
import type { HistoryEntry } from "../../core/api/wire.ts";
import { type Home, makeHome } from "../rig/home.ts";
import { processesOf } from "../rig/processes.ts";
import { cannotMount, fillDisk, mountSmall } from "../rig/small-disk.ts";
import { test } from "../rig/test.ts";
import { waitFor } from "../rig/wait.ts";
import { killDaemon, pidsOf, processes, systemOf } from "./daemons.ts";

const MOUNT_BYTES = 3 * 1024 * 1024;
/** How soon another daemon answers on a full disk, in ms. */
const BACK_MS_MAX = 10_000;

test.limit(60_000);

const FILE = `project: shop
processes:
  - { name: a, command: sleep 4711, restart: true }
  - { name: b, command: sleep 4712, restart: true }
  - { name: c, command: sleep 4713, restart: true }
`;

/** On a full disk a is restarted until nothing more of it can be saved, and b is stopped. */
async function changeOnFullDisk(home: Home): Promise<() => void> {
  home.write("processes.yaml", FILE);
  await home.ok(["register"]);
  await home.ok(["start", "a", "b"]);
  const free = fillDisk(join(home.dir, "logs"));
  for (let restarts = 0; restarts < 200; restarts += 1) {
    await home.ok(["restart", "a"]);
    if (restarts >= 3 && (await systemOf(home)).warnings.some((text) => text.includes("is not saved"))) break;
  }
  assert.match((await systemOf(home)).warnings.join(), /state is not saved/);
  await home.ok(["restart", "a"]);
  await home.ok(["stop", "b"]);
  await home.ok(["start", "c"]);
  return free;
}

/** Commands of the programs that run in this home, each as often as it runs. */
function running(home: Home): string[] {
  return processesOf(home.dir)
    .map(({ command }) => command)
    .filter((command) => command.startsWith("sleep 471"))
    .sort();
}

async function untilAnother(home: Home, pid: number): Promise<void> {
  const isBack = async (): Promise<boolean> => {
    const { code, stdout } = await home.ghost(["daemon", "status", "--json"]);
    return code === 0 && (JSON.parse(stdout) as { pid: number }).pid !== pid;
  };
  await waitFor(isBack, { what: "another daemon", limitMs: BACK_MS_MAX });
}

async function checkNothingChanged(home: Home, before: Record<string, number | null>): Promise<void> {
  assert.equal(running(home), ["sleep 4711", "sleep 4713"]);
  assert.equal(await pidsOf(home), before);
  const views = Object.values(await processes(home)).map(({ name, status, desired }) => [name, status, desired]);
  assert.equal(views, [
    ["a", "running", "up"],
    ["b", "stopped", "down"],
    ["c", "running", "up"],
  ]);
}

const ENDS: readonly { readonly name: string; readonly end: (home: Home) => Promise<void> }[] = [
  { name: "restarted", end: async (home) => void (await home.ok(["daemon", "restart"])) },
  { name: "killed", end: async (home) => await untilAnother(home, await killDaemon(home)) },
];

for (const { name, end } of ENDS) {
  test.unless(cannotMount, `a daemon is ${name} on a full disk: nothing runs twice, and a stop stays a stop`, async () => {
    await using home = makeHome();
    using _mount = mountSmall(home.dir, MOUNT_BYTES);
    const free = await changeOnFullDisk(home);
    const before = await pidsOf(home);
    // Twice, because what the last daemon could not save the next one cannot save either.
    for (let round = 0; round < 2; round += 1) {
      await end(home);
      await checkNothingChanged(home, before);
    }
    free();
    await waitFor(async () => (await systemOf(home)).warnings.length === 0, { what: "all to be saved", limitMs: BACK_MS_MAX });
    const killed = await killDaemon(home);
    await untilAnother(home, killed);
    await checkNothingChanged(home, before);
    const told = (await home.ok(["why", "b", "--json"])).json<HistoryEntry[]>();
    assert.ok(told.some(({ cause }) => cause.kind === "stop"));
    await home.ok(["daemon", "stop"]);
  });
}

test.unless(cannotMount, "without the reserve, too, a run that was not recorded is found and not started a second time", async () => {
  await using home = makeHome();
  using _mount = mountSmall(home.dir, MOUNT_BYTES);
  const free = await changeOnFullDisk(home);
  await home.ok(["start", "b"]);
  const before = await pidsOf(home);
  rmSync(join(home.dir, "data/reserve"));
  const ballast = fillDisk(join(home.dir, "run"));
  await untilAnother(home, await killDaemon(home));
  assert.equal(running(home), ["sleep 4711", "sleep 4712", "sleep 4713"]);
  assert.equal(await pidsOf(home), before);
  for (const give of [free, ballast]) give();
  await home.ok(["daemon", "stop"]);
});

test.run();
