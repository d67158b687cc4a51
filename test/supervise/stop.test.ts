import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "uvu";
import * as assert from "uvu/assert";
import type { ActionResult, ProcessDetail } from "../../core/api/wire.ts";
import { makeHome } from "../rig/home.ts";
import { isAlive, parentOf } from "../rig/processes.ts";
import { program } from "../rig/programs.ts";
import { waitFor } from "../rig/wait.ts";
import { daemonPid, history, launch, untilLines, untilStatus, view } from "./processes.ts";

test("a stop sends SIGTERM, or the signal that is declared, and says who asked", async () => {
  await using home = makeHome();
  await launch(
    home,
    { name: "term", executable: program("signals.sh"), restart: true },
    { name: "custom", executable: program("signals.sh"), restart: true, stop: { signal: "SIGUSR1", timeout: "300ms" } },
  );
  await waitFor(async () => (await home.ok(["logs", "all"])).stdout.match(/ready/g)?.length === 2, { what: "both to be ready" });
  await home.ok(["stop", "all"]);
  assert.match((await home.ok(["logs", "term"])).stdout, /TERM/);
  const custom = (await home.ok(["logs", "custom"])).stdout;
  assert.match(custom, /USR1/);
  assert.not.match(custom, /TERM/);
  const [term, killed] = [await view(home, "term"), await view(home, "custom")];
  assert.equal([term.status, term.desired, term.exitCode], ["stopped", "down", 0]);
  assert.match(term.why, /^stopped by ghost stop/);
  assert.equal([killed.status, killed.exitSignal], ["stopped", "SIGKILL"]);
  assert.match(killed.why, /^stopped by ghost stop.*; killed, because it did not end in time/);
});

test("what ignores its signal is killed when the time is up, and at once by --force", async () => {
  await using home = makeHome();
  const stubborn = (name: string, timeout: string) => ({ name, executable: program("ignore-term.sh"), restart: true, stop: { timeout } });
  await launch(home, stubborn("late", "400ms"), stubborn("forced", "60s"));
  await waitFor(async () => (await home.ok(["logs", "all"])).stdout.match(/ready/g)?.length === 2, { what: "both to be ready" });
  assert.ok((await home.ok(["stop", "late"])).tookMs >= 400);
  const forced = await home.ok(["stop", "forced", "--force"]);
  assert.ok(forced.tookMs < 5_000, `${forced.tookMs} ms`);
  assert.match((await view(home, "forced")).why, /^killed by ghost stop/);
});

test("--force hurries a stop that is under way", async () => {
  await using home = makeHome();
  await launch(home, { name: "api", executable: program("ignore-term.sh"), restart: true, stop: { timeout: "60s" } });
  await waitFor(async () => (await home.ok(["logs", "api"])).stdout.includes("ready"), { what: "api to be ready" });
  const polite = home.ok(["stop", "api"]);
  await untilStatus(home, "api", "stopping");
  await home.ok(["stop", "api", "--force"]);
  await polite;
  assert.is((await view(home, "api")).status, "stopped");
});

test("stop.command is run instead of the signal, with the process's environment and its pid", async () => {
  await using home = makeHome();
  const told = join(home.work, "told");
  const command = 'echo "$GHOST_PID $COLOUR $(pwd) $GHOST_PROCESS" > told; kill -USR1 $GHOST_PID; kill $GHOST_PID';
  const api = { name: "api", executable: program("signals.sh"), restart: true, environment: { COLOUR: "blue" }, stop: { command } };
  const started = await launch(home, api);
  assert.is(started.code, 0, started.stderr);
  await waitFor(async () => (await home.ok(["logs", "api"])).stdout.includes("ready"), { what: "api to be ready" });
  const { pid } = await view(home, "api");
  // A daemon that did not start it knows its environment, too.
  process.kill(await daemonPid(home), "SIGKILL");
  await waitFor(async () => (await view(home, "api")).pid === pid, { what: "api to be adopted" });
  const stopped = await home.ok(["stop", "api"]);
  assert.ok(stopped.tookMs < 5_000);
  assert.is(readFileSync(told, "utf8"), `${pid} blue ${home.work} \n`);
  assert.match((await home.ok(["logs", "api"])).stdout, /USR1[\s\S]*TERM/);
});

test("a stop command that does nothing does not save the process", async () => {
  await using home = makeHome();
  await launch(home, { name: "api", command: "sleep 1000", restart: true, stop: { command: "true", timeout: "300ms" } });
  await home.ok(["stop", "api"]);
  assert.equal([(await view(home, "api")).status, (await view(home, "api")).exitSignal], ["stopped", "SIGKILL"]);
});

