import { chmodSync, mkdirSync, statSync } from "node:fs";
import { dirname, join } from "node:path";
import * as assert from "uvu/assert";
import { GHOST, run } from "../rig/ghost.ts";
import { type Home, makeHome } from "../rig/home.ts";
import { needs } from "../rig/needs.ts";
import { isAlive } from "../rig/processes.ts";
import { program } from "../rig/programs.ts";
import { test } from "../rig/test.ts";
import { waitFor } from "../rig/wait.ts";
import { declare, launch, untilLines, untilStatus, view } from "./processes.ts";

/** A folder that everybody may write to, below a home that everybody may pass. */
function openFolder(home: Home): string {
  const folder = join(home.work, "open");
  mkdirSync(folder);
  chmodSync(dirname(home.work), 0o755);
  chmodSync(folder, 0o777);
  return folder;
}

async function factsIn(file: string): Promise<Record<string, string>> {
  const lines = await untilLines(file);
  return Object.fromEntries(lines.map((line) => [line.slice(0, line.indexOf("=")), line.slice(line.indexOf("=") + 1)]));
}

const idOf = async (user: string): Promise<string> => (await run(["sh", "-c", `echo $(id -u ${user}):$(id -g ${user})`])).stdout.trim();

test.unless(
  needs("linux", "root", "setpriv"),
  "user: the program, its HOME and USER, its groups, its files and its pipes are that user's",
  async () => {
    await using home = makeHome();
    const folder = openFolder(home);
    const file = join(folder, "facts");
    const script = `id -Gn > ${folder}/groups; echo reopened > /dev/stderr; echo said; exec ${program("environment.sh")} ${file}`;
    const started = await launch(home, { name: "api", command: ["sh", "-c", script], restart: true, user: "www-data" });
    assert.is(started.code, 0, started.stderr);
    const facts = await factsIn(file);
    assert.equal([facts.UID_GID, facts.USER, facts.LOGNAME, facts.HOME], [await idOf("www-data"), "www-data", "www-data", "/var/www"]);
    assert.is((await untilLines(join(folder, "groups"))).join(), (await run(["id", "-Gn", "www-data"])).stdout.trim());
    assert.is(`${statSync(file).uid}:${statSync(file).gid}`, facts.UID_GID);
    await waitFor(async () => (await home.ok(["logs", "api"])).stdout.includes("said"), { what: "its output" });
    assert.match((await home.ok(["logs", "api", "--err"])).stdout, /reopened/);
    const { logs, pid } = await view(home, "api");
    assert.equal([statSync(logs.out).uid, statSync(logs.out).mode & 0o077], [0, 0], "its log is not its own");
    await home.ok(["stop", "api"]);
    assert.not(isAlive(pid ?? 0));
  },
);

test.unless(needs("linux", "root"), "group, umask, nice and open_files reach the program", async () => {
  await using home = makeHome();
  const folder = openFolder(home);
  const file = join(folder, "facts");
  const api = { name: "api", executable: program("environment.sh"), args: file, restart: true, user: "nobody", group: "www-data" };
  const started = await launch(home, { ...api, umask: "027", nice: 7, resource_limits: { open_files: 333 } });
  assert.is(started.code, 0, started.stderr);
  const facts = await factsIn(file);
  const [, group] = (await idOf("www-data")).split(":");
  assert.equal([facts.UMASK, facts.NICE, facts.OPEN_FILES, facts.UID_GID?.split(":")[1]], ["0027", "7", "333", group]);
  assert.is(statSync(file).mode & 0o777, 0o640);
});

test.unless(needs("root"), "who cannot open the hub's socket is not told where it is", async () => {
  await using home = makeHome();
  const base = { command: "sleep 1000", restart: true };
  declare(home, { ...base, name: "own" }, { ...base, name: "other", user: "nobody" });
  await home.ok(["register"]);
  const told = async (name: string) => (await home.ok(["env", name, "--json"])).stdout.includes("GHOST_HUB");
  assert.equal([await told("own"), await told("other")], [true, false]);
});

test.unless(needs("linux", "root"), "the tools that drop privileges do not come from the program's own PATH", async () => {
  await using home = makeHome();
  const folder = openFolder(home);
  const file = join(folder, "facts");
  for (const name of ["setpriv", "nice"]) home.write(`open/bin/${name}`, `#!/bin/sh\nid -u >> ${folder}/run-by\n`, 0o755);
  const env = { PATH: `${folder}/bin:/usr/bin:/bin` };
  const api = { name: "api", executable: program("environment.sh"), args: file, restart: true, user: "nobody", nice: 3, environment: env };
  assert.is((await launch(home, api)).code, 0);
  const facts = await factsIn(file);
  assert.is(facts.UID_GID, await idOf("nobody"));
  // The program itself asks for its niceness: that is its own affair, and with its own rights.
  assert.equal([...new Set(await untilLines(join(folder, "run-by")))], [facts.UID_GID?.split(":")[0]]);
});

test("a user that does not exist, or may not do it, is told", async () => {
  await using home = makeHome();
  const base = { command: "sleep 1000", restart: "never", type: "service" };
  declare(home, { ...base, name: "unknown", user: "nobody-at-all" }, { ...base, name: "group", group: "no-such-group" });
  const { code, stderr } = await home.ghost(["register", "--start"]);
  assert.ok(code === 1 || code === 2, stderr);
  assert.match(stderr, /no such user/);
  assert.match(stderr, /no such group/);
});

test.unless(
  needs("linux", "root", "setpriv"),
  "without root, `user` and a niceness below zero are refused at the start, and the daemon's own user is fine",
  async () => {
    await using home = makeHome();
    const folder = openFolder(home);
    chmodSync(home.work, 0o777);
    const env = { ...home.env, GHOST_HOME: join(folder, "home"), HOME: folder, USER: "nobody" };
    const asNobody = (...args: string[]) =>
      run(["setpriv", "--reuid=nobody", "--regid=nogroup", "--clear-groups", ...GHOST, ...args], { cwd: folder, env });
    const base = { command: "sleep 1000", restart: "never", type: "service" };
    declare(
      home,
      { ...base, name: "own", user: "nobody" },
      { ...base, name: "other", user: "www-data" },
      { ...base, name: "plain", nice: 4 },
      { ...base, name: "first", nice: -5 },
    );
    const { code, stderr } = await asNobody("register", "--start", join(home.work, "processes.yaml"));
    assert.is(code, 1);
    assert.match(stderr, /cannot start other: cannot run other as user www-data: the daemon does not run as root/);
    assert.match(stderr, /cannot start first: cannot run .*sleep with nice: -5: the system does not allow it/);
    assert.match(stderr, /✓ shop\/own started/);
    assert.match(stderr, /✓ shop\/plain started/);
    const stopped = await asNobody("daemon", "stop");
    assert.is(stopped.code, 0, stopped.stderr);
  },
);

test.unless(needs("linux", "root", "setpriv"), "stop.command runs as the process's user", async () => {
  await using home = makeHome();
  const folder = openFolder(home);
  const stop = { command: `id -u > ${folder}/who; kill $GHOST_PID` };
  await launch(home, { name: "api", command: "sleep 1000", restart: true, user: "nobody", stop });
  await untilStatus(home, "api", "running");
  await home.ok(["stop", "api"]);
  assert.is((await untilLines(join(folder, "who")))[0], (await idOf("nobody")).split(":")[0]);
});

test.run();
