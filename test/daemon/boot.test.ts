import { spawn } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import * as assert from "uvu/assert";
import type { HistoryEntry } from "../../core/api/wire.ts";
import type { Machine } from "../../core/lifecycle/state.ts";
import { readProcess } from "../../runtime/process/table.ts";
import { openSqlite } from "../../runtime/storage/sqlite/open.ts";
import { type Home, makeHome } from "../rig/home.ts";
import { isAlive } from "../rig/processes.ts";
import { program } from "../rig/programs.ts";
import { test } from "../rig/test.ts";
import { waitFor } from "../rig/wait.ts";
import { killWithKeeper, processes, systemOf } from "./daemons.ts";

/** Changes the state that no daemon holds now. */
async function editState(home: Home, work: (database: Awaited<ReturnType<typeof openSqlite>>) => void): Promise<void> {
  const database = await openSqlite(join(home.dir, "data/state.db"));
  work(database);
  database.close();
}

const FILE = `project: shop
processes:
  - { name: api, command: sleep 1000, restart: { policy: always, delay: 10ms } }
  - { name: other, command: sleep 1000, restart: true }
  - { name: once, executable: ${program("count-starts.sh")}, args: [once.starts], type: oneshot }
`;

test("after a boot what is wanted runs again, one-shots do not, counters stay, and pids of the other boot are nobody", async () => {
  await using home = makeHome({ expectLeftovers: true });
  home.write("processes.yaml", FILE);
  await home.ok(["register"]);
  await home.ok(["start", "api", "once"]);
  const first = (await processes(home)).api?.pid as number;
  process.kill(first, "SIGKILL");
  await waitFor(async () => (await processes(home)).api?.restarts === 1 && (await processes(home)).api?.status === "running", {
    what: "one restart",
  });
  const before = await processes(home);
  await killWithKeeper((await systemOf(home)).pid);
  // As after a boot: another boot id, and the recorded pids belong to strangers. Here they are the very same processes, which only the boot id tells apart.
  await editState(home, (database) => database.run("UPDATE meta SET value = 'another-boot' WHERE key = 'boot'"));
  await home.ok(["daemon", "start"]);
  const after = await waitFor(
    async () => {
      const now = await processes(home);
      return now.api?.status === "running" && now;
    },
    { what: "api to run" },
  );
  assert.equal([after.api?.restarts, after.other?.status, after.once?.desired], [1, "stopped", "up"]);
  assert.ok(["failed", "stopped"].includes(after.once?.status ?? ""));
  assert.is.not(after.api?.pid, before.api?.pid);
  for (const { pid } of [before.api, before.once].filter((view) => view !== undefined))
    assert.ok(isAlive(pid as number), "a process of another boot was signalled");
  assert.is(readFileSync(join(home.work, "once.starts"), "utf8").trim().split("\n").length, 1);
  const told = (await home.ok(["why", "--all", "--json"])).json<HistoryEntry[]>();
  assert.ok(told.some(({ cause }) => cause.kind === "boot" && cause.text === "the machine was started again"));
});

test("a recorded pid that belongs to a stranger now is neither adopted nor signalled", async () => {
  await using home = makeHome();
  home.write("processes.yaml", FILE);
  await home.ok(["register"]);
  await home.ok(["start", "api"]);
  const pid = (await processes(home)).api?.pid as number;
  await killWithKeeper((await systemOf(home)).pid);
  process.kill(pid, "SIGKILL");
  await waitFor(() => !isAlive(pid), { what: "api to be gone" });
  const stranger = spawn("sleep", ["1000"], { stdio: "ignore", detached: true });
  const startTicks = readProcess(stranger.pid as number)?.startTicks as number;
  try {
    await editState(home, (database) => {
      const { machine } = database.get<{ machine: string }>("SELECT machine FROM runs WHERE key = 'shop/api'") as { machine: string };
      const { state, ...rest } = JSON.parse(machine) as Machine;
      if (state.at !== "running") throw new Error(`api is ${state.at}`);
      // The pid of the stranger with the start time of the one that is gone, as when a pid is given out again.
      const reused = { ...rest, state: { ...state, identity: { ...state.identity, pid: stranger.pid, startTicks: startTicks - 100 } } };
      database.run("UPDATE runs SET machine = ?, members = ? WHERE key = 'shop/api'", [
        JSON.stringify(reused),
        JSON.stringify([[stranger.pid, startTicks - 100]]),
      ]);
    });
    await home.ok(["daemon", "start"]);
    await waitFor(async () => (await processes(home)).api?.status === "running", { what: "api to run again" });
    assert.is.not((await processes(home)).api?.pid, stranger.pid);
    await home.ok(["restart", "api"]);
    await home.ok(["stop", "api"]);
    assert.ok(isAlive(stranger.pid as number));
    assert.is((await processes(home)).api?.restarts, 1);
  } finally {
    stranger.kill("SIGKILL");
  }
});

test.run();
