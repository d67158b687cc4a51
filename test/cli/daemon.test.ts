import { test } from "uvu";
import * as assert from "uvu/assert";
import type { ActionResult, ProcessView, SystemView } from "../../core/api/wire.ts";
import { makeHome } from "../rig/home.ts";
import { isAlive } from "../rig/processes.ts";

const ONE = "project: shop\nprocesses:\n  - { name: api, command: sleep 1000, restart: true }\n";

test("daemon start, status, restart and stop: the processes live through a restart and end with a stop", async () => {
  await using home = makeHome();
  const first = (await home.ok(["daemon", "--json"])).json<SystemView>();
  assert.equal([first.running, first.home], [true, home.dir]);
  home.write("processes.yaml", ONE);
  const [started] = (await home.ok(["register", "--start", "--json"])).json<{ results: ActionResult[] }>().results;
  const second = (await home.ok(["daemon", "restart", "--json"])).json<SystemView>();
  assert.is.not(second.pid, first.pid);
  assert.is((await home.ok(["status", "api", "--json"])).json<ProcessView>().pid, started?.pid);
  assert.match((await home.ok(["daemon", "status"])).stdout, new RegExp(`^daemon running \\(pid ${second.pid}, version `));
  assert.match((await home.ok(["daemon", "logs"])).stdout, /version /);

  assert.match((await home.ok(["daemon", "stop"])).stderr, /✓ shop\/api stopped\nthe daemon was stopped\n/);
  assert.not(isAlive(second.pid));
  assert.not(isAlive(started?.pid ?? 0));
  assert.is((await home.ghost(["daemon", "status", "--quiet"])).code, 4);
  assert.is((await home.ok(["daemon", "stop"])).stderr, `the daemon of ${home.dir} does not run\n`);
});

test("after an explicit stop what reads says so, and what acts starts the daemon", async () => {
  await using home = makeHome();
  home.write("processes.yaml", ONE);
  await home.ok(["register"]);
  await home.ok(["daemon", "stop"]);
  for (const command of [["list"], ["status"], ["stop", "api"], ["monitor"]]) {
    const { code, stderr } = await home.ghost(command);
    assert.is(code, 4, command.join(" "));
    assert.match(stderr, /it was stopped\nhint: ghost daemon start\n/);
  }
  await home.ok(["start", "api"]);
  assert.is((await home.ok(["list", "--json"])).json<ProcessView[]>()[0]?.status, "running");
});

test("stop --leave leaves the processes to the next daemon", async () => {
  await using home = makeHome();
  home.write("processes.yaml", ONE);
  const [started] = (await home.ok(["register", "--start", "--json"])).json<{ results: ActionResult[] }>().results;
  assert.match((await home.ok(["daemon", "stop", "--leave"])).stderr, /its processes go on/);
  assert.ok(isAlive(started?.pid ?? 0));
  await home.ok(["daemon", "start"]);
  const view = (await home.ok(["status", "api", "--json"])).json<ProcessView>();
  assert.equal([view.pid, view.restarts], [started?.pid, 0]);
});

test("logs are there without the daemon, also of a process that was deleted", async () => {
  await using home = makeHome();
  home.write(
    "processes.yaml",
    "project: shop\nprocesses:\n  - { name: hello, command: 'sh -c \"echo out; echo err >&2\"' }\n  - { name: other, command: echo other }\n",
  );
  await home.ok(["register", "--start"]);
  await home.ok(["delete", "hello"]);
  await home.ok(["daemon", "stop"]);
  assert.equal((await home.ok(["logs", "hello"])).stdout.split("\n").sort(), ["", "err", "out"]);
  assert.is((await home.ok(["logs", "hello", "--err"])).stdout, "err\n");
  assert.is((await home.ok(["logs", "shop/hello", "--grep", "^o"])).stdout, "out\n");
  assert.match((await home.ok(["logs"])).stdout, /^other │ other$/m);
  const lines = (await home.ok(["logs", "hello", "--json"])).stdout
    .trim()
    .split("\n")
    .map((line) => JSON.parse(line));
  assert.equal(Object.keys(lines[0]), ["time", "project", "name", "instance", "stream", "line"]);
  assert.is((await home.ghost(["logs", "hallo"])).code, 3);
});

test.run();
