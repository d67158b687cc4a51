import { chmodSync, readFileSync, statSync } from "node:fs";
import { dirname, join } from "node:path";
import * as assert from "uvu/assert";
import type { HistoryEntry, SystemView } from "../../core/api/wire.ts";
import { processes, systemOf } from "../daemon/daemons.ts";
import { GHOST, run } from "../rig/ghost.ts";
import { makeHome } from "../rig/home.ts";
import { needs } from "../rig/needs.ts";
import { test } from "../rig/test.ts";
import { waitFor } from "../rig/wait.ts";
import { startForeground } from "./foreground.ts";

/** A group that every system has, and the account without rights. */
const GROUP = "daemon";
const NOBODY = 65534;

test("every manifest of a folder is registered, what is new is started, and one with a mistake is told and stops no other", async () => {
  // Killed in the foreground, a daemon leaves what holds the unread output for ten seconds.
  await using home = makeHome({ expectLeftovers: true });
  home.write("etc/10-web.yaml", "project: web\nprocesses: [{ name: api, command: sleep 1000, restart: true }]\n");
  home.write("etc/20-broken.yaml", "project: broken\nprocesses: [{ name: x, comand: sleep 1 }]\n");
  home.write("etc/30-taken.yaml", "project: web\nprocesses: [{ name: api, command: sleep 2000 }]\n");
  home.write("etc/40-cron.yml", "project: jobs\nprocesses: [{ name: worker, command: sleep 1000, restart: true }]\n");
  home.write("etc/notes.txt", "not a manifest");
  const first = await startForeground(home, ["--manifests", "etc"]);
  const started = await waitFor(
    async () => {
      const all = await processes(home);
      return all.api?.status === "running" && all.worker?.status === "running" && all;
    },
    { what: "both to run" },
  );
  assert.equal(Object.keys(started).sort(), ["api", "worker"]);
  const { warnings } = await waitFor(
    async () => {
      const system: SystemView = await systemOf(home);
      return system.warnings.length === 2 && system;
    },
    { what: "both problems" },
  );
  assert.match(warnings[0] ?? "", /20-broken\.yaml.*comand/);
  assert.match(warnings[1] ?? "", /30-taken\.yaml/);
  const told = (await home.ok(["why", "--all", "--json"])).json<HistoryEntry[]>().filter(({ cause }) => cause.kind === "manifest-problem");
  assert.is(told.length, 2);
  assert.match(first.said(), /20-broken\.yaml/);

  // What people stopped stays stopped, and what runs is left alone, when the daemon is renewed.
  await home.ok(["stop", "worker"]);
  home.write("etc/50-more.yaml", "project: more\nprocesses: [{ name: extra, command: sleep 1000, restart: true }]\n");
  home.write("etc/20-broken.yaml", "project: fixed\nprocesses: [{ name: x, command: sleep 1000, restart: true }]\n");
  first.child.kill("SIGKILL");
  await first.exit;
  const second = await startForeground(home, ["--manifests", "etc"]);
  const after = await waitFor(
    async () => {
      const all = await processes(home);
      return all.extra?.status === "running" && all.x?.status === "running" && all;
    },
    { what: "what was added to run" },
  );
  assert.is(after.api?.pid, started.api?.pid);
  assert.is(after.worker?.status, "stopped");
  second.child.kill("SIGTERM");
  assert.equal(await second.exit, [0, null]);
});

test("a folder that is not there yet is no problem", async () => {
  await using home = makeHome();
  const daemon = await startForeground(home, ["--manifests", "etc"]);
  assert.equal((await systemOf(home)).warnings, []);
  daemon.child.kill("SIGTERM");
  await daemon.exit;
});

test.unless(
  needs("linux", "root", "setpriv"),
  "a member of the group uses the socket; others, and everything else of the home, are kept out",
  async () => {
    await using home = makeHome();
    chmodSync(dirname(home.dir), 0o755);
    const daemon = await startForeground(home, ["--group", GROUP]);
    home.write("processes.yaml", "project: shop\nprocesses: [{ name: a, command: sleep 1000, restart: true }]\n");
    await home.ok(["register", "--start"]);
    const gid = Number(/^daemon:[^:]*:(\d+)/m.exec(readFileSync("/etc/group", "utf8"))?.[1]);
    const modeOf = (path: string) => {
      const { mode, gid: group } = statSync(join(home.dir, path));
      return [(mode & 0o777).toString(8), group];
    };
    assert.equal(["", "run", "run/daemon.sock", "run/daemon.pid"].map(modeOf), [
      ["750", gid],
      ["750", gid],
      ["660", gid],
      ["640", gid],
    ]);
    for (const closed of ["data", "logs", "run/fifos"]) assert.is(modeOf(closed)[0], "700", closed);
    const as = (groups: string, args: readonly string[]) =>
      run(["setpriv", `--reuid=${NOBODY}`, `--regid=${NOBODY}`, groups, ...args], { cwd: "/", env: home.env });
    const listed = await as(`--groups=${gid}`, [...GHOST, "list", "--json"]);
    assert.is(listed.code, 0, listed.stdout + listed.stderr);
    assert.is(listed.json<{ name: string }[]>()[0]?.name, "a");
    assert.is((await as(`--groups=${gid}`, ["ls", join(home.dir, "data")])).code, 2);
    const logs = await as(`--groups=${gid}`, [...GHOST, "logs", "a"]);
    assert.is(logs.code, 1);
    assert.match(logs.stderr, /cannot read the logs in .*permission denied[\s\S]*sudo/);
    assert.is.not((await as("--clear-groups", [...GHOST, "list"])).code, 0);
    daemon.child.kill("SIGTERM");
    await daemon.exit;
  },
);

test.run();
