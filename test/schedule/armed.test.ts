// timeout: 90s
import { join } from "node:path";
import * as assert from "uvu/assert";
import type { ActionResult, ProcessDetail } from "../../core/api/wire.ts";
import { makeHome } from "../rig/home.ts";
import { needs } from "../rig/needs.ts";
import { isAlive } from "../rig/processes.ts";
import { program } from "../rig/programs.ts";
import { test } from "../rig/test.ts";
import { waitFor } from "../rig/wait.ts";
import { daemonPid, history, launch, untilLines, untilView, view } from "../supervise/processes.ts";
import { openState } from "./state.ts";

const NEVER_SOON = "0 0 29 2 *";
const count = (file: string, code: number) => ({ name: "job", executable: program("count-starts.sh"), args: [file, String(code)] });

test("register --start and start arm, stop disarms, and nothing runs at once", async () => {
  await using home = makeHome();
  const starts = join(home.work, "starts");
  assert.is((await launch(home, { ...count(starts, 0), schedule: NEVER_SOON })).code, 0);
  const armed = await view(home, "job");
  assert.equal([armed.status, armed.desired, armed.why, armed.type], ["stopped", "up", "armed by ghost register", "oneshot"]);
  assert.match(armed.nextStartAt ?? "", /-02-29T/);
  assert.match((await home.ok(["list"])).stdout, /^job {3}scheduled .* next start in .*; armed by ghost register$/m);
  assert.is((await home.ghost(["status", "job", "--quiet"])).code, 0);
  const did = async (verb: string): Promise<string | undefined> => (await home.ok([verb, "job", "--json"])).json<ActionResult[]>()[0]?.did;
  assert.equal(
    [await did("start"), await did("restart"), await did("stop"), await did("stop"), await did("start")],
    ["already armed", "already armed", "disarmed", "was not running", "armed"],
  );
  await home.ok(["stop", "job"]);
  const disarmed = await view(home, "job");
  assert.equal([disarmed.nextStartAt, disarmed.desired], [null, "down"]);
  assert.equal(
    (await history(home, "job")).filter(({ cause }) => cause.kind === "spawned"),
    [],
  );
});

