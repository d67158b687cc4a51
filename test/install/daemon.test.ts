// timeout: 120s
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "uvu";
import * as assert from "uvu/assert";
import type { ProcessView } from "../../core/api/wire.ts";
import { ROOT, run } from "../rig/ghost.ts";
import { isAlive } from "../rig/processes.ts";
import { program } from "../rig/programs.ts";
import { waitFor } from "../rig/wait.ts";
import { type Machine, makeMachine, PROGRAM } from "./installer.ts";
import { startWebServer } from "./web-server.ts";

test("a new version takes over from a running daemon: what it supervises lives on; --uninstall stops it and keeps the data", async () => {
  await using server = await startWebServer();
  using machine = makeMachine(server.url);
  server.publish(PROGRAM, readFileSync(join(ROOT, "dist/ghost")));
  assert.is((await machine.install()).code, 0);
  await ghost(machine, "start", program("ignore-term.sh"), "--name", "tough", "--no-wait");
  const before = await tough(machine);
  const daemon = await daemonPid(machine);

  const again = await machine.install();
  assert.is(again.code, 0, again.stderr);
  assert.is.not(await daemonPid(machine), daemon);
  assert.is((await tough(machine)).pid, before.pid);
  await ghost(machine, "stop", "tough", "--force");

  const gone = await machine.install(["--uninstall"]);
  assert.is(gone.code, 0, gone.stderr);
  assert.not(isAlive(before.pid as number));
  assert.not(existsSync(join(machine.home, "bin")));
  assert.ok(existsSync(join(machine.home, "data")));
  assert.is((await machine.install(["--uninstall", "--purge"])).code, 0);
  assert.not(existsSync(machine.home));
});

test.run();

async function ghost(machine: Machine, ...args: string[]) {
  const outcome = await run([join(machine.home, "bin/ghost"), ...args], { cwd: machine.user, env: machine.env });
  assert.is(outcome.code, 0, outcome.stderr);
  return outcome;
}

function tough(machine: Machine): Promise<ProcessView> {
  return waitFor(async () => (await ghost(machine, "list", "--json")).json<ProcessView[]>().find(({ status }) => status === "running"), {
    what: "the process to run",
  });
}

async function daemonPid(machine: Machine): Promise<number> {
  return (await ghost(machine, "daemon", "status", "--json")).json<{ pid: number }>().pid;
}
