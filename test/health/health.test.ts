/** Health checks by a real daemon: what becomes healthy, what stops to be, and what is told of it. */
import { appendFileSync, existsSync, rmSync } from "node:fs";
import { join } from "node:path";
import { test } from "uvu";
import * as assert from "uvu/assert";
import type { HistoryEntry, ProcessDetail } from "../../core/api/wire.ts";
import { ask } from "../http/requests.ts";
import { type Home, makeHome } from "../rig/home.ts";
import { freePort } from "../rig/ports.ts";
import { isAlive, processesOf } from "../rig/processes.ts";
import { pause, waitFor } from "../rig/wait.ts";
import { daemonPid, declare, history, launch, untilLines, untilStatus, untilView, view } from "../supervise/processes.ts";
import { startWeb } from "./servers.ts";

/** Long enough that three periods of the tests pass. */
const PERIODS_MS = 300;

const quick = { period: "50ms", timeout: "1s" };

async function detail(home: Home, name: string): Promise<ProcessDetail> {
  return (await home.ok(["status", name, "--json"])).json<ProcessDetail>();
}

/** What `why` tells of health, oldest first. */
async function verdicts(home: Home, name: string): Promise<HistoryEntry[]> {
  return (await history(home, name)).filter(({ cause }) => cause.kind === "health");
}

test("http: starting until it answers, then healthy, unhealthy after failures in a row, and back; `why` and `status` tell what was seen", async () => {
  await using home = makeHome();
  await using web = await startWeb("503 Service Unavailable");
  const check = { http: `http://127.0.0.1:${web.port}/healthz`, ...quick };
  declare(home, { name: "api", command: "sleep 1000", restart: true, health_check: check });
  await home.ok(["register"]);
  await home.ok(["start", "api", "--no-wait"]);
  await waitFor(() => web.connections() >= 3, { what: "three questions" });
  const before = await detail(home, "api");
  assert.equal(
    [before.status, before.health, before.probe?.ok, before.probe?.detail],
    ["starting", "unknown", false, "503 Service Unavailable"],
  );
  assert.equal(await verdicts(home, "api"), []);

  web.answer("200 OK");
  await untilStatus(home, "api", "running");
  web.answer("500 Broken");
  const ill = await untilStatus(home, "api", "unhealthy");
  assert.equal([ill.health, ill.restarts, ill.pid], ["unhealthy", 0, before.pid]);
  assert.match(ill.why, /^unhealthy: 3 failures in a row, the last: 500 Broken$/);
  web.answer("200 OK");
  await untilStatus(home, "api", "running");

  const told = await verdicts(home, "api");
  assert.equal(
    told.map(({ from, to }) => [from, to]),
    [
      ["starting", "running"],
      ["running", "unhealthy"],
      ["unhealthy", "running"],
    ],
  );
  assert.match(told[0]?.cause.text ?? "", /^healthy: 200 OK in [\d.]+ ms$/);
  const facts = told[1]?.cause.facts;
  assert.equal([facts?.probe, facts?.detail, typeof facts?.latencyMs], ["http", "500 Broken", "number"]);
  const after = await detail(home, "api");
  assert.equal([after.probe?.ok, after.probe?.detail], [true, "200 OK"]);
  assert.match((await home.ok(["why", "api"])).stdout, /unhealthy: 3 failures in a row/);
});

test("start waits until the check passes", async () => {
  await using home = makeHome();
  declare(home, {
    name: "slow",
    command: ["sh", "-c", "sleep 0.5; touch ready; exec sleep 1000"],
    restart: true,
    health_check: { exec: "test -e ready", ...quick },
  });
  await home.ok(["register"]);
  await home.ok(["start", "slow"]);
  assert.is((await view(home, "slow")).health, "healthy");
});

test("tcp: a quick program is ready quickly, whatever the period", async () => {
  await using home = makeHome();
  const port = await freePort();
  const serve = `require("net").createServer((s) => s.end()).listen(${port}, "127.0.0.1")`;
  const started = await launch(home, {
    name: "db",
    command: ["node", "-e", serve],
    restart: true,
    health_check: { tcp: `127.0.0.1:${port}` },
  });
  assert.is(started.code, 0, started.stderr);
  const db = await untilStatus(home, "db", "running");
  assert.match(db.why, /^healthy: connected to 127\.0\.0\.1:\d+ in/);
  const [verdict] = await verdicts(home, "db");
  const tookMs = Date.parse(verdict?.time ?? "") - Date.parse(db.startedAt ?? "");
  assert.ok(tookMs < 4_000, `healthy after ${tookMs} ms with a period of 5 s`);
});

