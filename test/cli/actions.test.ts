import { test } from "uvu";
import * as assert from "uvu/assert";
import type { ActionResult, ProcessDetail, ProcessView, RegisterResponse } from "../../core/api/wire.ts";
import type { ErrorBody } from "../../core/errors/ghost-error.ts";
import { type Home, makeHome } from "../rig/home.ts";
import { isAlive } from "../rig/processes.ts";
import { waitFor } from "../rig/wait.ts";

const TWO =
  "project: shop\nprocesses:\n  - { name: api, command: sleep 1000, restart: true }\n  - { name: web, command: sleep 1000, restart: true }\n";

const list = async (home: Home, ...names: string[]): Promise<ProcessView[]> => (await home.ok(["list", ...names, "--json"])).json();

test("register, start, restart, signal, stop and delete, each waited for and told", async () => {
  await using home = makeHome();
  home.write("processes.yaml", TWO);
  const registered = await home.ok(["register"]);
  assert.equal([registered.stdout, registered.stderr], ["", "2 added\nnext: ghost start NAME…, or register again with --start\n"]);
  assert.equal(
    (await list(home)).map(({ status }) => status),
    ["stopped", "stopped"],
  );

  const started = await home.ok(["start", "api", "shop/web"]);
  assert.match(started.stderr, /^✓ shop\/api started \(pid \d+\)$/m);
  assert.match(started.stderr, /^2 started$/m);
  const [api] = await list(home, "api");
  assert.is(api?.status, "running");
  assert.ok(isAlive(api?.pid ?? 0));
  assert.match((await home.ok(["start", "api"])).stderr, /already running/);

  await home.ok(["restart", "api"]);
  const [again] = await list(home, "api");
  assert.is.not(again?.pid, api?.pid);
  assert.not(isAlive(api?.pid ?? 0));

  await home.ok(["signal", "api", "kill"]);
  await waitFor(async () => (await list(home, "api")).some(({ restarts, status }) => restarts === 1 && status === "running"), {
    what: "a restart after the signal",
  });
  assert.match((await home.ok(["why", "api"])).stdout, /got SIGKILL from ghost signal/);
  await home.ok(["signal", "api", "9"]);
  await waitFor(async () => (await list(home, "api"))[0]?.restarts === 2, { what: "a restart after the signal's number" });
  const none = await home.ghost(["signal", "api", "99"]);
  assert.is(none.code, 2);
  assert.match(none.stderr, /cannot send 99: there is no such signal/);

  const stopped = (await home.ok(["stop", "all", "--json"])).json<ActionResult[]>();
  assert.equal(stopped.map(({ name, ok, did }) => [name, ok, did]).sort(), [
    ["api", true, "stopped"],
    ["web", true, "stopped"],
  ]);
  assert.equal(
    (await list(home)).map(({ status, pid }) => [status, pid]),
    [
      ["stopped", null],
      ["stopped", null],
    ],
  );

  await home.ok(["delete", "web"]);
  assert.equal(
    (await list(home)).map(({ name }) => name),
    ["api"],
  );
});

test("a program that ends at once fails the command with its last lines", async () => {
  await using home = makeHome();
  home.write(
    "processes.yaml",
    "project: shop\nprocesses:\n  - name: bad\n    command: sh -c 'echo one; echo two >&2; exit 3'\n    restart: { policy: on-failure, max_restarts: 1, delay: 10ms }\n  - { name: good, command: sleep 1000, restart: true }\n",
  );
  const { code, stderr } = await home.ghost(["register", "--start"]);
  assert.is(code, 1);
  assert.match(stderr, /^✓ shop\/good started/m);
  assert.match(stderr, /^error: cannot start bad: .*3/m);
  assert.match(stderr, /^ {2}│ two$/m);
  assert.match(stderr, /^hint: /m);
  const json = await home.ghost(["start", "bad", "--json"]);
  assert.is(json.code, 1);
  const { error, results } = json.json<{ error: ErrorBody; results: ActionResult[] }>();
  assert.ok(((error.details?.lastLines ?? []) as string[]).includes("two"));
  assert.equal(
    results.map(({ ok }) => ok),
    [false],
  );
});

test("a file is registered and started as a program, with its arguments", async () => {
  await using home = makeHome();
  home.write("app.py", "import sys, time\nprint('args', sys.argv[1:])\ntime.sleep(1000)\n");
  const started = await home.ok(["start", "app.py", "--name", "web", "--", "--port", "007"]);
  assert.match(started.stderr, /app\.py is run by python3/);
  assert.match(started.stderr, /✓ work\/web started/);
  await waitFor(async () => (await home.ok(["logs", "web"])).stdout === "args ['--port', '007']\n", {
    what: "the program's arguments in its log",
  });
  assert.match((await home.ok(["start", "app.py", "--name", "web", "--", "--port", "007"])).stderr, /already running/);
  assert.is((await home.ghost(["start", "app.py", "--name", "a/b"])).code, 2);
  assert.is((await home.ghost(["start", "nothing.py"])).code, 3);
});

