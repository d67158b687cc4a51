import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdirSync, readFileSync, readlinkSync, realpathSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import * as assert from "uvu/assert";
import type { SystemView } from "../../core/api/wire.ts";
import { clientPlaces } from "../../runtime/client/home.ts";
import { GHOST, run } from "../rig/ghost.ts";
import { type Home, makeHome } from "../rig/home.ts";
import { commandOf, environmentOf, processesOf } from "../rig/processes.ts";
import { test } from "../rig/test.ts";
import { waitFor } from "../rig/wait.ts";
import { addressOf, systemOf } from "./daemons.ts";

/** Daemons of this home that live: the program with `--foreground`, not its keeper. */
function daemonsOf(home: Home): number[] {
  return processesOf(home.dir)
    .map(({ pid }) => pid)
    .filter((pid) => /--foreground/.test(commandOf(pid)) && !/keeper/.test(commandOf(pid)));
}

test("however many start at once in a fresh home, one daemon runs and all succeed", async () => {
  await using home = makeHome();
  home.write("processes.yaml", "project: shop\nprocesses: [{ name: api, command: sleep 1000, restart: true }]\n");
  const commands = Array.from({ length: 20 }, (_, index) => (index % 2 === 0 ? ["daemon"] : ["register", "--start"]));
  const outcomes = await Promise.all(commands.map((command) => home.ghost(command, { limitMs: 28_000 })));
  assert.equal(
    outcomes.filter(({ code }) => code !== 0).map(({ stderr }) => stderr),
    [],
  );
  await waitFor(() => daemonsOf(home).length === 1, { what: "one daemon", seen: () => daemonsOf(home).map(commandOf) });
  assert.is((await systemOf(home)).processes.running, 1);
});

test("a home reached by a link is the same home", async () => {
  await using home = makeHome();
  const { pid } = (await home.ok(["daemon", "--json"])).json<SystemView>();
  const link = join(home.work, "link");
  symlinkSync(home.dir, link);
  assert.is((await home.ok(["--home", link, "daemon", "--json"])).json<SystemView>().pid, pid);
  assert.is((await home.ok(["daemon", "--json"], { env: { ...home.env, GHOST_HOME: `${link}/` } })).json<SystemView>().pid, pid);
});

test("a daemon that has the home and does not answer yet is said to be starting", async () => {
  await using home = makeHome();
  await home.ok(["daemon"]);
  await home.ok(["daemon", "stop"]);
  const { lockFile } = clientPlaces(home.dir);
  const holder = spawn("/bin/sh", ["-c", 'exec 9>>"$0"; echo $$ >"$0"; exec sleep 1000', lockFile], { stdio: "ignore" });
  const ended = once(holder, "exit");
  try {
    await waitFor(() => readFileSync(lockFile, "utf8").trim() === `${holder.pid}`, { what: "the lock" });
    const { code, stdout } = await home.ghost(["daemon", "status"]);
    assert.is(code, 4);
    assert.match(stdout, `daemon starting in ${home.dir} (pid ${holder.pid})`);
    const { starting, pid, running } = (await home.ghost(["daemon", "status", "--json"])).json<Record<string, unknown>>();
    assert.equal([running, starting, pid], [false, true, holder.pid]);
  } finally {
    holder.kill("SIGKILL");
    await ended;
  }
  assert.match((await home.ghost(["daemon", "status"])).stdout, /daemon not running/);
});

test("a second daemon in the foreground says who is there, and fails", async () => {
  await using home = makeHome();
  const { pid } = (await home.ok(["daemon", "--json"])).json<SystemView>();
  const { code, stderr } = await home.ghost(["daemon", "--foreground"]);
  assert.is(code, 1);
  assert.match(stderr, /cannot start the daemon: another one runs in .*\n\s*hint: ghost daemon status/);
  assert.is((await systemOf(home)).pid, pid);
});

