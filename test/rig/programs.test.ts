import { spawn } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import * as assert from "uvu/assert";
import { run } from "./ghost.ts";
import { makeHome } from "./home.ts";
import { isAlive, processesOf } from "./processes.ts";
import { type ProgramName, program } from "./programs.ts";
import { test } from "./test.ts";
import { waitFor } from "./wait.ts";

test("lines.sh writes numbered lines", async () => {
  assert.is((await run([program("lines.sh"), "3"])).stdout, "line 1\nline 2\nline 3\n");
});

test("exit.sh ends with the code it was given, after its last words", async () => {
  const { code, stderr } = await run([program("exit.sh"), "7", "0", "no", "more"]);
  assert.equal([code, stderr], [7, "no more\n"]);
});

test("graceful.sh stops as it was asked to", async () => {
  const child = start("graceful.sh", ["0", "3"]);
  await waitFor(() => child.said().includes("ready"), { what: "graceful.sh to be ready" });
  child.end("SIGTERM");
  assert.is(await child.ended, 3);
  assert.is(child.said(), "ready\nstopping\nstopped\n");
});

test("signals.sh names what it gets", async () => {
  const child = start("signals.sh");
  await waitFor(() => child.said().includes("ready"), { what: "signals.sh to be ready" });
  child.end("SIGUSR1");
  await waitFor(() => child.said().includes("USR1"), { what: "USR1 to be named" });
  child.end("SIGTERM");
  assert.is(await child.ended, 0);
});

test("forks.sh leaves a process that escaped its group, and a home's clean-up finds it", async () => {
  const home = makeHome({ expectLeftovers: true });
  const file = join(home.work, "pids");
  const child = start("forks.sh", [file], home.work);
  await waitFor(() => existsSync(file) && readFileSync(file, "utf8").includes("ready"), { what: "forks.sh to be ready" });
  const pids = [...readFileSync(file, "utf8").matchAll(/\d+/g)].map(Number);
  assert.is(pids.length, 3);
  assert.ok(processesOf(home.work).length >= 4);
  await home.close();
  await child.ended;
  assert.equal(pids.filter(isAlive), []);
});

test("daemonize.sh ends and leaves one process that ends on SIGTERM", async () => {
  const home = makeHome();
  const file = join(home.work, "pid");
  assert.is(await start("daemonize.sh", [file], home.work).ended, 0);
  const pid = Number(readFileSync(file, "utf8"));
  assert.ok(isAlive(pid));
  process.kill(pid, "SIGTERM");
  await waitFor(() => !isAlive(pid), { what: "the daemonized process to end" });
  await home.close();
});

test("environment.sh tells what it was started with", async () => {
  const home = makeHome();
  const file = join(home.work, "env");
  await run([program("environment.sh"), file, "0"], { env: { ...home.env, COLOUR: "blue" }, cwd: home.work });
  assert.match(readFileSync(file, "utf8"), /COLOUR=blue[\s\S]*CWD=.*work\n[\s\S]*UID_GID=\d+:\d+/);
  await home.close();
});

test.run();

function start(name: ProgramName, args: readonly string[] = [], cwd?: string) {
  const child = spawn(program(name), args, { cwd, stdio: ["ignore", "pipe", "ignore"] });
  let text = "";
  child.stdout.on("data", (chunk: Buffer) => {
    text += chunk.toString();
  });
  const ended = new Promise<number | null>((resolve) => child.once("close", resolve));
  return { said: () => text, end: (signal: NodeJS.Signals) => child.kill(signal), ended };
}
