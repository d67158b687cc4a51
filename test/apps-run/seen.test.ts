import { join } from "node:path";
import { test } from "uvu";
import * as assert from "uvu/assert";
import type { HistoryEntry, ProcessView } from "../../core/api/wire.ts";
import { inForeground } from "../cli/foreground.ts";
import { type Home, makeHome } from "../rig/home.ts";
import { isAlive } from "../rig/processes.ts";
import { waitFor } from "../rig/wait.ts";

const SERVICE = `process.on("SIGTERM", () => process.exit(5));\nconsole.log("ready", process.pid);\nsetInterval(() => {}, 1000);\n`;

const list = async (home: Home): Promise<ProcessView[]> => (await home.ok(["list", "--json"])).json();

async function listed(home: Home, name: string): Promise<ProcessView> {
  const find = async () => (await list(home)).find((view) => view.name === name && view.status === "running");
  return waitFor(find, { what: `${name} in the list` });
}

function app(home: Home, yaml = "app: { id: web }\nrestart: true\n"): void {
  home.write(".ghost.yaml", yaml);
  home.write("app.js", SERVICE);
}

test("what runs in the foreground is in the list meanwhile, measured, and gone afterwards", async () => {
  await using home = makeHome();
  app(home);
  await using session = inForeground(["run"], { cwd: home.work, env: home.env });
  await session.said(/ready/);
  const view = await listed(home, "web");
  assert.is(view.kind, "ghost");
  assert.is(view.pid, Number(/ready (\d+)/.exec(session.out())?.[1]));
  assert.ok(view.memoryBytes > 0);
  assert.match(view.why, "in the foreground by ghost run");
  assert.is(await session.end("SIGTERM"), 5);
  assert.equal(await list(home), []);
  const told = (await home.ok(["why", "--json"])).json<HistoryEntry[]>().filter(({ name }) => name === "web");
  assert.equal(
    told.map(({ to }) => to),
    ["starting", "running", "stopping", "stopped"],
  );
});

test("what ran in the foreground is explained by its name afterwards, without a daemon, too; logs say that there are none", async () => {
  await using home = makeHome();
  home.write("job.ts", "process.exit(7);\n");
  home.write("other.ts", "console.log('here'); setInterval(() => {}, 1000);\n");
  assert.is((await home.ghost(["run", "job.ts"])).code, 7);
  await using session = inForeground(["run", "other.ts"], { cwd: home.work, env: home.env });
  await listed(home, "other");
  assert.match((await home.ok(["logs", "other"])).stderr, "other runs in the foreground: what it writes is on its terminal");
  const told = async (name: string) => (await home.ok(["why", name])).stdout;
  assert.match(await told("job"), "exited with code 7");
  assert.match(await told("ghosts/job"), "exited with code 7");
  assert.match(await told("*o*"), "started in the foreground by ghost run");
  const logs = await home.ghost(["logs", "job"]);
  assert.is(logs.code, 3);
  assert.match(logs.stderr, "what ran in the foreground wrote to its terminal alone");
  assert.match((await home.ghost(["why", "jop"])).stderr, "cannot find jop: no process has that name");
  await session.end("SIGTERM");
  await home.ok(["daemon", "stop"]);
  assert.match(await told("job"), "exited with code 7");
  assert.match(await told("other"), "stopped by SIGTERM");
});

test("ghost stop, restart and signal reach it where it runs", async () => {
  await using home = makeHome();
  app(home);
  await using session = inForeground(["run"], { cwd: home.work, env: home.env });
  await session.said(/ready/);
  const first = await listed(home, "web");
  await home.ok(["restart", "web"]);
  const second = await listed(home, "web");
  assert.is.not(second.pid, first.pid);
  assert.match(session.text(), "ghost: web restarted by ghost restart");
  await home.ok(["signal", "web", "KILL"]);
  await session.said(/ghost: web was killed by SIGKILL; restarts at once/);
  const third = await waitFor(async () => (await list(home)).find(({ pid }) => pid !== second.pid), { what: "the third run" });
  assert.is(third.restarts, 1);
  await home.ok(["stop", "web"]);
  assert.is(await session.ended, 5);
  assert.not.ok(isAlive(third.pid ?? 0));
});

test("it is known again after the daemon was killed, and is no concern of daemon stop", async () => {
  await using home = makeHome();
  app(home);
  await using session = inForeground(["run"], { cwd: home.work, env: home.env });
  await session.said(/ready/);
  const { pid } = await listed(home, "web");
  const daemon = (await home.ok(["daemon", "status", "--json"])).json<{ pid: number }>();
  process.kill(daemon.pid, "SIGKILL");
  assert.is((await listed(home, "web")).pid, pid);
  await home.ok(["daemon", "stop"]);
  assert.ok(isAlive(pid ?? 0));
  assert.is(await session.end("SIGTERM"), 5);
});

test("it is gone from the list when ghost run was killed", async () => {
  await using home = makeHome();
  app(home);
  await using session = inForeground(["run"], { cwd: home.work, env: home.env });
  await session.said(/ready/);
  const { pid } = await listed(home, "web");
  session.child.kill("SIGKILL");
  await waitFor(async () => (await list(home)).length === 0, { what: "an empty list" });
  await waitFor(() => !isAlive(pid ?? 0), { what: "the end of the app" });
});

test("an app that does not stay long needs no daemon to be there", async () => {
  await using home = makeHome();
  home.write("quick.ts", `console.log("quick");\n`);
  const { stdout, stderr } = await home.ok(["run", "quick.ts"]);
  assert.is(stdout, "quick\n");
  assert.is(stderr, "");
});

test("with --isolated it has a home of its own, and nothing of it remains", async () => {
  await using home = makeHome();
  home.write(
    "app.js",
    `const { spawn } = require("node:child_process");\nconsole.log(process.env.GHOST_HOME);\nspawn("sleep", ["1000"], { detached: true, stdio: "ignore" }).unref();\n`,
  );
  const { stdout, stderr } = await home.ok(["run", "app.js", "--isolated"]);
  const [root = ""] = stdout.trim().split("\n");
  assert.match(root, /ghost-ci-/);
  assert.match(stderr, /ended what was left running: .*sleep/, stderr);
  assert.equal(await import("node:fs").then(({ existsSync }) => existsSync(root)), false);
  assert.not.ok((await home.ghost(["daemon", "status"])).stdout.includes("daemon running"));
});

test("in CI it is isolated unless a home is named", async () => {
  await using home = makeHome();
  home.write("app.js", "console.log(process.env.GHOST_HOME);\n");
  const { GHOST_HOME: _, ...env } = home.env;
  assert.match((await home.ok(["run", "app.js"], { env: { ...env, CI: "true" } })).stdout, /ghost-ci-/);
  assert.is((await home.ok(["run", "app.js"], { env: { ...home.env, CI: "true" } })).stdout.trim(), home.dir);
  assert.is((await home.ok(["run", "app.js"], { env })).stdout.trim(), join(home.env.HOME ?? "", ".ghost"));
  await home.ok(["daemon", "stop"], { env });
});

test.run();