test("log: a line of this run makes it healthy, on stdout or stderr; one of a run before does not", async () => {
  await using home = makeHome();
  const say = 'echo starting; [ -e mute ] || echo "server READY now" >&2; exec sleep 1000';
  const check = { log: "READY", start_grace: "1s" };
  const started = await launch(home, { name: "app", command: ["sh", "-c", say], restart: true, health_check: check });
  assert.is(started.code, 0, started.stderr);
  const first = await untilStatus(home, "app", "running");
  assert.is(first.why, 'healthy: it wrote "server READY now"');
  home.write("mute", "");
  await home.ok(["restart", "app", "--no-wait"]);
  const second = await untilView(home, "app", (app) => app.pid !== null && app.pid !== first.pid && app.status === "unhealthy");
  assert.is(second.why, "unhealthy: not healthy within 1s of its start; the last answer: no line matches READY");
});

test("log: found in a flood, and across a rotation", async () => {
  await using home = makeHome();
  const say = "yes some line of a program that talks | head -n 60000; echo READY; exec sleep 1000";
  const logs = { max_size: "1MB", max_files: 9 };
  const started = await launch(home, { name: "app", command: ["sh", "-c", say], restart: true, logs, health_check: { log: "^READY$" } });
  assert.is(started.code, 0, started.stderr);
  assert.is((await untilStatus(home, "app", "running")).why, 'healthy: it wrote "READY"');
});

test("heartbeat: a program that beats over the daemon's socket is healthy; silence is not, and others are told that nobody listens", async () => {
  await using home = makeHome();
  declare(
    home,
    { name: "app", command: "sleep 1000", restart: true, health_check: { heartbeat: "300ms", failures: 2, start_grace: "1h" } },
    { name: "other", command: "sleep 1000", restart: true },
  );
  await home.ok(["register"]);
  await home.ok(["start", "all", "--no-wait"]);
  await untilView(home, "app", ({ pid }) => pid !== null);
  const beat = (name: string) => ask(home, "POST", `/v1/processes/${name}/beat`);
  const answer = await beat("app:0");
  assert.equal([answer.status, answer.json<{ name: string }[]>()[0]?.name], [200, "app"]);
  await untilStatus(home, "app", "running");
  const ill = await untilStatus(home, "app", "unhealthy");
  assert.is(ill.why, "unhealthy: 2 failures in a row, the last: no beat for 300ms");
  await waitFor(async () => (await beat("app")).status === 200 && (await view(home, "app")).status === "running", {
    what: "it to recover",
  });
  const refused = await beat("other");
  assert.equal([refused.status, refused.json<{ error: { code: string } }>().error.code], [400, "UNSUPPORTED"]);
  assert.is((await beat("nobody")).status, 404);
});

test("restart: an unhealthy process is restarted with back-off, and counted; the next run begins anew", async () => {
  await using home = makeHome();
  const restart = { policy: "on-failure", delay: "20ms", max_restarts: 2, window: "1h" };
  const check = { exec: "test -e up", ...quick, period: "20ms", failures: 2, start_grace: "200ms", restart: true };
  home.write("up", "");
  await launch(home, { name: "api", command: "sleep 1000", restart, health_check: check });
  const first = await untilStatus(home, "api", "running");
  rmSync(join(home.work, "up"));
  const failed = await untilStatus(home, "api", "failed");
  assert.is(failed.restarts, 2);
  assert.ok(!isAlive(first.pid ?? 0));
  assert.match(failed.why, /gave up after 2 restarts/);
  const texts = (await verdicts(home, "api")).map(({ cause }) => cause.text).filter((text) => text.startsWith("unhealthy"));
  assert.is(texts.length, 3);
  assert.match(texts[0] ?? "", /^unhealthy: 2 failures in a row, the last: exited with code 1$/);
  for (const late of texts.slice(1))
    assert.match(late, /^unhealthy: not healthy within 200ms of its start; the last answer: exited with code 1$/);
});

test("start_grace: not healthy by its end is unhealthy, even when nothing answers", async () => {
  await using home = makeHome();
  const check = { exec: "sleep 1000", timeout: "1h", start_grace: "500ms" };
  declare(home, { name: "mute", command: "sleep 1000", restart: true, health_check: check });
  await home.ok(["register"]);
  await home.ok(["start", "mute", "--no-wait"]);
  const mute = await untilStatus(home, "mute", "unhealthy");
  assert.is(mute.why, "unhealthy: not healthy within 500ms of its start; nothing has answered");
});