test("a daemon in the foreground that cannot become another program is not replaced by a command, and says how to", async () => {
  await using home = makeHome();
  const [file = "", ...args] = GHOST;
  const env = { ...home.env, GHOST_NO_FFI: "1" };
  const daemon = spawn(file, [...args, "daemon", "--foreground"], { cwd: home.work, env, stdio: "ignore" });
  const exit = once(daemon, "exit");
  await waitFor(() => addressOf(home), { what: "the daemon" });
  const { code, stderr } = await home.ghost(["daemon", "restart"]);
  assert.is(code, 2);
  assert.match(stderr, /runs in the foreground.*\n\s*hint: .*--leave/);
  await home.ok(["daemon", "stop"]);
  assert.equal(await exit, [0, null]);
});

test("what a dead daemon left (address, socket, lock) is no obstacle, nor is an address that names a stranger", async () => {
  await using home = makeHome();
  const run = join(home.dir, "run");
  mkdirSync(run, { recursive: true });
  writeFileSync(join(run, "daemon.sock"), "no socket at all");
  writeFileSync(join(run, "daemon.lock"), `${process.pid}\n`);
  writeFileSync(
    join(run, "daemon.pid"),
    JSON.stringify({ pid: process.pid, socket: join(run, "daemon.sock"), version: "0", startedAt: "" }),
  );
  const { pid } = (await home.ok(["daemon", "--json"])).json<SystemView>();
  assert.is.not(pid, process.pid);
});

test("socket and address that disappear under a daemon are put back", async () => {
  await using home = makeHome();
  const { pid } = (await home.ok(["daemon", "--json"])).json<SystemView>();
  const run = join(home.dir, "run");
  writeFileSync(join(run, "daemon.pid"), "{ half");
  assert.is((await home.ok(["daemon", "start", "--json"])).json<SystemView>().pid, pid);
  for (const name of ["daemon.pid", "daemon.sock"]) rmSync(join(run, name));
  await waitFor(() => addressOf(home)?.pid === pid, { what: "the address" });
  assert.is((await home.ok(["daemon", "start", "--json"])).json<SystemView>().pid, pid);
});

test("a daemon in the background has nothing of the shell that started it", async () => {
  await using home = makeHome();
  home.write("processes.yaml", "project: shop\nprocesses: [{ name: api, command: sleep 1000, restart: true }]\n");
  const env = { ...home.env, SECRET_OF_THE_SHELL: "1", GHOST_PROCESS: "stranger", GHOST_NAME: "stranger", LC_TIME: "C" };
  // Its stdout is a pipe: were it inherited, this would not end.
  const child = spawn("/bin/sh", ["-c", 'exec 7</etc/passwd; "$0" "$@" register --start | cat', ...program(home)], {
    cwd: home.work,
    env,
    stdio: ["ignore", "pipe", "inherit"],
  });
  child.stdout.resume();
  await once(child, "close");
  const { pid, helperPids } = await systemOf(home);
  for (const each of [pid, ...helperPids]) {
    const found = environmentOf(each);
    assert.equal([found.SECRET_OF_THE_SHELL, found.GHOST_PROCESS, found.GHOST_NAME, found.LC_TIME], [undefined, undefined, undefined, "C"]);
    assert.is(readlinkSync(`/proc/${each}/cwd`), "/");
    assert.is(existsSync(`/proc/${each}/fd/7`) && readlinkSync(`/proc/${each}/fd/7`) === realpathSync("/etc/passwd"), false);
    const [session = "", terminal] = await sessionOf(each);
    assert.is(terminal, "0");
    assert.is.not(session, String(process.pid));
  }
  assert.is((await sessionOf(pid))[0], String(pid));
});

test.run();

function program(home: Home): string[] {
  return [...GHOST, "--home", home.dir];
}

/** Session and controlling terminal, from `/proc/PID/stat`. */
async function sessionOf(pid: number): Promise<string[]> {
  const { stdout } = await run(["cat", `/proc/${pid}/stat`]);
  const fields = stdout.slice(stdout.lastIndexOf(")") + 2).split(" ");
  return [fields[3] ?? "", fields[4] ?? ""];
}
