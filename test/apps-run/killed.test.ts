import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "uvu";
import * as assert from "uvu/assert";
import type { HistoryEntry, ProcessView } from "../../core/api/wire.ts";
import { type Foreground, inForeground } from "../cli/foreground.ts";
import { type Home, makeHome } from "../rig/home.ts";
import { childrenOf, commandOf, isAlive } from "../rig/processes.ts";
import { waitFor } from "../rig/wait.ts";

/** Tells its pid and that of a child, and notes by which signal it ends. */
const APP = `const { spawn } = require("node:child_process");
const { writeFileSync } = require("node:fs");
const child = spawn("sleep", ["1000"], { stdio: "ignore" });
process.on("SIGTERM", () => { writeFileSync("ended-by", "SIGTERM"); process.exit(0); });
console.log("ready", process.pid, child.pid, process.env.GHOST_HOME);
setInterval(() => {}, 1000);
`;

interface Ready {
  readonly pids: readonly number[];
  readonly root: string;
}

async function ready(session: Foreground): Promise<Ready> {
  await session.said(/ready/);
  // The app may have said so a moment before the guard, which is started behind it, is there.
  const isGuarded = (): boolean => childrenOf(session.child.pid ?? 0).some((pid) => commandOf(pid).includes("ghost-guard"));
  await waitFor(isGuarded, { what: "the guard beside the app" });
  const [, pid, child, root = ""] = /ready (\d+) (\d+) (\S+)/.exec(session.out()) ?? [];
  return { pids: [Number(pid), Number(child)], root };
}

const noneOf = (pids: readonly number[]) => waitFor(() => pids.every((pid) => !isAlive(pid)), { what: `${pids} to be gone` });

function running(home: Home, ...flags: readonly string[]): Foreground {
  home.write(".ghost.yaml", "app: { id: web }\nrestart: true\n");
  home.write("app.js", APP);
  return inForeground(["run", ...flags], { cwd: home.work, env: home.env });
}

test("a ghost run that is killed takes its app along, by the app's stop signal, and why tells of it", async () => {
  await using home = makeHome();
  await using session = running(home);
  const { pids } = await ready(session);
  const list = async () => (await home.ok(["list", "--json"])).json<ProcessView[]>();
  await waitFor(async () => (await list())[0]?.status === "running", { what: "it in the list" });
  session.child.kill("SIGKILL");
  await noneOf(pids);
  assert.is(readFileSync(join(home.work, "ended-by"), "utf8"), "SIGTERM");
  await waitFor(async () => (await list()).length === 0, { what: "an empty list" });
  const told = async () => (await home.ok(["why", "--json"])).json<HistoryEntry[]>().find(({ cause }) => cause.kind === "runner-killed");
  const entry = await waitFor(told, { what: "a word about it" });
  assert.equal([entry.name, entry.from, entry.to], ["web", "running", "stopped"]);
  assert.match(entry.cause.text, /^ghost run \(pid \d+\) was killed/);
});

test("it does so without a daemon, and after the app was started again", async () => {
  await using home = makeHome();
  await using session = running(home);
  const first = await ready(session);
  await waitFor(async () => (await home.ghost(["restart", "web"])).code === 0, { what: "a restart" });
  await waitFor(() => session.out().match(/ready/g)?.length === 2, { what: "the second run" });
  const [, pid, child] = [...session.out().matchAll(/ready (\d+) (\d+)/g)][1] ?? [];
  await home.ok(["daemon", "stop"]);
  session.child.kill("SIGKILL");
  await noneOf([...first.pids, Number(pid), Number(child)]);
});

test("an app that does not obey its stop signal is killed when its time is over", async () => {
  await using home = makeHome();
  home.write(".ghost.yaml", "app: { id: web }\nruntime: exec\nentry: web.sh\nstop: { timeout: 200ms }\n");
  home.write("web.sh", "#!/bin/sh\ntrap '' TERM\necho ready $$ $$ .\nwhile :; do sleep 1; done\n", 0o755);
  await using session = inForeground(["run"], { cwd: home.work, env: home.env });
  const { pids } = await ready(session);
  session.child.kill("SIGKILL");
  await noneOf(pids);
});

test("with --isolated nothing remains, neither app nor home", async () => {
  await using home = makeHome();
  await using session = running(home, "--isolated");
  const { pids, root } = await ready(session);
  assert.match(root, /ghost-ci-/);
  session.child.kill("SIGKILL");
  await noneOf(pids);
  await waitFor(() => !existsSync(root), { what: "the home to be gone" });
});

test.run();
