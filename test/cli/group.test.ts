import { test } from "uvu";
import * as assert from "uvu/assert";
import type { ActionResult, GroupView, ProcessView } from "../../core/api/wire.ts";
import { ask } from "../http/requests.ts";
import { type Home, makeHome } from "../rig/home.ts";
import { freePort } from "../rig/ports.ts";
import { untilView } from "../supervise/processes.ts";

const STACK = `project: shop
processes:
  - { name: redis, command: sleep 1000, restart: true }
  - { name: api, command: sleep 1000, restart: true, depends_on: [redis], instances: 2 }
  - { name: bad, command: "sh -c 'echo no luck >&2; exit 3'", restart: { policy: on-failure, max_restarts: 1, delay: 10ms } }
groups:
  - { name: backend, processes: [redis, api] }
  - { name: shaky, processes: [redis, bad], startup: sequential }
`;

const list = async (home: Home): Promise<ProcessView[]> => (await home.ok(["list", "--json"])).json();
const statusOf = async (home: Home, name: string) => (await list(home)).find((process) => process.name === name)?.status;

test("lists, starts, shows and stops groups", async () => {
  await using home = makeHome();
  home.write("processes.yaml", STACK);
  await home.ok(["register"]);
  const groups = (await home.ok(["group", "list", "--json"])).json<GroupView[]>();
  assert.equal(
    groups.map(({ name, status, ready, total }) => [name, status, ready, total]),
    [
      ["backend", "stopped", 0, 3],
      ["shaky", "stopped", 0, 2],
    ],
  );
  assert.is((await home.ghost(["group", "status", "backend", "--quiet"])).code, 1);
  const started = (await home.ok(["group", "start", "backend", "--json"])).json<ActionResult[]>();
  assert.equal(started.map(({ name, instance, ok }) => [name, instance, ok]).sort(), [
    ["api", 0, true],
    ["api", 1, true],
    ["redis", 0, true],
  ]);
  assert.match((await home.ok(["group", "status", "backend"])).stdout, /^shop\/backend {2}up\n {2}ready {6}3 of 3\n/);
  assert.is((await home.ok(["group", "status", "backend", "--quiet"])).code, 0);
  const stopped = (await home.ok(["stop", "backend", "--json"])).json<ActionResult[]>();
  assert.is(stopped.at(-1)?.name, "redis", "redis goes last");
});

test("a group's name stands for its processes where logs and causes are shown, each with its name", async () => {
  await using home = makeHome();
  home.write("processes.yaml", STACK.replace("sleep 1000", "sh -c 'echo up; sleep 1000'"));
  await home.ok(["register"]);
  await home.ok(["start", "backend"]);
  assert.match((await home.ok(["logs", "shaky"])).stdout, /^redis +│ up\n$/);
  const why = (await home.ok(["why", "backend"])).stdout;
  for (const name of ["shop/redis", "shop/api", "shop/api:1"]) assert.match(why, new RegExp(` ${name} +\\S`));
  assert.match((await home.ok(["why", "api"])).stdout, / shop\/api:1 /, "two instances are told apart");
});

test("a failure leaves the others standing, or with --rollback nothing", async () => {
  await using home = makeHome();
  home.write("processes.yaml", STACK);
  await home.ok(["register"]);
  const partial = await home.ghost(["group", "start", "shaky"]);
  assert.is(partial.code, 1);
  assert.match(partial.stderr, /✓ shop\/redis started/);
  assert.match(partial.stderr, /error: cannot start .*bad/);
  assert.match(partial.stderr, "no luck");
  assert.is(await statusOf(home, "redis"), "running");
  await home.ok(["stop", "all"]);
  const rolledBack = await home.ghost(["group", "start", "shaky", "--rollback", "--order", "parallel"]);
  assert.is(rolledBack.code, 1);
  assert.match(rolledBack.stderr, /redis stopped again/);
  assert.is(await statusOf(home, "redis"), "stopped");
});

