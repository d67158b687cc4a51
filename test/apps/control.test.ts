import { readFileSync } from "node:fs";
import { join } from "node:path";
import * as assert from "uvu/assert";
import type { ProcessView } from "../../core/api/wire.ts";
import { connectHub, type HubConnection, hubSocket } from "../hub/asking.ts";
import { type Home, makeHome } from "../rig/home.ts";
import { test } from "../rig/test.ts";
import { waitFor } from "../rig/wait.ts";
import { linkApp, makeApp } from "./apps-rig.ts";

const SHOP =
  "project: shop\nprocesses:\n  - { name: db, command: sleep 1000, restart: true }\n  - { name: api, command: sleep 1000, restart: true, depends_on: db }\n";

async function startApp(home: Home, name: string, file: string): Promise<HubConnection> {
  const write = 'import { writeFileSync } from "node:fs";\nwriteFileSync(new URL("./token", import.meta.url), process.env.GHOST_TOKEN);\n';
  const folder = makeApp(home, name, { ".ghost.yaml": file, "app.js": write });
  linkApp(home, folder, name);
  await home.ok(["start", name]);
  await home.ok(["hub", "start"]);
  const token = await waitFor(() => readFileSync(join(folder, "token"), "utf8"), { what: "its token" });
  const hub = await connectHub(hubSocket(home));
  await hub.ask("AUTH", token);
  return hub;
}

type Group = { name: string; status: string; processes: ProcessView[] };

async function control<T>(hub: HubConnection, method: string, given: object = {}): Promise<T> {
  return JSON.parse(String(await hub.ask("GHOST.CONTROL", method, JSON.stringify(given)))) as T;
}

async function refusal(hub: HubConnection, method: string, given: object = {}): Promise<string> {
  return String(await hub.ask("GHOST.CONTROL", method, JSON.stringify(given)));
}

test("an app that is granted orchestrator makes, starts, looks at and stops groups, and waits for health", async () => {
  await using home = makeHome();
  home.write("processes.yaml", SHOP);
  await home.ok(["register"]);
  using hub = await startApp(home, "conductor", "grants: [orchestrator]\n");
  const made = await control<Group>(hub, "createGroup", { name: "backend", processes: ["api", "db"] });
  assert.equal([made.name, made.status, made.processes.map(({ name }) => name)], ["backend", "stopped", ["api", "db"]]);
  const started = await control<Group>(hub, "startGroup", { name: "backend", order: "dependency" });
  assert.equal(
    started.processes.map(({ status }) => status),
    ["running", "running"],
  );
  assert.match((await home.ok(["why", "db"])).stdout, /the app conductor/);
  assert.is((await control<ProcessView>(hub, "waitForHealthy", { name: "api", timeoutMs: 5000 })).status, "running");
  assert.ok((await control<ProcessView[]>(hub, "processes")).some(({ name }) => name === "db"));
  await control(hub, "stopGroup", { name: "backend", graceful: false });
  const { processes } = await control<Group>(hub, "groupStatus", { name: "backend" });
  assert.equal(
    processes.map(({ status }) => status),
    ["stopped", "stopped"],
  );
  assert.match(await refusal(hub, "waitForHealthy", { name: "api", timeoutMs: 10 }), /TIMED_OUT/);
  assert.match(await refusal(hub, "groupStatus", { name: "nothing" }), /NOT_FOUND/);
  assert.match(await refusal(hub, "explode"), /USAGE cannot explode/);
  assert.match(await refusal(hub, "startGroup", { name: "backend", order: "odd" }), /order is not dependency, sequential or parallel/);
  assert.match(
    await refusal(hub, "createGroup", { name: "x", processes: ["db"], startup: "odd" }),
    /startup is not dependency, sequential/,
  );
});

test("an app that is not granted it is denied, with the remedy; the operator needs no grant", async () => {
  await using home = makeHome();
  using hub = await startApp(home, "nobody", "");
  assert.match(await refusal(hub, "processes"), /DENIED cannot let nobody control processes/);
  using operator = await connectHub(hubSocket(home));
  assert.equal(
    (await control<ProcessView[]>(operator, "processes")).map(({ name }) => name),
    ["nobody"],
  );
});

test.run();
