import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import * as assert from "uvu/assert";
import type { SystemView } from "../../core/api/wire.ts";
import { GHOST } from "../rig/ghost.ts";
import { makeHome } from "../rig/home.ts";
import { needs } from "../rig/needs.ts";
import { test } from "../rig/test.ts";
import { history, launch, untilView, view } from "../supervise/processes.ts";
import { fakeCgroups } from "./fake.ts";

/** Where the system has its cgroup v2, of which a made-up one takes the place in a mount namespace of the test's own. */
const MOUNT = /^\S+ \S+ \S+ \S+ (\S+) .* - cgroup2 /m.exec(readText("/proc/self/mountinfo"))?.[1] ?? null;
const OWN = /^0::(\/.*)$/m.exec(readText("/proc/self/cgroup"))?.[1] ?? null;
const missing = needs("linux", "root", "unshare", "mount") ?? (MOUNT === null || OWN === null ? "needs a cgroup v2" : null);

test.unless(
  missing,
  "a daemon that was given a cgroup makes one for each run, with its limits, and keeps them while the run goes on",
  async () => {
    using fake = fakeCgroups();
    const root = fake.make("/");
    fake.make(OWN ?? "/", { "cgroup.subtree_control": "cpu memory pids\n" });
    const program = ["unshare", "-m", "sh", "-c", `mount --bind ${root} ${MOUNT} && exec "$0" "$@"`, ...GHOST];
    await using home = makeHome({ program });
    const api = { name: "api", command: "sleep 1000", restart: true, stop: { timeout: "100ms" } };
    const limits = { cpu: 0.5, memory: 100, pids: 10 };
    const registered = await launch(home, { ...api, resource_limits: limits }, { ...api, name: "free" });
    assert.is(registered.code, 0, registered.stderr);
    assert.not.match(registered.stderr, /not enforced/);
    const { id, pid } = await view(home, "api");
    const runs = runsFolder(root);
    const setting = (file: string): string => readText(join(runs, id, file)).trim();
    assert.equal(
      [setting("cgroup.procs"), setting("cpu.max"), setting("memory.max"), setting("pids.max")],
      [String(pid), "50000 100000", String(132 * 1024 * 1024), "10"],
    );
    const free = await view(home, "free");
    assert.is(readText(join(runs, free.id, "cgroup.procs")).trim(), String(free.pid));

    await launch(home, { ...api, resource_limits: { ...limits, pids: 20 } }, { ...api, name: "free" });
    assert.equal([setting("pids.max"), (await view(home, "api")).pid], ["20", pid]);

    process.kill(pid ?? 0, "SIGKILL");
    const again = await untilView(home, "api", (process) => process.pid !== null && process.pid !== pid);
    assert.is(setting("cgroup.procs"), String(again.pid));
    assert.equal(
      (await history(home, "api")).filter(({ cause }) => cause.kind === "limit-unenforced"),
      [],
    );
    const { limits: account } = (await home.ok(["daemon", "status", "--json"])).json<SystemView>();
    assert.is(account?.pids, "held by the kernel for the whole tree (pids.max)");
    assert.match((await home.ok(["doctor"])).stdout, /memory: .* capped a quarter above by the kernel/);
  },
);

test.unless(missing, "a run that the kernel kills in its cgroup for want of memory is told so, and restarted", async () => {
  using fake = fakeCgroups();
  const root = fake.make("/");
  fake.make(OWN ?? "/", { "cgroup.subtree_control": "cpu memory pids\n" });
  const program = ["unshare", "-m", "sh", "-c", `mount --bind ${root} ${MOUNT} && exec "$0" "$@"`, ...GHOST];
  await using home = makeHome({ program });
  await launch(home, { name: "api", command: "sleep 1000", restart: true, resource_limits: { memory: 100 } });
  const { id, pid } = await view(home, "api");
  const runs = runsFolder(root);
  fake.make(join(runs.slice(root.length), id), { "memory.events": "oom 1\noom_kill 1\n" });
  process.kill(pid ?? 0, "SIGKILL");
  await untilView(home, "api", (process) => process.restarts === 1 && process.pid !== null);
  const cause = (await history(home, "api")).find(({ cause }) => cause.kind === "oom-killed")?.cause;
  assert.is(cause?.text, "was killed by the kernel: out of memory; restarts at once");
});

/** The folder in which the daemon keeps the groups of its runs. */
function runsFolder(root: string): string {
  const base = join(root, OWN ?? "/");
  const name = readdirSync(base).find((entry) => /^ghost-[0-9a-f]{8}$/.test(entry));
  if (name === undefined) throw new Error(`the daemon made no folder in ${base}`);
  return join(base, name);
}

function readText(path: string): string {
  return existsSync(path) ? readFileSync(path, "utf8") : "";
}

test.run();