test("groups that were made by hand are there until they are deleted, over daemons", async () => {
  await using home = makeHome();
  home.write("processes.yaml", STACK);
  await home.ok(["register"]);
  await home.ok(["group", "create", "night", "redis", "--order", "parallel"]);
  await home.ok(["daemon", "restart"]);
  const night = (await home.ok(["group", "status", "night", "--json"])).json<GroupView>();
  assert.equal([night.origin, night.startup, night.processes], ["api", "parallel", ["redis"]]);
  await home.ok(["group", "delete", "night"]);
  assert.is((await home.ghost(["group", "status", "night"])).code, 3);
  assert.is((await home.ghost(["group", "delete", "backend"])).code, 2);
  await home.ok(["group", "create", "night", "redis"]);
  assert.is((await ask(home, "DELETE", "/v1/groups/shop/night")).status, 200);
  assert.is((await ask(home, "DELETE", "/v1/groups/night")).status, 404);
  assert.is((await ask(home, "DELETE", "/v1/groups/backend")).status, 400);
});

test("one that keeps falling over is not ready, though it runs just now", async () => {
  await using home = makeHome();
  const fall = "{ name: fall, command: sleep 0.3, restart: { policy: always, delay: 1ms, max_delay: 1ms } }";
  home.write("processes.yaml", `project: shop\nprocesses:\n  - ${fall}\ngroups: [{ name: g, processes: [fall] }]\n`);
  await home.ok(["register"]);
  await home.ghost(["start", "fall", "--no-wait"]);
  await untilView(home, "fall", ({ crashLooping, status }) => crashLooping && status === "running");
  const group = (await home.ok(["group", "status", "g", "--json"])).json<GroupView>();
  assert.equal([group.status, group.ready, group.total, group.waiting[0]?.crashLooping], ["failed", 0, 1, true]);
  assert.match((await home.ok(["group", "status", "g"])).stdout, /fall is \w+, and keeps falling over/);
});

test("refuses what it does not know", async () => {
  await using home = makeHome();
  home.write("processes.yaml", STACK);
  await home.ok(["register"]);
  for (const args of [
    ["group", "dance"],
    ["group", "start"],
    ["group", "start", "backend", "--order", "random"],
    ["group", "create", "x"],
    ["scale", "api"],
  ])
    assert.is((await home.ghost(args)).code, 2, args.join(" "));
  assert.match((await home.ghost(["group", "start", "backen"])).stderr, /backend/);
});

test("says what a start waits for", async () => {
  await using home = makeHome();
  home.write(
    "processes.yaml",
    `project: shop
processes:
  - { name: db, command: "sh -c 'sleep 0.5; touch ready; exec sleep 1000'", restart: true, health_check: { exec: test -e ready, period: 50ms } }
  - { name: api, command: sleep 1000, restart: true, depends_on: [db] }
`,
  );
  const { stderr } = await home.ok(["register", "--start"]);
  assert.match(stderr, /^waiting: api \(db \(healthy\)\)$/m);
  assert.match(stderr, /^waiting: db \(its health check\)$/m);
  await home.ok(["stop", "all"]);
  assert.is((await home.ok(["start", "all", "--quiet"])).stderr, "");
});

test("warns, as a file with instances does, when a scale gives all of them one port", async () => {
  await using home = makeHome();
  const port = await freePort();
  home.write("processes.yaml", `project: shop\nprocesses: { f: { command: sleep 1000, restart: true, ports: { web: ${port} } } }\n`);
  await home.ok(["register"]);
  assert.match(
    (await home.ok(["scale", "f", "2"])).stderr,
    new RegExp(`warning: all 2 instances of f are given the same port ${port} as web`),
  );
  assert.not.match((await home.ok(["scale", "f", "1"])).stderr, /warning/);
});

test("scales up and down", async () => {
  await using home = makeHome();
  home.write("processes.yaml", STACK);
  await home.ok(["register"]);
  await home.ok(["start", "backend"]);
  await home.ok(["scale", "api", "3"]);
  assert.is((await list(home)).filter(({ name, status }) => name === "api" && status === "running").length, 3);
  await home.ok(["scale", "api", "1"]);
  assert.equal(
    (await list(home)).filter(({ name }) => name === "api").map(({ instance }) => instance),
    [0],
  );
});

test.run();
