// timeout: 120s
import { chmodSync, chownSync, copyFileSync, existsSync, mkdirSync, readlinkSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import * as assert from "uvu/assert";
import type { ErrorBody } from "../../core/errors/ghost-error.ts";
import { inForeground } from "../cli/foreground.ts";
import { GHOST, type Outcome, ROOT, run } from "../rig/ghost.ts";
import { type Home, makeHome } from "../rig/home.ts";
import { needs } from "../rig/needs.ts";
import { commandOf } from "../rig/processes.ts";
import { program } from "../rig/programs.ts";
import { test } from "../rig/test.ts";
import { waitFor } from "../rig/wait.ts";
import { addressOf, killDaemon, pidsOf, systemOf, untilBack } from "./daemons.ts";

const FILE = "project: shop\nprocesses:\n  - { name: api, command: sleep 1000, restart: true }\n";
const SCRIPT = ["node", join(ROOT, "dist/ghost.js")];

/** Another copy of the program under test. */
function copyOf(home: Home, name: string): readonly string[] {
  const [file = "", ...rest] = GHOST;
  const copy = join(home.work, name);
  copyFileSync(file, copy);
  return [copy, ...rest];
}

function by(home: Home, program: readonly string[], ...args: string[]): Promise<Outcome> {
  return run([...program, ...args], { cwd: home.work, env: home.env });
}

async function runtimeOf(home: Home): Promise<string> {
  return (await systemOf(home)).runtime;
}

test.unless(
  process.platform === "linux" ? null : "looks into /proc",
  "daemon restart makes the program that is called the daemon, and so does what comes after it",
  async () => {
    await using home = makeHome();
    home.write("processes.yaml", FILE);
    const other = copyOf(home, "it's another ghost");
    await home.ok(["register", "--start"]);
    const before = await pidsOf(home);
    const { code, stderr } = await by(home, other, "daemon", "restart");
    assert.equal([code, stderr], [0, ""]);
    const { pid } = await systemOf(home);
    assert.is(readlinkSync(`/proc/${pid}/exe`), other[0]);
    assert.equal(await pidsOf(home), before);
    assert.not(existsSync(join(home.dir, "run/next-daemon")));
    await killDaemon(home);
    const next = await untilBack(home, pid);
    assert.is(readlinkSync(`/proc/${next}/exe`), other[0]);
    await home.ok(["daemon", "restart"]);
    assert.is(readlinkSync(`/proc/${(await systemOf(home)).pid}/exe`), GHOST[0]);
    assert.equal(await pidsOf(home), before);
  },
);

test.unless(needs("node"), "from the script under Node to the binary and back, with everything that runs", async () => {
  await using home = makeHome();
  home.write("processes.yaml", FILE);
  assert.is((await by(home, SCRIPT, "register", "--start")).code, 0);
  const before = await pidsOf(home);
  assert.match(await runtimeOf(home), /^node/i);
  await home.ok(["daemon", "restart"]);
  assert.match(await runtimeOf(home), /^bun/i);
  const back = await by(home, SCRIPT, "daemon", "restart");
  assert.is(back.code, 0, back.stderr);
  assert.match(await runtimeOf(home), /^node/i);
  assert.equal(await pidsOf(home), before);
});

test("a daemon in the foreground stays the program that it is, and the file to be replaced is named", async () => {
  await using home = makeHome();
  const other = copyOf(home, "other");
  await using daemon = inForeground(["daemon", "--foreground"], { cwd: home.work, env: home.env });
  await waitFor(() => addressOf(home) !== null, { what: "the daemon" });
  const { code, stderr } = await by(home, other, "daemon", "restart");
  assert.is(code, 0, stderr);
  assert.match(stderr, new RegExp(`warning: the daemon is ${GHOST[0]} still .*not this ${other[0]}: .*replace ${GHOST[0]}`));
  await daemon.end("SIGTERM");
});

test("a program that is gone again is not made the next daemon", async () => {
  await using home = makeHome();
  const other = copyOf(home, "other");
  await home.ok(["daemon"]);
  const { pid, socket } = await systemOf(home);
  rmSync(other[0] ?? "");
  const refused = await run(
    ["curl", "-s", "--unix-socket", socket, "-X", "POST", "-d", JSON.stringify({ program: other }), "http://ghost/v1/daemon/restart"],
    { cwd: home.work, env: home.env },
  );
  assert.is(refused.json<{ error: ErrorBody }>().error.code, "DAEMON_START_FAILED");
  assert.is((await systemOf(home)).pid, pid);
});

test("^C of daemon stop ends the command at once, and the stop goes on", async () => {
  await using home = makeHome();
  home.write("processes.yaml", `processes:\n  - { name: a, command: "${program("ignore-term.sh")}", stop: { timeout: 2s } }\n`);
  await home.ok(["register", "--start"]);
  const { pid } = await systemOf(home);
  await using stopping = inForeground(["daemon", "stop"], { cwd: home.work, env: home.env });
  await waitFor(async () => /stopping/.test((await home.ghost(["list"])).stdout), { what: "the stop to begin" });
  assert.is(await stopping.end("SIGINT"), 130);
  assert.match(stopping.text(), /interrupted: the daemon goes on with what was asked/);
  await waitFor(() => !commandOf(pid).includes("daemon"), { what: "the daemon to end all the same" });
});

const NOBODY = 65534;
const asNobody = (home: Home, ...args: string[]): Promise<Outcome> =>
  run(["setpriv", `--reuid=${NOBODY}`, `--regid=${NOBODY}`, "--clear-groups", ...GHOST, ...args], { cwd: "/", env: home.env });

test.unless(needs("root", "setpriv"), "a state that the next daemon could not open is told before anything is given up", async () => {
  await using home = makeHome();
  mkdirSync(home.dir, { mode: 0o700 });
  chownSync(home.dir, NOBODY, NOBODY);
  chmodSync(join(home.dir, ".."), 0o777);
  assert.is((await asNobody(home, "start", "/bin/sleep", "--", "1000")).code, 0);
  const state = join(home.dir, "data/state.db");
  chmodSync(state, 0);
  const refused = await asNobody(home, "daemon", "restart");
  assert.is(refused.code, 1);
  assert.match(refused.stderr, /cannot restart the daemon: the next one could not open \S+state\.db: permission denied\nhint: chmod u\+rw/);
  assert.is((await asNobody(home, "daemon", "stop")).code, 0);
  const doctor = await asNobody(home, "doctor");
  assert.is(doctor.code, 1);
  assert.match(doctor.stdout.replaceAll(/\s+/g, " "), /state\.db cannot be read: permission denied hint: chmod u\+rw/);
  chmodSync(state, 0o600);

  chmodSync(join(home.dir, "run"), 0o500);
  const closed = await asNobody(home, "daemon", "--json");
  assert.equal([closed.code, closed.json<{ error: ErrorBody }>().error.code], [1, "PERMISSION_DENIED"], closed.stdout);
  chmodSync(join(home.dir, "run"), 0o700);
});

test("a next daemon that cannot start is told with its reason, and long before 20 s", async () => {
  await using home = makeHome();
  home.write("processes.yaml", FILE);
  await home.ok(["register", "--start"]);
  // What lies in the place of state.db alone the daemon that ends puts aside; with a file for its folder it can do nothing.
  const data = join(home.dir, "data");
  renameSync(data, `${data}.aside`);
  writeFileSync(data, "in the way");
  const { code, stderr, tookMs } = await home.ghost(["daemon", "restart"]);
  assert.is(code, 1, stderr);
  assert.match(stderr, /cannot use \S+ as Ghost's home: .*data/);
  assert.ok(tookMs < 15_000, `${tookMs} ms`);
  rmSync(data);
  renameSync(`${data}.aside`, data);
  assert.match((await home.ok(["list"])).stdout, /api +running/);
});

test("a state that is a directory is told with the remedy", async () => {
  await using home = makeHome();
  mkdirSync(join(home.dir, "data/state.db"), { recursive: true });
  const { error } = (await home.ghost(["daemon", "--json"])).json<{ error: ErrorBody }>();
  assert.match(error.message, /state\.db: it is a directory/);
  assert.match(error.hint ?? "", /move it aside/);
});

test.run();
