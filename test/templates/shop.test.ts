// timeout: 150s
import { chmodSync, cpSync, rmSync } from "node:fs";
import { dirname, join } from "node:path";
import * as assert from "uvu/assert";
import type { HistoryEntry, ProcessDetail, ProcessView } from "../../core/api/wire.ts";
import { ROOT } from "../rig/ghost.ts";
import { type Home, makeHome } from "../rig/home.ts";
import { underLoad } from "../rig/load.ts";
import { needs } from "../rig/needs.ts";
import { test } from "../rig/test.ts";
import { waitFor } from "../rig/wait.ts";

const SERVERS = needs("redis-server", "redis-cli", "nginx", "python3", "psql", "wrk");
const ALL = ["db", "redis", "migrate", "api", "worker", "nginx"];

test.limit(140_000);

/** The template as it is, in a home of its own: all its ports are chosen by Ghost. PostgreSQL's own user must get to its data. */
function makeShop(): Home {
  const home = makeHome();
  for (let folder = home.env.TMPDIR as string; folder.startsWith("/tmp/"); folder = dirname(folder)) chmodSync(folder, 0o711);
  cpSync(join(ROOT, "templates/shop"), home.work, { recursive: true });
  return home;
}

async function views(home: Home): Promise<Record<string, ProcessView>> {
  const all = (await home.ok(["list", "--json"])).json<ProcessView[]>();
  return Object.fromEntries(all.map((view) => [view.name, view]));
}

async function portOf(home: Home, name: string, port: string): Promise<number> {
  return (await home.ok(["status", name, "--json"])).json<ProcessDetail>().ports[port] as number;
}

const upAndReady = async (home: Home): Promise<boolean> => {
  const now = await views(home);
  return ["db", "redis", "api", "worker", "nginx"].every((name) => now[name]?.status === "running" && now[name]?.health === "healthy");
};

/** Kills one member and waits until all is well again; gives the pids before and after. */
async function killAndRecover(home: Home, name: string): Promise<[Record<string, ProcessView>, Record<string, ProcessView>]> {
  const before = await views(home);
  process.kill(before[name]?.pid as number, "SIGKILL");
  await waitFor(async () => (await views(home))[name]?.pid !== before[name]?.pid && (await upAndReady(home)), {
    what: `the shop to be well after ${name} was killed`,
    limitMs: 30_000,
    seen: async () => Object.values(await views(home)).map((view) => [view.name, view.status, view.health, view.why]),
  });
  return [before, await views(home)];
}

test.unless(SERVERS, "the shop comes up in order, survives the death of each member, and goes down clean", async () => {
  await using home = makeShop();
  const started = await home.ok(["register", "-q"]).then(() => home.ok(["group", "start", "site", "--json"]));
  assert.equal(
    started
      .json<{ name: string; ok: boolean }[]>()
      .map(({ name, ok }) => `${name} ${ok}`)
      .sort(),
    ALL.map((name) => `${name} true`).sort(),
  );
  const told = (await home.ok(["why", "--all", "-n", "1000", "--json"])).json<HistoryEntry[]>();
  const firstRun = (name: string): number => told.find((entry) => entry.name === name && entry.cause.kind === "spawned")?.seq ?? Number.NaN;
  const healthy = (name: string): number => told.find((entry) => entry.name === name && entry.cause.kind === "health")?.seq ?? Number.NaN;
  assert.ok(healthy("db") < firstRun("migrate") && firstRun("migrate") < firstRun("api"));
  assert.ok(healthy("redis") < firstRun("api") && healthy("api") < firstRun("nginx"));
  const web = await portOf(home, "nginx", "web");
  assert.equal(await (await fetch(`http://127.0.0.1:${web}/items`)).json(), ["chair", "lamp", "table"]);

  const touched = ([before, after]: Awaited<ReturnType<typeof killAndRecover>>): string[] =>
    ["db", "redis", "api", "worker", "nginx"].filter((name) => before[name]?.pid !== after[name]?.pid);
  assert.equal(touched(await killAndRecover(home, "nginx")), ["nginx"]);
  assert.equal(touched(await killAndRecover(home, "api")), ["api"]);
  assert.equal(touched(await killAndRecover(home, "worker")), ["worker"]);
  // api is held while there is no database, and worker does not mind.
  assert.equal(touched(await killAndRecover(home, "db")), ["db", "api"]);
  // worker is held while there is no redis; api goes on and is restarted when it is back.
  const redis = await killAndRecover(home, "redis");
  assert.ok(touched(redis).includes("redis") && touched(redis).includes("worker") && !touched(redis).includes("db"));
  await waitFor(async () => (await views(home)).api?.pid !== redis[0].api?.pid && (await upAndReady(home)), {
    what: "api to be restarted",
    limitMs: 20_000,
  });

  await home.ok(["stop", "all"]);
  const order = (await home.ok(["why", "--all", "-n", "1000", "--json"]))
    .json<HistoryEntry[]>()
    .filter(({ to }) => to === "stopped")
    .slice(-5);
  const at = (name: string): number => order.findIndex((entry) => entry.name === name);
  assert.ok(at("nginx") < at("api") && at("api") < at("db") && at("worker") < at("redis"), JSON.stringify(order.map(({ name }) => name)));
});

test.unless(SERVERS, "the shop is reloaded under load, and no request is lost", async () => {
  await using home = makeShop();
  await home.ok(["register", "-q"]);
  await home.ok(["group", "start", "site"]);
  const api = await portOf(home, "api", "api");
  const direct = await underLoad(`http://127.0.0.1:${api}/items`, 6, async () => {
    for (let reload = 0; reload < 3; reload += 1) await home.ok(["reload", "api"]);
  });
  assert.is(direct.lost, null, `of ${direct.requests} requests`);
  assert.ok(direct.requests > 100, `${direct.requests} requests`);
  const web = await portOf(home, "nginx", "web");
  const fronted = await underLoad(`http://127.0.0.1:${web}/items`, 6, async () => {
    for (let reload = 0; reload < 3; reload += 1) await home.ok(["reload", "nginx", "api"]);
  });
  assert.is(fronted.lost, null, `of ${fronted.requests} requests`);
  assert.ok(fronted.requests > 100, `${fronted.requests} requests`);
});

test.unless(SERVERS, "ghost ci runs the shop's tests twice at the same time, without a terminal or a home", async () => {
  await using home = makeShop();
  rmSync(home.dir, { recursive: true, force: true });
  const env = { PATH: home.env.PATH as string, CI: "true", TMPDIR: home.env.TMPDIR as string };
  const both = [1, 2].map((run) =>
    home.ghost(["ci", "processes.yaml", "--until", "test", "--timeout", "60s", "--junit", `junit-${run}.xml`, "--logs", `logs-${run}`], {
      env,
      limitMs: 90_000,
    }),
  );
  for (const { code, stdout, stderr } of await Promise.all(both)) {
    assert.is(code, 0, stdout + stderr);
    assert.match(stdout, /ok: orders are taken/);
  }
});

test.run();
