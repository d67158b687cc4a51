import { join } from "node:path";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { makeHome } from "../rig/home.ts";
import { program } from "../rig/programs.ts";
import { daemonPid, declare, history, launch, untilLines, untilStatus, untilView, view } from "./processes.ts";

const fails = (code: number) => `sh -c 'exit ${code}'`;

test("policies and success codes decide what an exit means", async () => {
  await using home = makeHome();
  await launch(
    home,
    { name: "never-ok", command: fails(0), restart: "never" },
    { name: "never-bad", command: fails(3), restart: "never" },
    { name: "failure-ok", command: fails(0), restart: "on-failure" },
    { name: "failure-bad", command: fails(3), restart: { policy: "on-failure", max_restarts: 1, delay: "10ms" } },
    { name: "codes-ok", command: fails(3), restart: { policy: "on-failure", success_codes: [0, 3] } },
    { name: "codes-bad", command: fails(0), restart: { policy: "on-failure", success_codes: [3], max_restarts: 1, delay: "10ms" } },
    { name: "always-ok", command: fails(0), restart: { policy: "always", max_restarts: 1, delay: "10ms" } },
  );
  const expected: [string, "exited" | "failed", number][] = [
    ["never-ok", "exited", 0],
    ["never-bad", "failed", 0],
    ["failure-ok", "exited", 0],
    ["failure-bad", "failed", 1],
    ["codes-ok", "exited", 0],
    ["codes-bad", "failed", 1],
    ["always-ok", "failed", 1],
  ];
  for (const [name, status, restarts] of expected) assert.is((await untilStatus(home, name, status)).restarts, restarts, name);
});

test("the first restart is immediate, the next ones back off ever longer", async () => {
  await using home = makeHome();
  await launch(home, {
    name: "api",
    command: fails(3),
    restart: { policy: "always", delay: "50ms", factor: 2, jitter: 0, max_restarts: 4 },
  });
  await untilStatus(home, "api", "failed");
  const delays = (await history(home, "api"))
    .filter(({ to, cause }) => to === "backoff" && cause.kind === "exit")
    .map(({ cause }) => cause.facts?.delayMs);
  assert.equal(delays, [50, 100, 200]);
  const texts = (await history(home, "api")).map(({ cause }) => cause.text);
  assert.ok(texts.includes("exited with code 3; restarts at once"), texts.join("\n"));
});

test("a back-off shows when it ends, and a stable run sets it back", async () => {
  await using home = makeHome();
  const starts = join(home.work, "starts");
  await launch(home, {
    name: "api",
    executable: program("count-starts.sh"),
    args: [starts, "1"],
    restart: { policy: "always", delay: "20s", jitter: 0 },
  });
  const waiting = await untilStatus(home, "api", "backoff");
  const inMs = Date.parse(waiting.nextStartAt ?? "") - Date.now();
  assert.ok(inMs > 10_000 && inMs <= 20_000, `next start in ${inMs} ms`);
  assert.equal([waiting.pid, waiting.restarts, waiting.exitCode], [null, 2, 1]);

  declare(home, {
    name: "api",
    executable: program("count-starts.sh"),
    args: [starts],
    restart: { policy: "always", delay: "20s", jitter: 0, reset_after: "50ms" },
  });
  await home.ok(["register"]);
  // Each of these runs is longer than reset_after, so that none has to wait.
  for (let restarts = 3; restarts <= 5; restarts += 1) {
    const { pid, startedAt } = await untilView(
      home,
      "api",
      (process) => process.status === "running" && Date.now() - Date.parse(process.startedAt ?? "") > 60,
    );
    assert.ok(startedAt);
    process.kill(pid ?? 0, "SIGKILL");
    await untilView(home, "api", (process) => process.status === "running" && process.restarts === restarts);
  }
});

test("a spent budget is failed and says so; an explicit start forgives, the counter goes on", async () => {
  await using home = makeHome();
  await launch(home, { name: "api", command: fails(3), restart: { policy: "always", delay: "10ms", max_restarts: 2 } });
  const failed = await untilStatus(home, "api", "failed");
  assert.is(failed.restarts, 2);
  assert.match(failed.why, /exited with code 3; gave up after 2 restarts within 60 s/);
  const again = await home.ghost(["start", "api"]);
  assert.is(again.code, 1);
  await untilView(home, "api", (process) => process.status === "failed" && process.restarts === 4);
});

test("five restarts in ten minutes are a crash loop; a stop ends it", async () => {
  await using home = makeHome();
  await launch(home, { name: "api", command: fails(3), restart: { policy: "always", delay: "10ms", max_delay: "20ms" } });
  const looping = await untilView(home, "api", (process) => process.crashLooping);
  assert.ok(looping.restarts >= 5);
  assert.match((await home.ok(["list"])).stdout, /crash/i);
  await home.ok(["stop", "api"]);
  const stopped = await view(home, "api");
  assert.equal([stopped.status, stopped.crashLooping], ["stopped", false]);
});

test("the counter of restarts never goes back: not by stop, start, restart, register, nor a new daemon", async () => {
  await using home = makeHome();
  const api = { name: "api", command: "sleep 1000", restart: { policy: "always", delay: "10ms", max_delay: "20ms" } };
  await launch(home, api);
  for (let restarts = 1; restarts <= 2; restarts += 1) {
    process.kill((await view(home, "api")).pid ?? 0, "SIGKILL");
    await untilView(home, "api", (process) => process.restarts === restarts && process.status === "running");
  }
  for (const command of [
    ["stop", "api"],
    ["start", "api"],
    ["restart", "api"],
  ]) {
    await home.ok(command);
    assert.is((await view(home, "api")).restarts, 2, command.join(" "));
  }
  await launch(home, { ...api, command: "sleep 2000" });
  assert.is((await view(home, "api")).restarts, 2, "register");
  const pid = await daemonPid(home);
  process.kill(pid, "SIGKILL");
  await untilView(home, "api", (process) => process.status === "running" && process.restarts === 2);
  assert.is.not(await daemonPid(home), pid);
});

test("a changed policy applies at once, without a restart", async () => {
  await using home = makeHome();
  await launch(home, { name: "api", command: "sleep 1000", restart: true });
  const { pid } = await view(home, "api");
  await launch(home, { name: "api", command: "sleep 1000", restart: { policy: "on-failure", max_restarts: 3, success_codes: [0, 143] } });
  assert.is((await view(home, "api")).pid, pid);
  process.kill(pid ?? 0, "SIGKILL");
  const next = await untilView(home, "api", (process) => process.status === "running" && process.pid !== pid);
  declare(home, { name: "api", type: "service", command: "sleep 1000", restart: "never" });
  await home.ok(["register"]);
  process.kill(next.pid ?? 0, "SIGKILL");
  const over = await untilStatus(home, "api", "failed");
  assert.equal([over.restarts, over.exitSignal], [1, "SIGKILL"]);
});

test("a kill is followed by a new run within a moment, every time", async () => {
  await using home = makeHome();
  const starts = join(home.work, "starts");
  await launch(home, {
    name: "api",
    executable: program("count-starts.sh"),
    args: [starts],
    restart: { policy: "always", delay: "1ms", max_delay: "2ms" },
  });
  for (let run = 1; run <= 10; run += 1) process.kill(Number((await untilLines(starts, run))[run - 1]), "SIGKILL");
  await untilLines(starts, 11);
  const pids = await untilLines(starts, 11);
  assert.is(new Set(pids).size, 11);
  assert.is((await untilStatus(home, "api", "running")).restarts, 10);
});

test.run();