test("plan shows what register does, and register does that and no more", async () => {
  await using home = makeHome();
  home.write("processes.yaml", TWO);
  assert.match((await home.ok(["plan"])).stdout, /\+ shop\/api\n\+ shop\/web\n2 to add/);
  await home.ok(["register", "--start"]);
  const [, web] = await list(home);
  home.write("processes.yaml", TWO.replace("sleep 1000", "sleep 2000"));
  const plan = (await home.ok(["plan", "--json"])).json<RegisterResponse>();
  assert.equal(
    plan.changes.map(({ name, action, disrupts }) => [name, action, disrupts]),
    [
      ["api", "change", true],
      ["web", "keep", false],
    ],
  );
  assert.match(
    (await home.ok(["plan"])).stdout,
    /~ shop\/api \(restarts\)\n {4}args: 1000 → 2000\n1 to change \(restarts\), 1 as declared/,
  );
  assert.match((await home.ok(["register"])).stderr, /1 changed \(restarted\), 1 as declared/);
  assert.is((await list(home, "web"))[0]?.pid, web?.pid);
  assert.match((await home.ok(["plan"])).stdout, /nothing to change: 2 processes are as declared/);
});

test("status takes several names, each process once", async () => {
  await using home = makeHome();
  home.write("processes.yaml", TWO);
  await home.ok(["register"]);
  const names = (details: ProcessDetail[]): string[] => details.map(({ name }) => name);
  assert.equal(names((await home.ok(["status", "web", "api", "shop/a*", "--json"])).json()), ["web", "api"]);
  assert.is((await home.ok(["status", "api", "shop/api", "--json"])).json<ProcessDetail>().name, "api");
  assert.match((await home.ok(["status", "web", "api"])).stdout, /^shop\/web .*\n(.*\n)*\nshop\/api /);
  assert.is((await home.ghost(["status", "api", "nobody"])).code, 3);
});

test("names that fit nothing exit with 3 and do nothing", async () => {
  await using home = makeHome();
  home.write("processes.yaml", TWO);
  await home.ok(["register", "--start"]);
  for (const verb of ["stop", "start", "restart", "delete", "status", "env", "list", "why"]) {
    const { code, stderr } = await home.ghost([verb, "apo"]);
    assert.is(code, 3, `${verb}: ${stderr}`);
    assert.match(stderr, /did you mean api\?/);
  }
  assert.is((await home.ghost(["stop", "api", "apo"])).code, 3);
  assert.equal(
    (await list(home)).map(({ status }) => status),
    ["running", "running"],
  );
});

test("status NAME --quiet answers by its exit code alone", async () => {
  await using home = makeHome();
  home.write(
    "processes.yaml",
    `${TWO}  - { name: bad, command: "sh -c 'exit 1'", restart: { policy: always, max_restarts: 1, delay: 10ms } }\n`,
  );
  await home.ghost(["register", "--start"]);
  await waitFor(async () => (await list(home, "bad"))[0]?.status === "failed", { what: "bad to have failed" });
  await home.ok(["stop", "web"]);
  for (const [name, expected] of [
    ["api", 0],
    ["web", 0],
    ["bad", 1],
  ] as const) {
    const { code, stdout, stderr } = await home.ghost(["status", name, "--quiet"]);
    assert.equal([code, stdout, stderr], [expected, "", ""], name);
  }
});

test("status, env, why and monitor give their account", async () => {
  await using home = makeHome();
  home.write(
    "processes.yaml",
    "project: shop\nprocesses:\n  - { name: api, command: sleep 1000, restart: true, environment: { PORT: '80', API_TOKEN: hunter22 } }\n",
  );
  await home.ok(["register", "--start"]);
  const detail = (await home.ok(["status", "api", "--json"])).json<ProcessDetail>();
  assert.equal([detail.name, detail.command, detail.line], ["api", ["sleep", "1000"], 3]);
  const account = (await home.ok(["status", "api"])).stdout;
  for (const fact of [/^shop\/api {2}running$/m, /command +sleep 1000/, /processes\.yaml:3/, /out\.log/, /started by ghost register/])
    assert.match(account, fact);
  const environment = (await home.ok(["env", "api"])).stdout;
  assert.match(environment, /^PORT +80 +environment$/m);
  assert.match(environment, /^API_TOKEN +\*{6} +environment$/m);
  assert.match((await home.ok(["why", "api"])).stdout, /stopped → starting +started by ghost register/);
  assert.match((await home.ok(["why"])).stdout, /^\S+ \S+ {2}daemon +the daemon/m);
  assert.match((await home.ok(["monitor"])).stdout, /│ api +│ Running │/);
  for (const command of ["list", "status", "why", "logs", "monitor", "env api", "status api"]) {
    const { stdout, stderr } = await home.ok(command.split(" "));
    assert.not.match(stdout + stderr, "hunter22");
  }
});

test.run();
