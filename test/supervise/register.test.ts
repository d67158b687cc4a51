import { dirname, join } from "node:path";
import { test } from "uvu";
import * as assert from "uvu/assert";
import type { ProcessView, RegisterResponse } from "../../core/api/wire.ts";
import { type Home, makeHome } from "../rig/home.ts";
import { isAlive } from "../rig/processes.ts";
import { waitFor } from "../rig/wait.ts";
import { declare, launch, untilStatus, view } from "./processes.ts";

const sleeper = (name: string, more: object = {}) => ({ name, command: "sleep 1000", restart: true, ...more });
const plan = async (home: Home, ...files: string[]) => (await home.ok(["plan", ...files, "--json"])).json<RegisterResponse>().changes;

test("unchanged processes keep their pid, changed ones restart, new ones come, in one register", async () => {
  await using home = makeHome();
  await launch(home, sleeper("same"), sleeper("changed"), sleeper("moved"));
  const before = await Promise.all(["same", "changed", "moved"].map((name) => view(home, name)));
  // Another order and other lines are no change.
  declare(home, sleeper("new"), sleeper("moved"), sleeper("changed", { environment: { A: "1" } }), sleeper("same"));
  const planned = await plan(home);
  assert.equal(
    planned.map(({ name, action, disrupts }) => [name, action, disrupts]),
    [
      ["new", "add", false],
      ["moved", "keep", false],
      ["changed", "change", true],
      ["same", "keep", false],
    ],
  );
  await home.ok(["register", "--start"]);
  const after = await Promise.all(["same", "changed", "moved"].map((name) => view(home, name)));
  assert.equal(
    after.map(({ pid }, index) => pid === before[index]?.pid),
    [true, false, true],
  );
  assert.equal(
    after.map(({ id }) => id),
    before.map(({ id }) => id),
  );
  assert.match(after[1]?.why ?? "", /definition changed/);
  assert.is((await view(home, "new")).status, "running");
  assert.equal(
    (await plan(home)).map(({ action }) => action),
    ["keep", "keep", "keep", "keep"],
  );
});

test("another shell's PATH restarts nobody, except where it leads to another program", async () => {
  await using home = makeHome();
  home.write("bin/other", "#!/bin/sh\nexit 0\n", 0o755);
  const served = home.write("first/served", '#!/bin/sh\necho "first $PATH"\nexec sleep 1000\n', 0o755);
  const elsewhere = home.write("second/served", '#!/bin/sh\necho "second"\nexec sleep 1000\n', 0o755);
  const withPath = (...folders: string[]) => ({ env: { ...home.env, PATH: [...folders, home.env.PATH].join(":") } });
  declare(home, sleeper("plain"), sleeper("moved", { command: "served" }));
  await home.ok(["register", "--start"], withPath(dirname(served)));
  const before = await Promise.all(["plain", "moved"].map((name) => view(home, name)));
  const more = withPath(join(home.work, "bin"), dirname(served));
  const planned = (await home.ok(["plan", "--json"], more)).json<RegisterResponse>().changes;
  assert.equal(
    planned.map(({ action, disrupts }) => [action, disrupts]),
    [
      ["change", false],
      ["change", false],
    ],
  );
  await home.ok(["register"], more);
  assert.equal(
    await Promise.all(["plain", "moved"].map(async (name) => (await view(home, name)).pid)),
    before.map(({ pid }) => pid),
  );
  assert.match((await home.ok(["plan"], more)).stdout, /nothing to change/);
  await home.ok(["restart", "moved"]);
  await waitFor(async () => (await home.ok(["logs", "moved"])).stdout.includes(`first ${join(home.work, "bin")}:`), {
    what: "the new PATH",
  });
  assert.match((await home.ok(["register"], withPath(dirname(elsewhere)))).stderr, /executable: .*first\/served → .*second\/served/);
  assert.is((await view(home, "plain")).pid, before[0]?.pid);
  await waitFor(async () => (await home.ok(["logs", "moved"])).stdout.includes("second"), { what: "the other program" });
});

test("a change is one for all instances, whoever of them is stopped", async () => {
  await using home = makeHome();
  await launch(home, sleeper("api", { instances: 3 }));
  await home.ok(["stop", "api:0"]);
  const before = await view(home, "api:1");
  declare(home, sleeper("api", { instances: 3, environment: { A: "1" } }));
  assert.equal(
    (await plan(home)).map(({ action, disrupts }) => [action, disrupts]),
    [["change", true]],
  );
  await home.ok(["register"]);
  assert.is.not((await view(home, "api:1")).pid, before.pid);
  assert.is((await view(home, "api:0")).status, "stopped");
});