test("after a stop command that fails the signal is sent, and why tells", async () => {
  await using home = makeHome();
  await launch(home, { name: "api", command: "sleep 1000", restart: true, stop: { command: "exit 3", timeout: "20s" } });
  const stopped = await home.ok(["stop", "api"]);
  assert.ok(stopped.tookMs < 10_000);
  assert.is((await view(home, "api")).exitSignal, "SIGTERM");
  assert.match((await home.ok(["why", "api"])).stdout, /stop\.command exited with code 3; SIGTERM is sent instead/);
  assert.match((await view(home, "api")).why, /^stopped by ghost stop/);
});

test("stopped means that the whole tree is gone: children, grandchildren, and who left session and group", async () => {
  await using home = makeHome();
  const file = join(home.work, "pids");
  await launch(home, { name: "api", executable: program("forks.sh"), args: file, restart: true, stop: { timeout: "500ms" } });
  const pids = (await untilLines(file, 4)).flatMap((line) => line.match(/\d+/g) ?? []).map(Number);
  assert.is(pids.filter(isAlive).length, 3);
  await home.ok(["stop", "api"]);
  assert.equal(pids.filter(isAlive), []);
});

test("a double fork that cleared its environment and left its group is ended if it was seen before", async () => {
  await using home = makeHome();
  home.write("../home/.ghost.yaml", "monitoring: { enabled: true, interval: 200ms }\n");
  const file = join(home.work, "pid");
  const inner = `echo $$ > ${file}.new; mv ${file}.new ${file}; exec sleep 1000`;
  const script = `(env -i setsid sh -c '${inner}' < /dev/null > /dev/null 2>&1 & until [ -e go ]; do sleep 0.05; done) & exec sleep 1000`;
  await launch(home, { name: "api", command: ["sh", "-c", script], restart: true });
  const [line = ""] = await untilLines(file);
  const seen = async (): Promise<number[]> => (await home.ok(["status", "api", "--json"])).json<ProcessDetail>().tree.map(({ pid }) => pid);
  await waitFor(async () => (await seen()).includes(Number(line)), { what: "the double fork to be seen", seen });
  home.write("go", "");
  const daemon = await daemonPid(home);
  await waitFor(() => parentOf(Number(line)) === daemon, { what: "the double fork to be an orphan" });
  await home.ok(["stop", "api"]);
  assert.not(isAlive(Number(line)));
});

test("a suspended tree is stopped without waiting for the time to be up", async () => {
  await using home = makeHome();
  await launch(home, { name: "api", executable: program("graceful.sh"), restart: true, stop: { timeout: "30s" } });
  await waitFor(async () => (await home.ok(["logs", "api"])).stdout.includes("ready"), { what: "api to be ready" });
  const { pid } = await view(home, "api");
  process.kill(-(pid ?? 0), "SIGSTOP");
  const stopped = await home.ok(["stop", "api"]);
  assert.ok(stopped.tookMs < 10_000, `${stopped.tookMs} ms`);
  assert.match((await home.ok(["logs", "api"])).stdout, /stopped/);
});

test("a stop during a back-off cancels the restart", async () => {
  await using home = makeHome();
  const starts = join(home.work, "starts");
  await launch(home, {
    name: "api",
    executable: program("count-starts.sh"),
    args: [starts, "3"],
    restart: { policy: "always", delay: "300ms", jitter: 0 },
  });
  await untilStatus(home, "api", "backoff");
  await home.ok(["stop", "api"]);
  const count = (await untilLines(starts)).length;
  // Another process that starts after the back-off would have ended shows that the time has passed.
  await launch(home, { name: "clock", executable: program("exit.sh"), args: ["0", "0.5"] });
  await untilStatus(home, "clock", "exited");
  assert.is((await untilLines(starts)).length, count);
  assert.equal([(await view(home, "api")).status, (await view(home, "api")).nextStartAt], ["stopped", null]);
});

test("a start during a stop follows it; many are stopped at the same time", async () => {
  await using home = makeHome();
  const slow = (name: string) => ({ name, executable: program("graceful.sh"), args: ["0.5"], restart: true });
  const names = Array.from({ length: 8 }, (_, index) => `api-${index}`);
  await launch(home, ...names.map(slow));
  await waitFor(async () => (await home.ok(["logs", "all"])).stdout.match(/ready/g)?.length === 8, { what: "all to be ready" });
  const first = await view(home, "api-0");
  const stopping = home.ok(["stop", "all", "--json"]);
  await untilStatus(home, "api-0", "stopping");
  await home.ok(["start", "api-0"]);
  const stopped = await stopping;
  assert.ok(stopped.json<ActionResult[]>().every(({ ok }) => ok));
  assert.ok(stopped.tookMs < 4_000, `${stopped.tookMs} ms`);
  const again = await view(home, "api-0");
  assert.is(again.status, "running");
  assert.is.not(again.pid, first.pid);
  assert.not(isAlive(first.pid ?? 0));
  assert.ok((await history(home, "api-0")).length > 0 && existsSync(again.logs.out));
});

test.run();
