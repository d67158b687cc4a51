import { spawn } from "node:child_process";
import { once } from "node:events";
import { copyFileSync, existsSync, readFileSync, renameSync } from "node:fs";
import { join } from "node:path";
import * as assert from "uvu/assert";
import type { HistoryEntry, SystemView } from "../../core/api/wire.ts";
import { GHOST } from "../rig/ghost.ts";
import { type Home, makeHome } from "../rig/home.ts";
import { needs } from "../rig/needs.ts";
import { isAlive } from "../rig/processes.ts";
import { program } from "../rig/programs.ts";
import { test } from "../rig/test.ts";
import { waitFor } from "../rig/wait.ts";
import { addressOf, pidsOf, processes, systemOf } from "./daemons.ts";

const MIXED = `project: shop
processes:
  - { name: api, executable: ${program("graceful.sh")}, restart: true }
  - { name: tough, executable: ${program("ignore-term.sh")}, restart: true, stop: { timeout: 30s } }
  - { name: once, executable: ${program("count-starts.sh")}, args: [once.starts], type: oneshot }
  - { name: idle, command: sleep 1000, restart: true }
`;

async function startMixed(home: Home, more = ""): Promise<void> {
  home.write("processes.yaml", MIXED + more);
  await home.ok(["register"]);
  await home.ok(["start", "api", "tough", "once"]);
  await waitFor(() => readFileSync(join(home.dir, "logs/shop/tough/out.log"), "utf8") === "ready\n", { what: "tough to be ready" });
}

async function gone(pid: number): Promise<void> {
  await waitFor(() => !isAlive(pid), { what: `${pid} to end` });
}

for (const signal of ["SIGTERM", "SIGINT"] as const) {
  test(`${signal} stops children in order; a second one kills what does not end; the daemon in the foreground exits with 0`, async () => {
    await using home = makeHome();
    const [file = "", ...args] = GHOST;
    const daemon = spawn(file, [...args, "daemon", "--foreground"], { cwd: home.work, env: home.env, stdio: "ignore" });
    const exit = once(daemon, "exit");
    await waitFor(() => addressOf(home), { what: "the daemon" });
    await startMixed(home);
    const pids = await pidsOf(home);
    daemon.kill(signal);
    await gone(pids.api as number);
    assert.ok(isAlive(pids.tough as number));
    daemon.kill(signal);
    assert.equal(await exit, [0, null]);
    assert.not(isAlive(pids.tough as number));
    assert.is(readFileSync(join(home.dir, "logs/shop/api/out.log"), "utf8"), "ready\nstopping\nstopped\n");
    assert.not(existsSync(join(home.dir, "run/daemon.pid")));
    assert.not(existsSync(join(home.dir, "run/daemon.sock")));
  });
}

test("after a stop and a start the services that were wanted run again; one-shots, and what nobody wanted, do not", async () => {
  await using home = makeHome();
  await startMixed(home);
  const { pid } = await systemOf(home);
  await home.ok(["stop", "tough", "--force"]);
  const before = await processes(home);
  await home.ok(["daemon", "stop"]);
  assert.not(isAlive(pid));
  for (const name of ["api", "once"]) assert.not(isAlive(before[name]?.pid as number));
  assert.ok(existsSync(join(home.dir, "run/stopped")));
  await home.ok(["daemon", "start"]);
  assert.not(existsSync(join(home.dir, "run/stopped")));
  const after = await processes(home);
  assert.equal(
    Object.values(after).map(({ name, status, desired }) => [name, status, desired]),
    [
      ["api", "running", "up"],
      ["tough", "stopped", "down"],
      ["once", "stopped", "up"],
      ["idle", "stopped", "down"],
    ],
  );
  assert.equal([after.api?.restarts, after.tough?.restarts], [0, before.tough?.restarts]);
  assert.is(readFileSync(join(home.work, "once.starts"), "utf8").split("\n").length, 2);
});

test("a stop that leaves the processes, and then a start: all are adopted, none restarted", async () => {
  await using home = makeHome();
  await startMixed(home);
  const before = await pidsOf(home);
  const { pid } = await systemOf(home);
  await home.ok(["daemon", "stop", "--leave"]);
  assert.not(isAlive(pid));
  for (const name of ["api", "tough", "once"]) assert.ok(isAlive(before[name] as number));
  assert.not(existsSync(join(home.dir, "run/stopped")));
  // Any command that reads brings the daemon back.
  assert.equal(await pidsOf(home), before);
  assert.equal(
    Object.values(await processes(home)).map(({ restarts }) => restarts),
    [0, 0, 0, 0],
  );
  const causes = (await home.ok(["why", "api", "--json"])).json<HistoryEntry[]>().map(({ cause }) => cause.kind);
  assert.ok(causes.includes("adopted"));
  await home.ok(["stop", "tough", "--force"]);
});

test("a restart adopts, too; afterwards an adopted process can be stopped, and one that ends is restarted", async () => {
  await using home = makeHome();
  await startMixed(home);
  const before = await pidsOf(home);
  const first = await systemOf(home);
  const second = (await home.ok(["daemon", "restart", "--json"])).json<SystemView>();
  assert.is.not(second.pid, first.pid);
  assert.equal(await pidsOf(home), before);
  process.kill(before.api as number, "SIGKILL");
  const restarted = await waitFor(
    async () => {
      const { api } = await processes(home);
      return api?.restarts === 1 && api.status === "running" && api;
    },
    { what: "the restart", seen: () => processes(home) },
  );
  assert.is.not(restarted.pid, before.api);
  await home.ok(["stop", "tough", "--force"]);
  await home.ok(["stop", "api"]);
  assert.is((await processes(home)).api?.status, "stopped");
});

test.unless(
  GHOST.length === 1 && needs("linux") === null ? null : "only the compiled binary can be replaced",
  "a binary that was replaced comes with the next restart; its processes live on",
  async () => {
    await using place = makeHome();
    const installed = join(place.work, "ghost");
    copyFileSync(GHOST[0] as string, installed);
    await using other = makeHome({ program: [installed] });
    await startMixed(other);
    const before = await pidsOf(other);
    const first = await systemOf(other);
    copyFileSync(GHOST[0] as string, `${installed}.new`);
    renameSync(`${installed}.new`, installed);
    const second = (await other.ok(["daemon", "restart", "--json"])).json<SystemView>();
    assert.is.not(second.pid, first.pid);
    assert.equal(await pidsOf(other), before);
    assert.is((await other.ok(["version"])).stdout.includes(second.version), true);
    process.kill(second.pid, "SIGKILL");
    await waitFor(() => (addressOf(other)?.pid ?? second.pid) !== second.pid, { what: "the next daemon" });
    assert.equal(await pidsOf(other), before);
    await other.ok(["stop", "tough", "--force"]);
  },
);

test.run();