test("keys that only Ghost sees apply without a restart; keys that the process sees restart it", async () => {
  await using home = makeHome();
  await launch(home, sleeper("api"));
  const { pid } = await view(home, "api");
  const live = [
    { restart: { policy: "on-failure", max_restarts: 7 } },
    { stop: { timeout: "200ms", signal: "SIGINT" } },
    { logs: { max_size: "1MB", max_files: 1 } },
    { watch: { enabled: true, paths: ["*.py"] } },
    { resource_limits: { memory: 900 } },
  ];
  for (const change of live) {
    declare(home, sleeper("api", change));
    const [planned] = await plan(home);
    assert.equal([planned?.action, planned?.disrupts], ["change", false], JSON.stringify(change));
    await home.ok(["register"]);
    assert.is((await view(home, "api")).pid, pid, JSON.stringify(change));
    const told = (await home.ok(["why", "api"])).stdout
      .split("\n")
      .filter((line) => / took up .* without a restart \(ghost register\)/.test(line));
    assert.is(told.length, live.indexOf(change) + 1, told.join("; "));
    assert.ok(told.at(-1)?.includes(Object.keys(change)[0] as string), told.at(-1));
  }
  let last = pid;
  for (const change of [{ environment: { A: "1" } }, { umask: "077" }, { command: "sleep 2000" }, { working_directory: "/" }]) {
    declare(home, sleeper("api", change));
    assert.is((await plan(home))[0]?.disrupts, true, JSON.stringify(change));
    await home.ok(["register"]);
    const now = await view(home, "api");
    assert.ok(now.status === "running" && now.pid !== last, JSON.stringify(change));
    last = now.pid;
  }
});

test("a change of what does not run changes nothing but the definition", async () => {
  await using home = makeHome();
  await launch(home, sleeper("api", { stop: { timeout: "3s" } }));
  await home.ok(["stop", "api"]);
  declare(home, sleeper("api", { command: "sleep 2000" }));
  assert.equal(
    (await plan(home)).map(({ action, disrupts }) => [action, disrupts]),
    [["change", false]],
  );
  await home.ok(["register"]);
  assert.is((await view(home, "api")).status, "stopped");
});

test("a register during a stop does not start what somebody is stopping", async () => {
  await using home = makeHome();
  const stubborn = (seconds: number) => ({
    name: "api",
    command: ["sh", "-c", `trap '' TERM; echo ready; while :; do sleep 0.${seconds}; done`],
    restart: true,
    stop: { timeout: "1500ms" },
  });
  await launch(home, stubborn(1));
  await waitFor(async () => (await home.ok(["logs", "api"])).stdout.includes("ready"), { what: "api to be ready" });
  const stopping = home.ok(["stop", "api"]);
  await untilStatus(home, "api", "stopping");
  declare(home, stubborn(2));
  await home.ok(["register"]);
  await stopping;
  assert.equal([(await view(home, "api")).status, (await view(home, "api")).desired], ["stopped", "down"]);
});

test("what is removed from the file stays, with a warning; --prune stops and forgets it, waiting or not", async () => {
  await using home = makeHome();
  await launch(home, sleeper("stays"), sleeper("goes"), sleeper("goes-too"));
  const pids = await Promise.all(["goes", "goes-too"].map(async (name) => (await view(home, name)).pid ?? 0));
  declare(home, sleeper("stays"), sleeper("goes-too"));
  const kept = await home.ok(["register"]);
  assert.match(kept.stderr, /goes is no longer in the file and stays registered; --prune/);
  assert.ok(isAlive(pids[0] ?? 0));
  await home.ok(["register", "--prune"]);
  assert.is((await home.ghost(["status", "goes"])).code, 3);
  declare(home, sleeper("stays"));
  await home.ok(["register", "--prune", "--no-wait"]);
  await waitFor(async () => (await home.ghost(["status", "goes-too"])).code === 3, { what: "goes-too to be forgotten" });
  assert.equal(pids.map(isAlive), [false, false]);
  assert.is((await view(home, "stays")).status, "running");
});

test("a name that another file declares is refused, and nothing is done", async () => {
  await using home = makeHome();
  await launch(home, sleeper("api"), sleeper("web"));
  home.write("other.yaml", "project: shop\nprocesses:\n  - { name: fresh, command: sleep 1 }\n  - { name: api, command: sleep 1 }\n");
  for (const command of ["plan", "register"]) {
    const { code, stderr } = await home.ghost([command, "other.yaml"]);
    assert.ok(code === 1 || code === 2, stderr);
    assert.match(stderr, /cannot register shop\/api: .*processes\.yaml:\d+ declares it already/);
    assert.match(stderr, /hint: .*ghost delete shop\/api/);
  }
  assert.equal(
    (await home.ok(["list", "--json"]))
      .json<ProcessView[]>()
      .map(({ name }) => name)
      .sort(),
    ["api", "web"],
  );
});

test("two projects may use the same name; then the project has to be said", async () => {
  await using home = makeHome();
  for (const project of ["one", "two"]) {
    home.write(`${project}/processes.yaml`, `project: ${project}\nprocesses: [{ name: api, command: sleep 1000, restart: true }]\n`);
    await home.ok(["register", "--start", `${project}/processes.yaml`]);
  }
  await home.ok(["stop", "one/api"]);
  const list = (await home.ok(["list", "--json"])).json<ProcessView[]>();
  assert.equal(list.map(({ project, status }) => [project, status]).sort(), [
    ["one", "stopped"],
    ["two", "running"],
  ]);
  assert.is.not(list[0]?.logs.out, list[1]?.logs.out);
  await home.ok(["delete", "one/api"]);
  assert.is((await view(home, "api")).project, "two");
});

test("a thousand processes are planned and registered within moments", async () => {
  await using home = makeHome();
  const many = Array.from({ length: 1000 }, (_, index) => sleeper(`api-${index}`));
  declare(home, ...many);
  await home.ok(["daemon"]);
  assert.is((await plan(home)).length, 1000);
  const registered = await home.ok(["register"]);
  assert.ok(registered.tookMs < 10_000, `${registered.tookMs} ms`);
  assert.ok((await plan(home)).every(({ action }) => action === "keep"));
});

test.run();
