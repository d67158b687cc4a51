import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import * as assert from "uvu/assert";
import type { ActionResult } from "../../core/api/wire.ts";
import { processes } from "../daemon/daemons.ts";
import { ask } from "../http/requests.ts";
import { type Home, makeHome } from "../rig/home.ts";
import { test } from "../rig/test.ts";
import { untilLines, untilStatus } from "../supervise/processes.ts";
import { checked, declareAll, job, registerAll, service, setHealthy } from "./place.ts";

const orderOf = (home: Home): string[] => readFileSync(join(home.work, "order"), "utf8").split("\n").filter(Boolean);
const statuses = async (home: Home): Promise<Record<string, string>> =>
  Object.fromEntries(Object.values(await processes(home)).map(({ name, status }) => [name, status]));

test("a start brings along what is needed, waits for its health and its completion, and stops come the other way round", async () => {
  await using home = makeHome();
  await registerAll(home, [
    service("web", { depends_on: ["api"] }),
    checked("api", { depends_on: ["db", "migrate"] }),
    job("migrate", { depends_on: ["db"] }),
    checked("db"),
    service("stranger"),
  ]);
  const starting = home.ghost(["start", "web", "--json"]);
  await untilStatus(home, "db", "starting");
  await untilStatus(home, "web", "waiting");
  assert.equal((await processes(home)).api?.waitingFor, ["db (healthy)", "migrate (completed)"]);
  assert.equal(await untilLines(join(home.work, "order")), ["+db"]);
  setHealthy(home, "db");
  // Two that start at the same moment write in any order: web has to wait until api has written.
  await untilLines(join(home.work, "order"), 3);
  setHealthy(home, "api");
  const { code, stdout, stderr } = await starting;
  assert.is(code, 0, stderr);
  assert.equal((JSON.parse(stdout) as ActionResult[]).map(({ name, did }) => `${name} ${did}`).sort(), [
    "api started",
    "db started",
    "migrate completed",
    "web started",
  ]);
  await untilLines(join(home.work, "order"), 4);
  assert.equal(orderOf(home), ["+db", "+migrate", "+api", "+web"]);
  assert.equal(await statuses(home), { web: "running", api: "running", migrate: "exited", db: "running", stranger: "stopped" });
  await home.ok(["stop", "all"]);
  assert.equal(orderOf(home).slice(4), ["-web", "-api", "-db"]);
  // A job that completed is not run again for those that need it.
  await home.ok(["start", "api"]);
  assert.equal(orderOf(home).slice(7), ["+db", "+api"]);
});

test("who waits in vain is told so, and starts by itself once there is help", async () => {
  await using home = makeHome();
  await registerAll(home, [service("api", { depends_on: ["migrate"] }), job("migrate")]);
  writeFileSync(join(home.work, "migrate.code"), "3");
  const failing = await home.ghost(["start", "api"]);
  assert.is(failing.code, 1);
  assert.match(
    failing.stderr + failing.stdout,
    /cannot start api: it waits for migrate \(completed\), which is failed: exited with code 3/,
  );
  assert.is((await statuses(home)).api, "waiting");
  writeFileSync(join(home.work, "migrate.code"), "0");
  await home.ok(["start", "migrate"]);
  await untilStatus(home, "api", "running");
});

test("what needs an unhealthy process does not keep anybody waiting for ever", async () => {
  await using home = makeHome();
  const sick = checked("db", { health_check: { exec: "false", period: "50ms", start_grace: "300ms" } });
  await registerAll(home, [service("web", { depends_on: ["api"] }), service("api", { depends_on: ["db"] }), sick]);
  const { code, stdout, stderr } = await home.ghost(["start", "api"]);
  assert.is(code, 1);
  assert.match(stdout + stderr, /cannot start api: it waits for db \(healthy\), which is unhealthy: not healthy within 300ms/);
  assert.is((await statuses(home)).api, "waiting");
  const further = await home.ghost(["start", "web"]);
  assert.is(further.code, 1);
  assert.match(further.stdout + further.stderr, /cannot start web: it waits for api, which is waiting: .*db \(healthy\)/);
  await home.ok(["stop", "all"]);
  assert.is((await home.ghost(["start", "web"])).code, 1);
});

test("a group in sequence, in parallel, and with a rollback", async () => {
  await using home = makeHome();
  await registerAll(
    home,
    [service("a"), checked("b"), service("c", { depends_on: ["b"] }), job("broken")],
    [
      { name: "seq", processes: ["a", "b", "c"], startup: "sequential" },
      { name: "bad", processes: ["a", "c", "broken"] },
    ],
  );
  const starting = home.ghost(["start", "seq", "--json"]);
  await untilStatus(home, "b", "starting");
  assert.is((await statuses(home)).c, "stopped");
  setHealthy(home, "b");
  assert.is((await starting).code, 0);
  await untilLines(join(home.work, "order"), 3);
  assert.equal(orderOf(home), ["+a", "+b", "+c"]);
  await home.ok(["stop", "seq"]);
  assert.equal(orderOf(home).slice(3).sort(), ["-a", "-b", "-c"]);
  assert.ok(orderOf(home).indexOf("-c") < orderOf(home).indexOf("-b"));

  setHealthy(home, "b", false);
  await home.ok(["group", "start", "seq", "--order", "parallel", "--no-wait"]);
  await untilStatus(home, "c", "running");
  await home.ok(["stop", "seq"]);

  setHealthy(home, "b");
  writeFileSync(join(home.work, "broken.code"), "3");
  const { code, stdout } = await home.ghost(["group", "start", "bad", "--rollback", "--json"]);
  assert.is(code, 1);
  assert.match(stdout, /stopped again/);
  assert.equal(await statuses(home), { a: "stopped", b: "stopped", c: "stopped", broken: "failed" });
});

