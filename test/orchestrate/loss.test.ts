import * as assert from "uvu/assert";
import { killDaemon, processes, untilBack } from "../daemon/daemons.ts";
import type { Home } from "../rig/home.ts";
import { makeHome } from "../rig/home.ts";
import { test } from "../rig/test.ts";
import { untilStatus, untilView } from "../supervise/processes.ts";
import { checked, registerAll, service, setHealthy } from "./place.ts";

const needs = (onLoss: string) => ({ depends_on: { db: { condition: "healthy", on_loss: onLoss } } });

async function launchAll(home: Home): Promise<Record<string, number | null>> {
  await registerAll(home, [
    checked("db"),
    service("ignores", needs("ignore")),
    service("held", needs("hold")),
    service("restarts", needs("restart")),
    service("stops", needs("stop")),
    service("after-held", { depends_on: { held: { on_loss: "hold" } } }),
  ]);
  setHealthy(home, "db");
  await home.ok(["start", "all"]);
  return pids(home);
}

async function pids(home: Home): Promise<Record<string, number | null>> {
  return Object.fromEntries(Object.values(await processes(home)).map(({ name, pid }) => [name, pid]));
}

test("what follows when a dependency becomes unhealthy, and when it is well again, is what on_loss says", async () => {
  await using home = makeHome();
  const before = await launchAll(home);
  setHealthy(home, "db", false);
  await untilStatus(home, "db", "unhealthy");
  await untilStatus(home, "held", "waiting");
  await untilStatus(home, "after-held", "waiting");
  const stopped = await untilStatus(home, "stops", "stopped");
  assert.is(stopped.desired, "down");
  assert.match(stopped.why, /db \(healthy\) was lost \(unhealthy: .*\); stopped/);
  const during = await pids(home);
  assert.equal([during.ignores, during.restarts], [before.ignores, before.restarts]);
  setHealthy(home, "db");
  await untilStatus(home, "held", "running");
  await untilStatus(home, "after-held", "running");
  await untilView(home, "restarts", ({ pid, status }) => status === "running" && pid !== before.restarts);
  const after = await processes(home);
  assert.equal([after.ignores?.pid, after.db?.pid, after.stops?.status], [before.ignores, before.db, "stopped"]);
  // None of this is the programs' own fault.
  assert.equal(
    Object.values(after).map(({ restarts }) => restarts),
    [0, 0, 0, 0, 0, 0],
  );
});

test("a dependency that is killed, and one that goes while there is no daemon, are lost, too", async () => {
  await using home = makeHome();
  const before = await launchAll(home);
  process.kill(before.db as number, "SIGKILL");
  await untilView(home, "held", ({ pid, status }) => status === "running" && pid !== before.held);
  await untilView(home, "restarts", ({ pid, status }) => status === "running" && pid !== before.restarts);
  assert.is((await processes(home)).stops?.status, "stopped");

  const then = await pids(home);
  const killed = await killDaemon(home);
  process.kill(then.db as number, "SIGKILL");
  await untilBack(home, killed);
  await untilView(home, "held", ({ pid, status }) => status === "running" && pid !== then.held);
  await untilView(home, "after-held", ({ status }) => status === "running");
  assert.is((await processes(home)).ignores?.pid, before.ignores);
});

test("a daemon that comes back takes nothing for lost that is there", async () => {
  await using home = makeHome();
  const before = await launchAll(home);
  for (let kill = 0; kill < 2; kill += 1) await untilBack(home, await killDaemon(home));
  assert.equal(await pids(home), before);
});

test.run();