test("status shows the schedule and its time zone", async () => {
  await using home = makeHome();
  await launch(
    home,
    { name: "job", command: "true", schedule: { cron: NEVER_SOON, timezone: "Europe/Berlin" } },
    { name: "local", command: "true", schedule: NEVER_SOON },
    { name: "api", command: "sleep 1000", restart: true },
  );
  const schedule = async (name: string): Promise<unknown> => (await home.ok(["status", name, "--json"])).json<ProcessDetail>().schedule;
  assert.equal(
    [await schedule("job"), await schedule("local"), await schedule("api")],
    [{ cron: NEVER_SOON, timezone: "Europe/Berlin" }, { cron: NEVER_SOON, timezone: null }, null],
  );
  assert.match((await home.ok(["status", "job"])).stdout, /schedule +0 0 29 2 \* \(Europe\/Berlin\)\n/);
  assert.match((await home.ok(["status", "local"])).stdout, /schedule +0 0 29 2 \* \(the daemon's time zone\)\n/);
  assert.not.match((await home.ok(["status", "api"])).stdout, /schedule/);
});

test.unless(
  needs("linux"),
  "what a run left behind keeps the next one from nothing: it is ended, and the run counts as it ended",
  async () => {
    await using home = makeHome();
    const command = ["sh", "-c", "setsid sleep 1114 & echo $! >> left"];
    await launch(home, { name: "job", command, schedule: "* * * * * *" });
    const left = await untilLines(join(home.work, "left"), 3);
    assert.not(isAlive(Number(left[0])));
    await home.ok(["stop", "job"]);
    const { results: runs } = (await home.ok(["status", "job", "--json"])).json<ProcessDetail>();
    assert.ok(runs.length >= 2 && runs.every(({ ok, exitCode }) => ok && exitCode === 0), JSON.stringify(runs));
    assert.is((await home.ok(["trigger", "job", "--wait", "--json"])).json<ActionResult[]>()[0]?.did, "completed");
  },
);

test("it runs at its times, and each run leaves its result", async () => {
  await using home = makeHome();
  const starts = join(home.work, "starts");
  await launch(home, { ...count(starts, 0), schedule: "* * * * * *" });
  await untilLines(starts, 3);
  await home.ok(["stop", "job"]);
  const { results: runs } = (await home.ok(["status", "job", "--json"])).json<ProcessDetail>();
  assert.ok(runs.length >= 3);
  assert.ok(runs.every(({ by, ok }) => by === "schedule" && ok));
  // Newest first, and one each second.
  const seconds = runs.map(({ startedAt }) => Math.floor(Date.parse(startedAt ?? "") / 1000));
  assert.equal(
    seconds,
    [...new Set(seconds)].sort((a, b) => b - a),
  );
  assert.match((await home.ok(["status", "job"])).stdout, /last runs\s+ended\s+took\s+by\s+ok\s/);
});

test("a run that is due while the last one goes on is skipped and told, in sum at the end", async () => {
  await using home = makeHome();
  const [starts, gate] = [join(home.work, "starts"), join(home.work, "gate")];
  await launch(home, {
    name: "job",
    command: ["sh", "-c", `echo $$ >> ${starts}; while [ ! -e ${gate} ]; do sleep 0.05; done`],
    schedule: "* * * * * *",
  });
  const { nextStartAt } = await untilView(home, "job", (job) => job.status === "running");
  await untilView(home, "job", (job) => Date.parse(job.nextStartAt ?? "") >= Date.parse(nextStartAt ?? "") + 3_000);
  assert.is((await untilLines(starts)).length, 1, "no run overlaps another");
  home.write("gate", "");
  const skips = async () => (await history(home, "job")).filter(({ cause }) => cause.kind === "schedule-skipped");
  await waitFor(async () => (await skips()).length >= 2, { what: "the sum to be told" });
  const [first, sum] = await skips();
  assert.is(first?.cause.text, "a scheduled run was skipped: the last one goes on");
  assert.match(sum?.cause.text ?? "", /^[3-9] scheduled runs were skipped while the last one went on$/);
});

test("a failed run is tried again as its restart policy says", async () => {
  await using home = makeHome();
  const starts = join(home.work, "starts");
  const again = { policy: "on-failure", delay: "10ms", max_restarts: 2 };
  await launch(home, { ...count(starts, 4), schedule: NEVER_SOON, restart: again });
  const outcome = await home.ghost(["trigger", "job", "--wait"]);
  assert.is(outcome.code, 1);
  assert.match(outcome.stderr, /exited with code 4/);
  const job = await view(home, "job");
  assert.equal([job.status, job.desired, job.restarts], ["failed", "up", 2]);
  assert.is((await untilLines(starts, 3)).length, 3);
});

test("it is armed again by the next daemon, and a run that was due just then is not lost", async () => {
  await using home = makeHome();
  const starts = join(home.work, "starts");
  await launch(home, { ...count(starts, 0), schedule: "* * * * * *" });
  await untilLines(starts);
  await home.ok(["daemon", "stop"]);
  await home.ok(["daemon"]);
  const { length } = await untilLines(starts);
  await untilLines(starts, length + 1);
  const before = await daemonPid(home);
  process.kill(before, "SIGKILL");
  await waitFor(() => !isAlive(before), { what: "the daemon to be gone" });
  await untilLines(starts, length + 4);
  assert.is((await view(home, "job")).desired, "up");
});

test("runs that were missed while no daemon was there are told once, with the last, and not made up for", async () => {
  await using home = makeHome();
  const starts = join(home.work, "starts");
  await launch(home, { ...count(starts, 0), schedule: "*/10 * * * *" });
  await home.ok(["daemon", "stop"]);
  const due = Math.ceil((Date.now() - 3_600_000) / 600_000) * 600_000;
  await openState(home, (state) => {
    const stored = JSON.parse(state.getMeta("schedules")) as Record<string, [string, string | null, number]>;
    for (const entry of Object.values(stored)) entry[2] = due;
    state.setMeta("schedules", JSON.stringify(stored));
  });
  await home.ok(["daemon"]);
  const missed = (await history(home, "job")).filter(({ cause }) => cause.kind === "schedule-missed");
  assert.is(missed.length, 1);
  const { text, facts } = missed[0]?.cause ?? { text: "" };
  assert.match(text, /^[56] scheduled runs were missed, the last due at .*; no daemon was there$/);
  assert.ok(Date.parse(String(facts?.last)) > Date.now() - 600_000 - 60_000);
  const { nextStartAt } = await view(home, "job");
  assert.ok(Date.parse(nextStartAt ?? "") > Date.now());
  await home.ok(["daemon", "restart"]);
  assert.is((await history(home, "job")).filter(({ cause }) => cause.kind === "schedule-missed").length, 1);
});

test("a changed schedule counts at once, and a running job does not notice", async () => {
  await using home = makeHome();
  const starts = join(home.work, "starts");
  const job = { name: "job", executable: program("count-starts.sh"), args: [starts] };
  await launch(home, { ...job, schedule: "* * * * * *" });
  const { pid } = await untilView(home, "job", (each) => each.status === "running");
  await launch(home, { ...job, schedule: NEVER_SOON });
  const after = await view(home, "job");
  assert.is(after.pid, pid);
  assert.match(after.nextStartAt ?? "", /-02-29T/);
  await launch(home, job);
  assert.is((await view(home, "job")).nextStartAt, null);
});

test("a daemon that was started on the way stays while a schedule is armed", async () => {
  await using home = makeHome();
  const env = { ...home.env, GHOST_IDLE_EXIT: "200ms" };
  home.write("processes.yaml", `project: shop\nprocesses:\n  - { name: job, command: "true", schedule: "${NEVER_SOON}" }\n`);
  await home.ok(["register", "--start"], { env });
  const pid = await daemonPid(home);
  const beganMs = performance.now();
  await waitFor(() => performance.now() - beganMs > 1_000, { what: "five times its idle time to pass" });
  assert.ok(isAlive(pid));
  await home.ok(["stop", "job"], { env });
  await waitFor(() => !isAlive(pid), { what: "the idle daemon to leave" });
});

test.run();
