import { renameSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import * as assert from "uvu/assert";
import type { HistoryEntry, SystemView } from "../../core/api/wire.ts";
import { systemOf } from "../daemon/daemons.ts";
import { ask, listen } from "../http/requests.ts";
import { type Home, makeHome } from "../rig/home.ts";
import { freePort } from "../rig/ports.ts";
import { test } from "../rig/test.ts";
import { waitFor } from "../rig/wait.ts";
import { daemonPid, launch, untilLines, untilStatus, untilView, view } from "../supervise/processes.ts";

function configure(home: Home, text: string): void {
  writeFileSync(join(home.dir, ".ghost.yaml.tmp"), text);
  renameSync(join(home.dir, ".ghost.yaml.tmp"), join(home.dir, ".ghost.yaml"));
}

async function untilSystem(home: Home, what: string, condition: (system: SystemView) => boolean): Promise<SystemView> {
  let last: SystemView | undefined;
  await waitFor(async () => condition((last = await systemOf(home))), { what, seen: () => last });
  return last as SystemView;
}

test("a change of .ghost.yaml takes effect without a restart and is announced with its keys", async () => {
  await using home = makeHome();
  await home.ok(["daemon"]);
  const pid = await daemonPid(home);
  using events = await listen<HistoryEntry>(home, "/v1/events");
  configure(home, "monitoring: { interval: 700ms }\n");
  const { data } = await events.until(({ cause }) => cause.kind === "configuration-changed", "the change");
  assert.equal([data.project, data.name, data.cause.facts], [null, null, { keys: ["monitoring.interval"] }]);
  assert.is(data.cause.text, ".ghost.yaml was changed: monitoring.interval");
  assert.is((await systemOf(home)).monitoring.intervalMs, 700);
  configure(home, "monitoring: { enabled: false }\nsystem: { id: alpha }\n");
  await untilSystem(home, "no sampling", ({ monitoring }) => !monitoring.enabled && monitoring.intervalMs === 5000);
  rmSync(join(home.dir, ".ghost.yaml"));
  await untilSystem(home, "the defaults", ({ monitoring }) => monitoring.enabled);
  assert.is(await daemonPid(home), pid);
  assert.match((await home.ok(["why", "--all"])).stdout, /\.ghost\.yaml was changed: system\.id, monitoring\.enabled/);
});

test("usage is there after another interval, and shown as not measured once nobody looks", async () => {
  await using home = makeHome();
  await launch(home, { name: "api", command: "sleep 1000", restart: true });
  assert.ok((await untilView(home, "api", ({ memoryBytes }) => memoryBytes > 0)).threads > 0);
  configure(home, "monitoring: { interval: 10m }\n");
  await untilSystem(home, "the interval", ({ monitoring }) => monitoring.intervalMs === 600_000);
  assert.ok((await view(home, "api")).memoryBytes > 0);
  configure(home, "monitoring: { enabled: false }\n");
  await untilSystem(home, "no sampling", ({ monitoring }) => !monitoring.enabled);
  assert.match((await home.ok(["list"])).stdout, /api +running +\d+ +\S+ +0 +- +- /);
  assert.not.match((await home.ok(["metrics"])).stdout, /0B/);
  assert.not.match((await ask(home, "GET", "/metrics")).text, /^ghost_process_memory_bytes\{/m);
  assert.match((await home.ok(["status", "api"])).stdout, /usage +not measured/);
});

test("an invalid change leaves the last good configuration, and is a warning with its place until it is mended", async () => {
  await using home = makeHome();
  await home.ok(["daemon"]);
  configure(home, "monitoring: { interval: 900ms }\n");
  await untilSystem(home, "the interval", ({ monitoring }) => monitoring.intervalMs === 900);
  configure(home, "monitoring: { interval: 5 }\n");
  const { warnings, monitoring } = await untilSystem(home, "the warning", (system) => system.warnings.length > 0);
  assert.is(monitoring.intervalMs, 900);
  assert.match(warnings[0] ?? "", /the last good configuration is in effect, .*\.ghost\.yaml:1:\d+: .*a duration needs a unit/);
  assert.match((await home.ghost(["daemon", "status"])).stderr, /warning: the last good configuration is in effect/);
  assert.match((await home.ok(["why", "--all"])).stdout, /cannot be used, so the last good one stays/);
  configure(home, "monitoring: { interval: 900ms }\n");
  await untilSystem(home, "no warning", (system) => system.warnings.length === 0);
});

test("hooks of the node are told of every process, beside its own, and are exchanged at once", async () => {
  await using home = makeHome();
  const path = join(home.work, "told");
  await home.ok(["daemon"]);
  configure(home, `system: { id: alpha }\non: { failed: 'cat >> ${path}; pwd >> ${path}.where' }\n`);
  const untilChanges = (count: number) =>
    waitFor(async () => (await home.ok(["why", "--all"])).stdout.split("system.id, on.failed").length > count, { what: `change ${count}` });
  await untilChanges(1);
  const job = (name: string) => ({ name, command: "false", type: "oneshot", on: { failed: `echo own >> ${path}.own` } });
  await launch(home, job("first"));
  const [line] = await untilLines(path);
  assert.equal((({ node, name, event }) => ({ node, name, event }))(JSON.parse(line ?? "")), {
    node: "alpha",
    name: "first",
    event: "failed",
  });
  assert.equal(await untilLines(`${path}.where`), [home.dir]);
  await untilLines(`${path}.own`);
  configure(home, `on: { failed: 'echo changed >> ${path}.changed' }\n`);
  await untilChanges(2);
  await home.ghost(["start", "first"]);
  await untilLines(`${path}.changed`);
  await untilLines(`${path}.own`, 2);
  await untilStatus(home, "first", "failed");
  assert.is((await untilLines(path)).length, 1);
});

test("the TCP door is opened, moved and closed as the file says", async () => {
  await using home = makeHome();
  await home.ok(["daemon"]);
  writeFileSync(join(home.dir, "token"), "a-token-of-some-length\n", { mode: 0o600 });
  const ports = [await freePort(), await freePort()];
  for (const port of ports) {
    configure(home, `http: { listen: "127.0.0.1:${port}", token_file: ${join(home.dir, "token")} }\n`);
    await untilSystem(home, `the door at ${port}`, ({ http }) => http === `127.0.0.1:${port}`);
    assert.is((await fetch(`http://127.0.0.1:${port}/healthz`)).status, 200);
  }
  configure(home, "");
  await untilSystem(home, "no door", ({ http }) => http === null);
  for (const port of ports)
    await fetch(`http://127.0.0.1:${port}/healthz`).then(
      () => assert.unreachable("it still answers"),
      () => undefined,
    );
});

test.run();
