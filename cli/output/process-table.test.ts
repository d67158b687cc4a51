import picocolors from "picocolors";
import { test } from "uvu";
import * as assert from "uvu/assert";
import type { ProcessView } from "../../core/api/wire.ts";
import { plain } from "./paint.ts";
import { renderProcesses } from "./process-table.ts";
import { isAsDesired } from "./status.ts";

const NOW = Date.parse("2026-11-23T12:00:00Z");

function view(changes: Partial<ProcessView>): ProcessView {
  return {
    id: "1",
    project: "shop",
    name: "api",
    instance: 0,
    kind: "process",
    type: "service",
    status: "running",
    desired: "up",
    health: "none",
    waitingFor: [],
    crashLooping: false,
    pid: 812,
    restarts: 0,
    exitCode: null,
    exitSignal: null,
    exitKnown: true,
    startedAt: "2026-11-23T09:55:00Z",
    stoppedAt: null,
    nextStartAt: null,
    cpuPercent: 0.4,
    memoryBytes: 25_690_112,
    privateBytes: 1,
    threads: 11,
    groups: [],
    node: "local",
    why: "started by register",
    source: null,
    logs: { out: "", err: "" },
    ...changes,
  };
}

const list = (processes: ProcessView[], columns = 200): string[] => renderProcesses(processes, { columns, paint: plain, now: NOW });

test("what runs in the foreground beside a service of its name, or twice, has lines of its own", () => {
  const run = (id: string, pid: number) => view({ id, pid, foreground: true, startedAt: "2026-11-23T11:59:00Z" });
  const pids = list([run("3", 901), run("2", 900), view({})]).map((line) => line.split(/ +/)[2]);
  assert.equal(pids, ["PID", "812", "900", "901"]);
});

test("one project: a line a process, by name", () => {
  assert.equal(list([view({ name: "web", pid: null, status: "stopped", desired: "down", why: "stopped by ghost stop" }), view({})]), [
    "NAME  STATUS   PID  UPTIME  RESTARTS   CPU     MEM  WHY",
    "api   running  812   2h 5m         0  0.4%  24.5MB  started by register",
    "web   stopped    -       -         0     -       -  stopped by ghost stop",
  ]);
});

test("into a pipe goes the same as onto a wide terminal, without a limit", () => {
  const processes = [
    view({ name: "web", project: "other", pid: null, status: "failed", crashLooping: true, restarts: 12 }),
    view({ instance: 3, startedAt: null, memoryBytes: 3 }),
    view({ why: "x".repeat(300), cpuPercent: 123.45 }),
  ];
  assert.equal(list(processes, Number.POSITIVE_INFINITY), list(processes, 10_000));
  const foreign = [...processes, view({ name: "日本" })];
  assert.equal(list(foreign, Number.POSITIVE_INFINITY), list(foreign, 10_000));
  assert.equal(list([], Number.POSITIVE_INFINITY), list([], 10_000));
});

test("what runs at times is scheduled in between, unless its last run failed, and tells when it is next", () => {
  const armed = { type: "oneshot", pid: null, nextStartAt: "2026-11-23T12:03:00Z" } as const;
  const line = (changes: Partial<ProcessView>): string => list([view({ ...armed, ...changes })])[1] ?? "";
  assert.match(line({ status: "stopped" }), /^api {3}scheduled {2}/);
  assert.match(line({ status: "exited", why: "exited with code 0" }), /^api {3}scheduled .* {2}next start in 3m; exited with code 0$/);
  assert.match(line({ status: "failed" }), /^api {3}failed /);
  assert.match(line({ status: "backoff" }), /^api {3}backoff /);
  assert.match(line({ status: "stopped", nextStartAt: null }), /^api {3}stopped /);
});

test("several projects: processes stand under their project's name", () => {
  const lines = list([view({ project: "tools", name: "cron" }), view({})]);
  assert.equal(
    lines.map((line) => line.slice(0, 8).trimEnd()),
    ["NAME", "shop", "  api", "tools", "  cron"],
  );
});

test("a process that is crash-looping says so, in one word; one that was given up has failed", () => {
  const statusOf = (status: ProcessView["status"]): string | undefined =>
    list([view({ status, crashLooping: true, pid: null })])[1]?.split(/ {2,}/)[1];
  assert.is(statusOf("backoff"), "crash-looping");
  assert.is(statusOf("running"), "crash-looping");
  assert.is(statusOf("failed"), "failed");
});

test("a narrow terminal goes without columns, so that the cause is seen", () => {
  const why = "exited with code 3 after 20 ms, as before";
  const processes = [
    view({ name: "accounts", status: "backoff", crashLooping: true, pid: null, restarts: 12, why, nextStartAt: "2026-11-23T12:00:09Z" }),
    view({ name: "api" }),
  ];
  const titles = (columns: number): string => (list(processes, columns)[0] ?? "").split(/ {2,}/).join(" ");
  assert.is(titles(120), "NAME STATUS PID UPTIME RESTARTS CPU MEM WHY");
  assert.is(titles(100), "NAME STATUS PID UPTIME RESTARTS CPU MEM WHY");
  assert.is(titles(80), "NAME STATUS UPTIME RESTARTS WHY");
  assert.is(titles(60), "NAME STATUS WHY");
  for (const columns of [60, 80, 100]) {
    const line = list(processes, columns)[1] ?? "";
    assert.ok(line.length <= columns, line);
    assert.match(line, / {2}next start in 9s; exited with c.*…$/);
  }
  const short = [view({ name: "accounts", why: "started" })];
  assert.is((list(short, 80)[0] ?? "").split(/ {2,}/).length, 8, "nothing is left out that has room");
});

test("text from elsewhere cannot steer the terminal", () => {
  assert.not(
    list([view({ why: "\u001b[2Jgone\nnext" })])
      .join("\n")
      .includes("\u001b"),
  );
});

test("the status has the colour of its urgency", () => {
  const paint = picocolors.createColors(true);
  const line = (status: ProcessView["status"]): string => renderProcesses([view({ status })], { columns: 200, paint, now: NOW })[1] ?? "";
  assert.ok(line("running").includes("\u001b[32mrunning"));
  assert.ok(line("failed").includes("\u001b[31mfailed"));
  assert.ok(line("backoff").includes("\u001b[33mbackoff"));
});

test("as desired means: up and running, done, or down and gone", () => {
  const cases: [Partial<ProcessView>, boolean][] = [
    [{}, true],
    [{ health: "unhealthy" }, false],
    [{ status: "unhealthy" }, false],
    [{ status: "backoff" }, false],
    [{ status: "failed" }, false],
    [{ status: "exited", type: "oneshot" }, true],
    [{ status: "exited" }, false],
    [{ status: "stopped", desired: "down" }, true],
    [{ desired: "down" }, false],
  ];
  for (const [changes, expected] of cases) assert.is(isAsDesired(view(changes)), expected, JSON.stringify(changes));
});

test.run();