/** Ends the later the further behind it stands in its group, so that a stop of several at once is seen. */
const SLOW = `#!/bin/sh
trap 'sleep $2; echo "-$1" >> order; exit 0' TERM
echo "+$1" >> order
while :; do sleep 0.02; done
`;

test("a stop goes one by one against a sequence, and a restart both ways, however it is asked for", async () => {
  await using home = makeHome();
  home.write("slow.sh", SLOW, 0o755);
  const slow = (name: string, seconds: string) => service(name, { executable: "./slow.sh", args: [name, seconds] });
  await registerAll(
    home,
    [slow("c", "0.6"), slow("b", "0.3"), slow("a", "0")],
    [
      { name: "seq", processes: ["a", "b", "c"], startup: "sequential" },
      { name: "loose", processes: ["a", "b", "c"] },
    ],
  );
  await home.ok(["start", "seq"]);
  await untilLines(join(home.work, "order"), 3);
  const round = ["-c", "-b", "-a", "+a", "+b", "+c"];
  const restarts = [
    () => home.ok(["restart", "seq", "--json"]),
    () => home.ok(["group", "restart", "seq", "--json"]),
    () => home.ok(["group", "restart", "loose", "--order", "sequential", "--json"]),
    async () => assert.is((await ask(home, "POST", "/v1/groups/seq/restart")).status, 200),
  ];
  for (const restart of restarts) {
    const before = orderOf(home).length;
    await restart();
    await untilLines(join(home.work, "order"), before + 6);
    assert.equal(orderOf(home).slice(before), round);
  }
  const said = (await home.ok(["restart", "seq", "--json"])).json<ActionResult[]>();
  assert.equal(
    said.map(({ name, did }) => `${name} ${did}`),
    ["a restarted", "b restarted", "c restarted"],
  );
  await untilLines(join(home.work, "order"), 3 + 5 * 6);
  await home.ok(["group", "stop", "seq"]);
  assert.equal(orderOf(home).slice(-3), ["-c", "-b", "-a"]);
});

test("one that runs already is not told that it was not its turn", async () => {
  await using home = makeHome();
  const group = { name: "seq", processes: ["broken", "last"], startup: "sequential" };
  await registerAll(home, [job("broken"), service("last")], [group]);
  writeFileSync(join(home.work, "broken.code"), "3");
  await home.ok(["start", "last"]);
  const { code, stdout } = await home.ghost(["group", "start", "seq", "--json"]);
  assert.is(code, 1);
  assert.match(stdout, /"name":"last","instance":0,"ok":true,"did":"already running"/);
});

test("what a rollback takes down again is not said to start by itself", async () => {
  await using home = makeHome();
  await registerAll(home, [service("api", { depends_on: ["migrate"] }), job("migrate")], [{ name: "g", processes: ["api"] }]);
  writeFileSync(join(home.work, "migrate.code"), "3");
  const rolledBack = await home.ghost(["group", "start", "g", "--rollback"]);
  assert.is(rolledBack.code, 1);
  assert.match(rolledBack.stderr, /hint: the rollback stops it again/);
  assert.not.match(rolledBack.stderr, /by itself/);
});

test("plan tells what becomes of groups, and register does it", async () => {
  await using home = makeHome();
  const all = [service("a"), service("b")];
  await registerAll(home, all, [{ name: "one", processes: ["a"] }]);
  declareAll(home, all, [
    { name: "one", processes: ["a", "b"] },
    { name: "two", processes: ["b"] },
  ]);
  assert.match((await home.ok(["plan"])).stdout, /~ group shop\/one\n {4}processes: \+ b\n\+ group shop\/two\n2 groups, and no process/);
  assert.match(
    (await home.ok(["register"])).stderr,
    /~ group shop\/one\n {4}processes: \+ b\n\+ group shop\/two\n2 groups, and no process/,
  );
  assert.match((await home.ok(["plan"])).stdout, /nothing to change/);
});

test("groups made through the API survive a registration and another daemon", async () => {
  await using home = makeHome();
  const all = [service("a"), service("b")];
  await registerAll(home, all);
  await home.ok(["group", "create", "mine", "a", "b"]);
  await home.ok(["register", "--prune"]);
  await home.ok(["daemon", "restart"]);
  await home.ok(["start", "mine"]);
  assert.equal(await statuses(home), { a: "running", b: "running" });
  const [group] = (await home.ok(["group", "list", "--json"])).json<{ name: string; status: string; ready: number; total: number }[]>();
  assert.equal([group?.name, group?.status, group?.ready, group?.total], ["mine", "up", 2, 2]);
  assert.is((await home.ghost(["group", "create", "a", "b"])).code, 2);
  await home.ok(["group", "delete", "mine"]);
  assert.is((await home.ghost(["start", "mine"])).code, 3);
});

test.run();
