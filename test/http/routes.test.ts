import { statSync } from "node:fs";
import { join } from "node:path";
import { test } from "uvu";
import * as assert from "uvu/assert";
import type {
  ActionResult,
  EnvironmentView,
  HistoryEntry,
  PlanChange,
  ProcessDetail,
  ProcessView,
  SystemView,
} from "../../core/api/wire.ts";
import type { Manifest } from "../../core/config/definition.ts";
import { readManifest } from "../../runtime/config/read-files.ts";
import { type Home, makeHome } from "../rig/home.ts";
import { isAlive } from "../rig/processes.ts";
import { waitFor } from "../rig/wait.ts";
import { ask } from "./requests.ts";

const FILE =
  "project: shop\nprocesses:\n  - { name: api, command: sleep 1000, restart: true }\n  - { name: worker, command: sleep 1000, restart: true }\n";

async function manifestOf(home: Home): Promise<Manifest> {
  home.write("processes.yaml", FILE);
  return (await readManifest([], { directory: home.work, environment: home.env })).manifest;
}

async function register(home: Home): Promise<Manifest> {
  await home.ok(["daemon"]);
  const manifest = await manifestOf(home);
  const answer = await ask(home, "PUT", `/v1/manifests/${encodeURIComponent(manifest.id)}`, {
    body: { manifest, start: true, by: "a test" },
  });
  assert.is(answer.status, 200, answer.text);
  return manifest;
}

test("everything can be done without Ghost's own client: plan, register, look, act, forget", async () => {
  await using home = makeHome();
  await home.ok(["daemon"]);
  const manifest = await manifestOf(home);
  const address = `/v1/manifests/${encodeURIComponent(manifest.id)}`;
  const planned = (await ask(home, "POST", `${address}/plan`, { body: { manifest } })).json<{ changes: PlanChange[] }>();
  assert.equal(
    planned.changes.map(({ name, action }) => [name, action]),
    [
      ["api", "add"],
      ["worker", "add"],
    ],
  );
  assert.equal((await ask(home, "GET", "/v1/processes")).json(), []);

  const registered = await ask(home, "PUT", address, { body: { manifest, start: true, by: "a test" } });
  const [plan, ...results] = registered.text
    .trim()
    .split("\n")
    .map((line) => JSON.parse(line));
  assert.equal(plan, { changes: planned.changes, warnings: [] });
  assert.equal(results.map(({ name, did }: ActionResult) => [name, did]).sort(), [
    ["api", "started"],
    ["worker", "started"],
  ]);

  const views = (await ask(home, "GET", "/v1/processes")).json<ProcessView[]>();
  assert.equal(
    views.map(({ name, status, why }) => [name, status, why]),
    [
      ["api", "running", "started by a test"],
      ["worker", "running", "started by a test"],
    ],
  );
  assert.equal(
    (await ask(home, "GET", "/v1/processes?names=worker")).json<ProcessView[]>().map(({ name }) => name),
    ["worker"],
  );
  const [detail] = (await ask(home, "GET", "/v1/processes/shop%2Fapi")).json<[ProcessDetail]>();
  assert.equal([detail.command, detail.tree.length], [["sleep", "1000"], 1]);
  const [environment] = (await ask(home, "GET", "/v1/processes/api/environment?diff=true")).json<[EnvironmentView]>();
  assert.is(environment.variables.find(({ key }) => key === "GHOST_NAME")?.value, "api");

  const pid = detail.pid as number;
  const [restarted] = (await ask(home, "POST", "/v1/processes/api/restart")).json<[ActionResult]>();
  assert.equal([restarted.did, isAlive(pid)], ["restarted", false]);
  assert.is((await ask(home, "POST", "/v1/processes/api/signal", { body: { signal: "URG" } })).json<[ActionResult]>()[0].did, "got SIGURG");
  const stopped = await ask(home, "POST", "/v1/processes/stop", { body: { names: ["all"] } });
  assert.equal(
    stopped.text
      .trim()
      .split("\n")
      .map((line) => JSON.parse(line).did),
    ["stopped", "stopped"],
  );
  assert.is((await ask(home, "POST", "/v1/processes/shop/worker/start", { body: { noWait: true } })).status, 200);
  assert.is((await ask(home, "POST", "/v1/processes/worker/delete")).json<[ActionResult]>()[0].did, "deleted");
  assert.equal(
    (await ask(home, "GET", "/v1/processes")).json<ProcessView[]>().map(({ name }) => name),
    ["api"],
  );
  assert.equal(
    (await ask(home, "GET", "/v1/manifests")).json<{ id: string }[]>().map(({ id }) => id),
    [manifest.id],
  );
});

test("history, system and health", async () => {
  await using home = makeHome();
  await register(home);
  const all = (await ask(home, "GET", "/v1/history")).json<HistoryEntry[]>();
  assert.equal(
    all.map(({ seq }) => seq),
    all.map((_, index) => (all[0] as HistoryEntry).seq + index),
  );
  assert.equal(all[0]?.cause.kind, "daemon-started");
  const own = (await ask(home, "GET", "/v1/history/api?limit=1")).json<HistoryEntry[]>();
  assert.equal(
    own.map(({ name }) => name),
    ["api"],
  );
  assert.equal((await ask(home, "GET", `/v1/history?since=${new Date(Date.now() + 60_000).toISOString()}`)).json(), []);
  const system = (await ask(home, "GET", "/v1/system")).json<SystemView>();
  assert.equal([system.running, system.home, system.processes.running], [true, home.dir, 2]);
  const health = await ask(home, "GET", "/healthz");
  assert.equal([health.status, health.text], [200, "ok\n"]);
});

test("the socket is its owner's alone, and so is the home", async () => {
  await using home = makeHome();
  await home.ok(["daemon"]);
  assert.is(statSync(join(home.dir, "run/daemon.sock")).mode & 0o777, 0o600);
  for (const folder of ["", "run", "data", "logs"]) assert.is(statSync(join(home.dir, folder)).mode & 0o777, 0o700, folder);
  for (const file of ["data/state.db", "run/daemon.pid"]) assert.is(statSync(join(home.dir, file)).mode & 0o077, 0, file);
});

test("the daemon can be restarted and stopped over HTTP", async () => {
  await using home = makeHome();
  await register(home);
  const before = (await ask(home, "GET", "/v1/system")).json<SystemView>();
  const { pid: old, background } = (await ask(home, "POST", "/v1/daemon/restart")).json<{ pid: number; background: boolean }>();
  assert.equal([old, background], [before.pid, true]);
  const isNew = async (): Promise<boolean> => (await ask(home, "GET", "/v1/system")).json<SystemView>().pid !== before.pid;
  await waitFor(isNew, { what: "the next daemon" });
  const { pid } = (await ask(home, "GET", "/v1/system")).json<SystemView>();
  assert.is((await ask(home, "POST", "/v1/daemon/stop", { body: { by: "a test" } })).text.trim().split("\n").length, 2);
  await waitFor(() => !isAlive(pid), { what: "the end" });
});

test.run();