test("a daemon that was killed and came back keeps what was known, goes on asking, and leaves no probe behind", async () => {
  await using home = makeHome();
  await using web = await startWeb("200 OK");
  declare(
    home,
    { name: "api", command: "sleep 1000", restart: true, health_check: { http: `http://127.0.0.1:${web.port}/`, ...quick } },
    { name: "logger", command: ["sh", "-c", "echo READY; exec sleep 1000"], restart: true, health_check: { log: "READY" } },
    {
      name: "late",
      command: ["sh", "-c", "while ! test -e go; do sleep 0.05; done; echo READY; exec sleep 1000"],
      restart: true,
      health_check: { log: "READY" },
    },
    { name: "stuck", command: "sleep 1000", restart: true, health_check: { exec: "echo $$ >> probes; exec sleep 1000", timeout: "1h" } },
  );
  await home.ok(["register"]);
  await home.ok(["start", "all", "--no-wait"]);
  await untilStatus(home, "api", "running");
  await untilStatus(home, "logger", "running");
  const [probe] = await untilLines(join(home.work, "probes"));
  const before = await view(home, "api");
  const daemon = await daemonPid(home);
  process.kill(daemon, "SIGKILL");
  await waitFor(async () => (await daemonPid(home)) !== daemon, { what: "another daemon" });
  const after = await view(home, "api");
  assert.equal([after.status, after.pid], ["running", before.pid]);
  assert.is((await view(home, "logger")).status, "running");
  const asked = web.connections();
  await waitFor(() => web.connections() > asked, { what: "more questions" });
  appendFileSync(join(home.work, "go"), "");
  await untilStatus(home, "late", "running");
  await waitFor(() => !isAlive(Number(probe)), { what: "the probe of the dead daemon to be gone" });
  web.answer("500 Broken");
  await untilStatus(home, "api", "unhealthy");
});

test("a check that changes takes effect without a restart; one that goes leaves the process running", async () => {
  await using home = makeHome();
  const declareWith = (check: object | undefined) =>
    declare(home, { name: "api", command: "sleep 1000", restart: true, ...(check && { health_check: check }) });
  declareWith(undefined);
  await home.ok(["register", "--start"]);
  const { pid } = await untilStatus(home, "api", "running");
  declareWith({ exec: "false", ...quick, start_grace: "100ms" });
  await home.ok(["register"]);
  assert.is((await untilStatus(home, "api", "unhealthy")).pid, pid);
  declareWith({ exec: "true", ...quick });
  await home.ok(["register"]);
  assert.is((await untilStatus(home, "api", "running")).pid, pid);
  declareWith({ exec: "false", ...quick });
  await home.ok(["register"]);
  await untilStatus(home, "api", "unhealthy");
  declareWith(undefined);
  await home.ok(["register"]);
  const last = await untilStatus(home, "api", "running");
  assert.equal([last.pid, last.health, last.why], [pid, "none", "it has no health check any more"]);
});

test("what a check says never shows a secret", async () => {
  await using home = makeHome();
  const env = { ...home.env, DB_PASSWORD: "hunter2-hunter2" };
  declare(home, {
    name: "db",
    command: "sleep 1000",
    restart: true,
    environment: { DB_PASSWORD: "$" + "{DB_PASSWORD}" },
    health_check: { exec: 'echo "login with $DB_PASSWORD failed"; exit 1', ...quick, start_grace: "100ms" },
  });
  await home.ok(["register"], { env });
  await home.ok(["start", "db", "--no-wait"]);
  const ill = await untilStatus(home, "db", "unhealthy");
  assert.match(ill.why, /login with \*+ failed/);
  assert.not.match(JSON.stringify([await detail(home, "db"), await history(home, "db")]), /hunter2/);
});

test("probes that fork out of their group are ended, too, and a stop leaves nothing", async () => {
  await using home = makeHome();
  const fork = "setsid sh -c 'echo $$ >> escaped; exec sleep 1000' > /dev/null 2>&1 & sleep 0.05";
  await launch(home, { name: "api", command: "sleep 1000", restart: true, health_check: { exec: fork, period: "1h" } });
  const [runaway] = await untilLines(join(home.work, "escaped"));
  await waitFor(() => !isAlive(Number(runaway)), { what: "the escapee to be gone", limitMs: 15_000 });
});

test("the daemon's end does not wait for the next sample to end what escaped from probes", async () => {
  await using home = makeHome();
  const exec = ["sh", "-c", "setsid sleep 4323 >/dev/null 2>&1 & exit 0"];
  await launch(home, { name: "app", executable: "sleep", args: ["4324"], type: "service", health_check: { exec, period: "100ms" } });
  const escaped = (): unknown[] => processesOf(home.dir).filter(({ command }) => command.includes("4323"));
  await waitFor(() => escaped().length > 0, { what: "something that escaped" });
  await home.ok(["daemon", "stop"]);
  assert.equal(escaped(), []);
});

test("never two questions at once, however slow the answers", async () => {
  await using home = makeHome();
  const slow = "mkdir lock || { echo twice >> overlaps; exit 1; }; sleep 0.2; rmdir lock; echo done >> answers";
  await launch(home, { name: "api", command: "sleep 1000", restart: true, health_check: { exec: slow, period: "10ms", timeout: "5s" } });
  await untilLines(join(home.work, "answers"), 4);
  await pause(PERIODS_MS);
  assert.is((await home.ghost(["status", "api", "--quiet"])).code, 0);
  assert.not(existsSync(join(home.work, "overlaps")));
});

test.run();
