import { writeFileSync } from "node:fs";
import { join } from "node:path";
import * as assert from "uvu/assert";
import type { HistoryEntry } from "../../core/api/wire.ts";
import { ask, listen } from "../http/requests.ts";
import { type Home, makeHome } from "../rig/home.ts";
import { isAlive } from "../rig/processes.ts";
import { test } from "../rig/test.ts";
import { waitFor } from "../rig/wait.ts";
import { connectHub, type HubConnection, hubOf, hubSocket } from "./asking.ts";

const FILE = "project: shop\nprocesses:\n  - { name: api, command: sleep 1000, restart: true }\n";

async function subscribed(home: Home, ...channels: string[]): Promise<HubConnection> {
  const hub = await connectHub(hubSocket(home));
  for (const channel of channels) await hub.ask("SUBSCRIBE", channel);
  return hub;
}

/** The payloads that came on a channel, in order. */
function heard<T>(hub: HubConnection, channel: string): T[] {
  const messages = hub.messages as unknown as [string, string, string][];
  return messages.filter(([kind, name]) => kind === "message" && name === channel).map(([, , payload]) => JSON.parse(payload) as T);
}

test("each change of a process is on the bus, as the daemon's own events tell it", async () => {
  await using home = makeHome();
  home.write("processes.yaml", FILE);
  await home.ok(["register"]);
  await home.ok(["hub", "start"]);
  using hub = await subscribed(home, "ghost:process:api");
  using events = await listen<HistoryEntry>(home, "/v1/events");
  await home.ok(["start", "api"]);
  await home.ok(["stop", "api"]);
  const last = await events.until(({ name, to }) => name === "api" && to === "stopped", "the stop");
  await waitFor(() => heard<HistoryEntry>(hub, "ghost:process:api").some(({ seq }) => seq === last.id), { what: "the stop on the bus" });
  const changes = events.told.map(({ data }) => data).filter(({ name, to }) => name === "api" && to !== null);
  assert.equal(heard(hub, "ghost:process:api"), changes);
  assert.ok((await hubOf(home)).events.published >= changes.length);
});

test("usage is on the bus at each sample, of what runs", async () => {
  await using home = makeHome();
  home.write("processes.yaml", FILE);
  await home.ok(["register", "--start"]);
  writeFileSync(join(home.dir, ".ghost.yaml"), "monitoring:\n  interval: 100ms\n");
  await home.ok(["hub", "start"]);
  using hub = await subscribed(home, "metrics:api", "metrics:hub");
  const samples = await waitFor(
    () => {
      const found = heard<Record<string, unknown>>(hub, "metrics:api");
      return found.length >= 2 && found;
    },
    { what: "two samples" },
  );
  const [{ pid }] = (await home.ok(["list", "--json"])).json<[{ pid: number }]>();
  const { time, ...sample } = samples[0] ?? {};
  assert.equal(Object.keys(sample).sort(), ["cpuPercent", "instance", "memoryBytes", "name", "pid", "privateBytes", "project", "threads"]);
  assert.equal([sample.project, sample.name, sample.instance, sample.pid], ["shop", "api", 0, pid]);
  assert.ok(Number(sample.memoryBytes) > 0 && !Number.isNaN(Date.parse(String(time))));
  assert.equal(heard(hub, "metrics:hub"), []);
});

test("a configuration that takes effect is told on the bus, one that cannot be used is not", async () => {
  await using home = makeHome();
  await home.ok(["hub", "start"]);
  using hub = await subscribed(home, "ghost:config");
  const file = join(home.dir, ".ghost.yaml");
  writeFileSync(file, "monitoring:\n  interval: never\n");
  await waitFor(async () => (await home.ok(["why", "--all"])).stdout.includes("cannot be used"), { what: "the daemon to refuse it" });
  writeFileSync(file, "monitoring:\n  interval: 2s\n");
  const [told] = await waitFor(() => heard<HistoryEntry>(hub, "ghost:config").length > 0 && heard<HistoryEntry>(hub, "ghost:config"), {
    what: "the change",
  });
  assert.equal([told?.cause.kind, told?.cause.facts?.keys], ["configuration-changed", ["monitoring.interval"]]);
});

