import { spawnSync } from "node:child_process";
import { chmodSync, existsSync, lstatSync, mkdirSync, readdirSync, readFileSync, readlinkSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import * as assert from "uvu/assert";
import type { ErrorBody } from "../../core/errors/ghost-error.ts";
import { GHOST, type Outcome, run } from "../rig/ghost.ts";
import { makeHome } from "../rig/home.ts";
import { needs } from "../rig/needs.ts";
import { test } from "../rig/test.ts";
import { addressOf, systemOf } from "./daemons.ts";

const FILE = "project: shop\nprocesses:\n  - { name: api, command: sleep 1000, restart: true }\n";
const canMount = process.platform === "linux" && process.getuid?.() === 0 && spawnSync("unshare", ["-m", "true"]).status === 0;

function errorOf(outcome: Outcome): ErrorBody {
  return outcome.json<{ error: ErrorBody }>().error;
}

test("a home whose path is too long for a socket has its socket elsewhere, a link to it, and works", async () => {
  await using home = makeHome();
  home.write("processes.yaml", FILE);
  const long = join(home.work, "a-folder-with-a-long-name-".repeat(4), "another-one");
  const inLong = (...args: string[]) => home.ok(["--home", long, ...args]);
  try {
    await inLong("register", "--start");
    const { socket } = addressOf({ dir: long }) as { socket: string };
    assert.ok(Buffer.byteLength(socket) <= 107 && !socket.startsWith(long), socket);
    assert.is(readlinkSync(join(long, "run/daemon.sock")), socket);
    assert.is(lstatSync(join(socket, "..")).mode & 0o777, 0o700);
    assert.is((await inLong("list", "--json")).json<unknown[]>().length, 1);
    await inLong("daemon", "restart");
    assert.is((await inLong("list", "--json")).json<{ restarts: number }[]>()[0]?.restarts, 0);
  } finally {
    const { socket = "" } = addressOf({ dir: long }) ?? {};
    await inLong("daemon", "stop");
    assert.equal([existsSync(dirname(socket)), existsSync(join(long, "run/daemon.sock"))], [false, false]);
    assert.is(lstatSync(join(long, "run/stopped")).mode & 0o777, 0o600);
  }
  await inLong("daemon");
  await inLong("daemon", "stop");
});

test("pipes of processes that are no longer registered are removed at the start, and no others", async () => {
  await using home = makeHome();
  home.write("processes.yaml", FILE);
  await home.ok(["register", "--start"]);
  await home.ok(["daemon", "stop", "--leave"]);
  const fifos = join(home.dir, "run/fifos");
  const own = readdirSync(fifos).sort();
  assert.is(own.length, 2);
  spawnSync("mkfifo", [join(fifos, "01GONE.out"), join(fifos, "01GONE.err")]);
  await home.ok(["daemon"]);
  assert.equal(readdirSync(fifos).sort(), own);
});

test("neither the home's nor the temp folder's path leaves room for a socket: said with the remedy", async () => {
  await using home = makeHome();
  const long = join(home.work, "x".repeat(120));
  const outcome = await home.ghost(["--home", long, "daemon", "--json"], { env: { ...home.env, TMPDIR: long } });
  assert.equal([outcome.code, errorOf(outcome).code], [1, "SOCKET_PATH_TOO_LONG"]);
  assert.match(errorOf(outcome).hint ?? "", /shorter/);
});

test("a home that is a file is refused", async () => {
  await using home = makeHome();
  const file = home.write("file", "precious");
  for (const args of [["daemon"], ["list"], ["start", "/bin/true"]]) {
    const outcome = await home.ghost(["--home", file, ...args, "--json"]);
    assert.is.not(outcome.code, 0, args[0]);
    assert.not.match(outcome.stdout, /INTERNAL/);
  }
  const refused = await home.ghost(["--home", file, "daemon", "--json"]);
  assert.is(errorOf(refused).code, "HOME_UNUSABLE");
  assert.is(readFileSync(file, "utf8"), "precious");
});

test("without HOME, the user's own folder by the account; with GHOST_HOME none is needed", async () => {
  await using home = makeHome();
  const { HOME: _, ...env } = home.env;
  await home.ok(["daemon", "--json"], { env });
  assert.is((await systemOf(home)).home, home.dir);
  await home.ok(["daemon", "stop"], { env });
});

test.unless(needs("root", "setpriv"), "a home of another user is refused with the remedy, and stays as it is", async () => {
  await using home = makeHome();
  mkdirSync(home.dir, { mode: 0o700 });
  chmodSync(join(home.dir, ".."), 0o755);
  const asNobody = ["setpriv", "--reuid=65534", "--regid=65534", "--clear-groups"];
  for (const args of [["daemon"], ["start", "/bin/true"]]) {
    const outcome = await run([...asNobody, ...GHOST, ...args, "--json"], { cwd: "/", env: home.env });
    assert.equal([outcome.code, errorOf(outcome).code], [1, "PERMISSION_DENIED"], outcome.stderr);
    assert.match(errorOf(outcome).hint ?? "", /--home/);
  }
  const foreground = await run([...asNobody, ...GHOST, "daemon", "--foreground"], { cwd: "/", env: home.env });
  assert.is(foreground.code, 1);
  assert.match(foreground.stderr, /cannot use .*permission denied/);
  await home.ok(["daemon"]);
  const reader = await run([...asNobody, ...GHOST, "list", "--json"], { cwd: "/", env: home.env });
  assert.equal([reader.code, errorOf(reader).code], [1, "PERMISSION_DENIED"], reader.stdout);
});

test.unless(canMount ? null : "mounting needs root on Linux", "a home on a read-only file system is refused", async () => {
  await using home = makeHome();
  mkdirSync(home.dir, { mode: 0o700 });
  spawnSync("mount", ["-t", "tmpfs", "-o", "ro,size=1m", "tmpfs", home.dir]);
  try {
    const outcome = await home.ghost(["daemon", "--json"]);
    assert.equal([outcome.code, errorOf(outcome).code], [1, "PERMISSION_DENIED"]);
    assert.match(errorOf(outcome).message, /read-only/);
  } finally {
    spawnSync("umount", [home.dir]);
  }
});

test("a node configuration that is wrong keeps a daemon with nothing to supervise from starting, and is named with its line", async () => {
  await using home = makeHome();
  mkdirSync(home.dir, { mode: 0o700 });
  writeFileSync(join(home.dir, ".ghost.yaml"), "monitoring:\n  intervall: 5s\n");
  const outcome = await home.ghost(["daemon", "--json"]);
  assert.equal([outcome.code, errorOf(outcome).code], [2, "CONFIG_INVALID"]);
  assert.match(errorOf(outcome).message, /\.ghost\.yaml:2/);
  writeFileSync(join(home.dir, ".ghost.yaml"), "monitoring:\n  interval: 00:00:05\n");
  await home.ok(["daemon"]);
});

test("a folder with other things in it is not made into a home", async () => {
  await using home = makeHome();
  home.write("mine/letter.txt", "dear reader");
  const { code, stderr } = await home.ghost(["--home", join(home.work, "mine"), "daemon"]);
  assert.is(code, 1);
  assert.match(stderr, /it is a folder with other things in it/);
});

test("a daemon whose own file became wrong is not replaced", async () => {
  await using home = makeHome();
  home.write("processes.yaml", "project: shop\nprocesses:\n  - { name: api, command: sleep 1000, restart: true }\n");
  await home.ok(["register", "--start"]);
  writeFileSync(join(home.dir, ".ghost.yaml"), "monitoring: { intervall: 5s }\n");
  const { code, stderr } = await home.ghost(["daemon", "restart"]);
  assert.is(code, 2);
  assert.match(stderr, /did you mean interval/);
  assert.match((await home.ok(["list"])).stdout, /api +running/);
});

test.run();
