import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import * as assert from "uvu/assert";
import { connectHub, type HubConnection, hubSocket } from "../hub/asking.ts";
import { type Home, makeHome } from "../rig/home.ts";
import { test } from "../rig/test.ts";
import { waitFor } from "../rig/wait.ts";
import { linkApp, makeApp, statusOf } from "./apps-rig.ts";

/** A program that lives on and does not speak for itself: the test beats in its place. */
const SILENT = `import { writeFileSync } from "node:fs";
writeFileSync(new URL("./environment.json", import.meta.url), JSON.stringify(process.env));
setInterval(() => {}, 1000);
`;

/** Starts an app with this file and gives a connection that has its token. */
async function startApp(home: Home, name: string, file: string): Promise<HubConnection> {
  const folder = makeApp(home, name, { ".ghost.yaml": file, "app.js": SILENT });
  linkApp(home, folder, name);
  await home.ok(["start", name, "--no-wait"]);
  await home.ok(["hub", "start"]);
  const environment = await waitFor(() => JSON.parse(readFileSync(join(folder, "environment.json"), "utf8")), { what: "its start" });
  const hub = await connectHub(hubSocket(home));
  await hub.ask("AUTH", environment.GHOST_TOKEN);
  return hub;
}

const beat = (hub: HubConnection, said: object, instance = "0") => hub.ask("GHOST.BEAT", JSON.stringify(said), instance);

test("a beat feeds the heartbeat check, readiness included, and the app's own checks are in its account", async () => {
  await using home = makeHome();
  using hub = await startApp(home, "hello", "core: { settings: { type: service } }\nhealth_check: { heartbeat: 10s }\n");
  assert.is((await statusOf(home, "hello")).health, "unknown");
  await beat(hub, { ready: false });
  await waitFor(async () => (await statusOf(home, "hello")).app?.ready === false, { what: "the first beat" });
  assert.is((await statusOf(home, "hello")).health, "unknown");
  const checks = { redis: { status: "healthy", ms: 3 }, disk: { status: "degraded", ms: 1, error: "nearly full" } };
  await beat(hub, { ready: true, health: { status: "degraded", checks } });
  await waitFor(async () => (await statusOf(home, "hello")).health === "healthy", { what: "health" });
  const { app } = await statusOf(home, "hello");
  assert.equal([app?.ready, app?.health], [true, { status: "degraded", checks }]);
  const { stdout } = await home.ok(["status", "hello"]);
  assert.match(stdout, /redis healthy \(3 ms\)/);
  assert.match(stdout, /disk degraded \(1 ms\): nearly full/);
});

test("what the class says holds where the file says nothing: a service that beats is watched and restarted", async () => {
  await using home = makeHome();
  using hub = await startApp(home, "hello", "");
  const before = await statusOf(home, "hello");
  assert.equal([before.type, before.restartPolicy, before.health], ["oneshot", "never", "none"]);
  await beat(hub, { ready: true, isService: true, autoRestart: true });
  const now = await waitFor(
    async () => {
      const status = await statusOf(home, "hello");
      return status.health === "healthy" && status;
    },
    { what: "its health" },
  );
  assert.is(now.type, "service");
  assert.match(now.restartPolicy, /always/);
  await home.ok(["signal", "hello", "KILL"]);
  await waitFor(async () => ![now.pid, null].includes((await statusOf(home, "hello")).pid), { what: "its restart" });
});

test("the file goes before the class", async () => {
  await using home = makeHome();
  using hub = await startApp(home, "hello", "type: service\nrestart: never\n");
  await beat(hub, { ready: true, isService: false, autoRestart: true });
  const now = await waitFor(
    async () => {
      const status = await statusOf(home, "hello");
      return status.app?.ready && status;
    },
    { what: "its beat" },
  );
  assert.equal([now.type, now.restartPolicy], ["service", "never"]);
});

test("an app that says three times that it is unhealthy is, and is told why", async () => {
  await using home = makeHome();
  using hub = await startApp(home, "hello", "type: service\n");
  await beat(hub, { isService: true });
  await waitFor(async () => (await statusOf(home, "hello")).health === "healthy", { what: "health" });
  const health = { status: "unhealthy", checks: { redis: { status: "unhealthy", error: "connection refused" } } };
  await waitFor(
    async () => {
      await beat(hub, { isService: true, health });
      return (await statusOf(home, "hello")).health === "unhealthy";
    },
    { what: "the verdict", pauseMs: 100 },
  );
  assert.match((await statusOf(home, "hello")).why, /redis: connection refused/);
});

test("autoMonitor: false is heard by nobody", async () => {
  await using home = makeHome();
  using hub = await startApp(home, "quiet", "core: { settings: { autoMonitor: false } }\n");
  using other = await startApp(home, "loud", "");
  await beat(hub, { isService: true });
  await beat(other, { isService: true });
  await waitFor(async () => (await statusOf(home, "loud")).type === "service", { what: "the other's beat" });
  assert.is((await statusOf(home, "quiet")).app?.beatAt, null);
});

test("GHOST.CONFIG gives the configuration as it is now, to the app itself and to the operator", async () => {
  await using home = makeHome();
  using hub = await startApp(home, "hello", "core: { mode: staging }\n");
  assert.is(JSON.parse(String(await hub.ask("GHOST.CONFIG"))).core.mode, "staging");
  writeFileSync(join(home.work, "hello", ".ghost.yaml"), "core: { mode: production }\n");
  await waitFor(async () => JSON.parse(String(await hub.ask("GHOST.CONFIG"))).core.mode === "production", { what: "the change" });
  assert.match(String(await hub.ask("GHOST.CONFIG", "other")), /DENIED/);
  using operator = await connectHub(hubSocket(home));
  assert.is(JSON.parse(String(await operator.ask("GHOST.CONFIG", "hello"))).app.id, "hello");
  assert.match(String(await operator.ask("GHOST.CONFIG", "nobody")), /NOT_FOUND/);
});

test.run();