test("a hub whose part of the configuration changes is restarted, over the daemon's absence, too; for nothing else", async () => {
  await using home = makeHome();
  await home.ok(["hub", "start"]);
  const { pid } = await hubOf(home);
  const file = join(home.dir, ".ghost.yaml");
  const told = (): Promise<string> => home.ok(["why", "--all", "-n", "50"]).then(({ stdout }) => stdout);
  writeFileSync(file, "monitoring:\n  interval: 2s\n");
  await waitFor(async () => (await told()).includes("monitoring.interval"), { what: "the change" });
  assert.is((await hubOf(home)).pid, pid);
  writeFileSync(file, "storage:\n  sqlite: { enabled: false }\n");
  const next = await waitFor(async () => (await hubOf(home)).running && (await hubOf(home)).pid !== pid && (await hubOf(home)).pid, {
    what: "another hub",
  });
  await home.ok(["daemon", "stop", "--leave"]);
  writeFileSync(file, "storage:\n  sqlite: { enabled: true }\n");
  await home.ok(["daemon", "start"]);
  await waitFor(async () => (await hubOf(home)).running && (await hubOf(home)).pid !== next, { what: "yet another hub" });
  assert.match(await told(), /`hub` or `storage` of .ghost.yaml changed/);
  assert.is((await hubOf(home)).restarts, 0);
});

test("a hub that is restarted right after its configuration changed begins once, with what the file says", async () => {
  await using home = makeHome();
  await home.ok(["hub", "start"]);
  const file = join(home.dir, ".ghost.yaml");
  writeFileSync(file, "storage:\n  sqlite: { enabled: false }\n");
  assert.is((await ask(home, "POST", "/v1/processes/ghost/hub/restart")).status, 200);
  const { pid } = await hubOf(home);
  assert.match((await home.ok(["hub"])).stdout, /keeps +nothing over a restart/);
  writeFileSync(file, "storage:\n  sqlite: { enabled: false }\nmonitoring:\n  interval: 2s\n");
  await waitFor(async () => (await home.ok(["why", "--all", "-n", "50"])).stdout.includes("changed: monitoring.interval"), {
    what: "the next change",
  });
  assert.is((await hubOf(home)).pid, pid);
});

test("what happens does not start a hub that rests", async () => {
  await using home = makeHome();
  home.write("processes.yaml", FILE);
  await home.ok(["register", "--start"]);
  await home.ok(["restart", "api"]);
  const { status, restarts, events } = await hubOf(home);
  assert.equal([status, restarts, events], ["stopped", 0, { published: 0, dropped: 0 }]);
});

test("a hub that does not read holds nothing up, and what it misses is counted", async () => {
  await using home = makeHome();
  home.write("processes.yaml", "project: shop\nprocesses:\n  - { name: api, command: sleep 1000, restart: true, instances: 100 }\n");
  await home.ok(["register", "--start"]);
  writeFileSync(join(home.dir, ".ghost.yaml"), "monitoring:\n  interval: 100ms\n");
  await home.ok(["hub", "start"]);
  const { pid } = await hubOf(home);
  process.kill(pid ?? 0, "SIGSTOP");
  try {
    const dropped = async (): Promise<boolean> => (await hubOf(home)).events.dropped > 0;
    await waitFor(dropped, { what: "messages to be dropped", limitMs: 20_000 });
    const { tookMs } = await home.ok(["list"]);
    assert.ok(tookMs < 2_000, `list took ${tookMs} ms`);
  } finally {
    if (isAlive(pid ?? 0)) process.kill(pid ?? 0, "SIGCONT");
  }
});

test.run();
