import { join } from "node:path";
import { test } from "uvu";
import * as assert from "uvu/assert";
import type { ActionResult, ProcessDetail, RunResult } from "../../core/api/wire.ts";
import { type Home, makeHome } from "../rig/home.ts";
import { program } from "../rig/programs.ts";
import { daemonPid, launch, untilLines, untilStatus, untilView, view } from "../supervise/processes.ts";

const NEVER_SOON = "0 0 29 2 *";
const results = async (home: Home, name: string): Promise<readonly RunResult[]> =>
  (await home.ok(["status", name, "--json"])).json<ProcessDetail>().results;

test("trigger runs a job now, armed or not, and leaves that as it is", async () => {
  await using home = makeHome();
  const starts = join(home.work, "starts");
  const job = { name: "job", executable: program("count-starts.sh"), args: [starts, "0"], schedule: NEVER_SOON };
  await launch(home, job);
  const wait = async (): Promise<ActionResult | undefined> =>
    (await home.ok(["trigger", "job", "--wait", "--json"])).json<ActionResult[]>()[0];
  assert.is((await wait())?.did, "completed");
  const armed = await view(home, "job");
  assert.equal([armed.status, armed.desired, armed.nextStartAt !== null], ["exited", "up", true]);
  await home.ok(["stop", "job"]);
  assert.is((await wait())?.did, "completed");
  const disarmed = await view(home, "job");
  assert.equal([disarmed.status, disarmed.desired, disarmed.nextStartAt], ["exited", "down", null]);
  assert.is((await untilLines(starts, 2)).length, 2);
  assert.equal(
    (await results(home, "job")).map(({ by, ok, exitCode }) => [by, ok, exitCode]),
    [
      ["ghost trigger", true, 0],
      ["ghost trigger", true, 0],
    ],
  );
});

test("--wait passes on how the run ended, with its last lines", async () => {
  await using home = makeHome();
  await launch(home, { name: "job", command: ["sh", "-c", "echo no tape >&2; exit 7"], schedule: NEVER_SOON });
  const outcome = await home.ghost(["trigger", "job", "--wait"]);
  assert.is(outcome.code, 1);
  assert.match(outcome.stderr, /^error: cannot complete job: its run exited with code 7\n[\s\S]*no tape/m);
  assert.equal(
    (await results(home, "job")).map(({ ok, exitCode }) => [ok, exitCode]),
    [[false, 7]],
  );
  assert.is((await home.ghost(["status", "job", "--quiet"])).code, 1);
});

test("a job that runs is not run beside itself, and a service is not triggered", async () => {
  await using home = makeHome();
  await launch(home, { name: "job", command: "sleep 1000", schedule: NEVER_SOON }, { name: "api", command: "sleep 1000", restart: true });
  await home.ok(["trigger", "job"]);
  const { pid } = await untilStatus(home, "job", "running");
  const again = await home.ghost(["trigger", "job"]);
  assert.is(again.code, 1);
  assert.match(again.stderr, new RegExp(`cannot trigger job: its last run goes on \\(pid ${pid}\\)`));
  const service = await home.ghost(["trigger", "api"]);
  assert.is(service.code, 2);
  assert.match(service.stderr, /cannot trigger api: it is a service/);
  assert.is((await home.ghost(["trigger", "nobody"])).code, 3);
  await home.ok(["stop", "job"]);
  assert.equal(
    (await results(home, "job")).map(({ exitSignal, ok }) => [exitSignal, ok]),
    [["SIGTERM", false]],
  );
});

test("the run of a job that is not armed outlives the daemon, and does not arm it", async () => {
  await using home = makeHome();
  const gate = join(home.work, "gate");
  await launch(home, { name: "job", command: ["sh", "-c", `while [ ! -e ${gate} ]; do sleep 0.05; done`], schedule: NEVER_SOON });
  await home.ok(["stop", "job"]);
  await home.ok(["trigger", "job"]);
  const { pid } = await untilStatus(home, "job", "running");
  const before = await daemonPid(home);
  process.kill(before, "SIGKILL");
  const adopted = await untilView(home, "job", (job) => job.status === "running");
  assert.equal([adopted.pid, adopted.nextStartAt], [pid, null]);
  home.write("gate", "");
  const over = await untilView(home, "job", (job) => job.pid === null);
  assert.equal([over.desired, over.nextStartAt], ["down", null]);
});

test("a job that is no more scheduled can be triggered, and keeps its last results over restarts of the daemon", async () => {
  await using home = makeHome();
  await launch(home, { name: "job", command: "true", type: "oneshot" });
  for (let run = 0; run < 22; run += 1) await home.ok(["trigger", "job", "--wait"]);
  await home.ok(["daemon", "stop"]);
  await home.ok(["daemon"]);
  const kept = await results(home, "job");
  assert.is(kept.length, 20);
  assert.ok(kept.every(({ ok, by, startedAt, endedAt }) => ok && by === "ghost trigger" && startedAt !== null && endedAt >= startedAt));
  assert.is((await view(home, "job")).status, "exited");
});

test.run();
