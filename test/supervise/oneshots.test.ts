import { existsSync } from "node:fs";
import { join } from "node:path";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { makeHome } from "../rig/home.ts";
import { isAlive } from "../rig/processes.ts";
import { program } from "../rig/programs.ts";
import { daemonPid, declare, launch, untilLines, untilStatus, untilView, view } from "./processes.ts";

test("a one-shot runs to its end once, and again at each start", async () => {
  await using home = makeHome();
  const starts = join(home.work, "starts");
  const migrate = { name: "migrate", executable: program("count-starts.sh"), args: [starts, "0"] };
  const started = await launch(home, migrate);
  assert.is(started.code, 0, started.stderr);
  const over = await untilStatus(home, "migrate", "exited");
  assert.equal([over.type, over.exitCode, over.pid, over.restarts], ["oneshot", 0, null, 0]);
  await home.ok(["register"]);
  assert.is((await untilLines(starts)).length, 1, "a register starts nothing");
  await home.ok(["start", "migrate"]);
  await home.ok(["restart", "migrate"]);
  await untilLines(starts, 3);
  await untilStatus(home, "migrate", "exited");
});

test("a one-shot that fails is failed, not restarted", async () => {
  await using home = makeHome();
  const starts = join(home.work, "starts");
  const started = await launch(home, { name: "migrate", executable: program("count-starts.sh"), args: [starts, "4"] });
  assert.is(started.code, 1);
  const failed = await untilStatus(home, "migrate", "failed");
  assert.equal([failed.exitCode, failed.restarts, failed.why], [4, 0, "exited with code 4"]);
  assert.is((await untilLines(starts)).length, 1);
});

test("start returns when a one-shot runs, stop ends it, and neither a new daemon nor a stopped one runs it again", async () => {
  await using home = makeHome();
  const starts = join(home.work, "starts");
  await launch(home, { name: "job", executable: program("count-starts.sh"), args: [starts] });
  const { pid, status } = await view(home, "job");
  assert.is(status, "running");
  const before = await daemonPid(home);
  process.kill(before, "SIGKILL");
  assert.is((await untilView(home, "job", (process) => process.status === "running")).pid, pid);
  await home.ok(["daemon", "stop"]);
  assert.not(isAlive(pid ?? 0));
  await home.ok(["daemon"]);
  assert.is((await view(home, "job")).status, "stopped");
  assert.is((await untilLines(starts)).length, 1);
});

test("delete stops and forgets, the logs stay, and the name is free again", async () => {
  await using home = makeHome();
  await launch(
    home,
    { name: "api", command: ["sh", "-c", "echo hello; exec sleep 1000"], restart: true },
    { name: "web", command: "sleep 1000", restart: true },
  );
  const api = await untilView(home, "api", (process) => existsSync(process.logs.out));
  await home.ok(["delete", "api"]);
  assert.not(isAlive(api.pid ?? 0));
  assert.ok(existsSync(api.logs.out));
  assert.is((await home.ghost(["status", "api"])).code, 3);
  await home.ok(["daemon", "restart"]);
  assert.is((await home.ghost(["status", "api"])).code, 3);
  home.write("other.yaml", "project: shop\nprocesses: [{ name: api, command: sleep 1000, restart: true }]\n");
  await home.ok(["register", "--start", "other.yaml"]);
  const again = await view(home, "api");
  assert.is.not(again.id, api.id);
  assert.is(again.restarts, 0);
  declare(home, { name: "web", command: "sleep 1000", restart: true });
  await home.ok(["register"]);
});

test.run();
