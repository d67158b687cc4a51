import { execFileSync } from "node:child_process";
import { accessSync, constants, existsSync, mkdirSync, openSync, readFileSync, rmdirSync } from "node:fs";
import { join } from "node:path";
import * as assert from "uvu/assert";
import { RunCgroups } from "../../runtime/process/cgroup.ts";
import { type CgroupPlace, claimCgroups, surveyCgroups } from "../../runtime/process/cgroup-place.ts";
import { spawnProgram } from "../../runtime/process/spawn.ts";
import { test } from "../rig/test.ts";
import { waitFor } from "../rig/wait.ts";
import { type FakeCgroups, fakeCgroups } from "./fake.ts";

const NONE = { cpu: null, memoryBytes: null, pids: null };
const MB = 1024 * 1024;
const home = { home: "/home/ann/.ghost", own: [41, 42], mayMove: true };

function claim(fake: FakeCgroups, path: string, over: Partial<typeof home> = {}): CgroupPlace | { reason: string } {
  const site = surveyCgroups(fake.sources(path));
  return "reason" in site ? site : claimCgroups(site, { ...home, ...over });
}

const reasonOf = (place: CgroupPlace | { reason: string }): string => ("reason" in place ? place.reason : "");

test("a cgroup that the daemon has for itself is taken: the daemon goes into a leaf, runs beside it", () => {
  using fake = fakeCgroups();
  const base = fake.make("/system.slice/ghost.service", { "cgroup.procs": "41\n42\n" });
  const place = claim(fake, "/system.slice/ghost.service");
  assert.is(reasonOf(place), "");
  const { folder, controllers } = place as CgroupPlace;
  assert.match(folder, new RegExp(`^${base}/ghost-[0-9a-f]{8}$`));
  assert.equal([...controllers], ["cpu", "memory", "pids"]);
  assert.is(fake.read("/system.slice/ghost.service/ghost-daemon/cgroup.procs"), "42");
  // A made-up file keeps the last word that was written to it.
  assert.is(fake.read("/system.slice/ghost.service/cgroup.subtree_control"), "+pids");
  assert.is(readFileSync(join(folder, "cgroup.subtree_control"), "utf8"), "+pids");
});

test("the next daemon, in that leaf already, finds the same place, and so does one that a service manager put there", () => {
  using fake = fakeCgroups();
  fake.make("/ghost.service", { "cgroup.subtree_control": "cpu memory pids\n" });
  fake.make("/ghost.service/ghost-daemon", { "cgroup.procs": "41\n" });
  const place = claim(fake, "/ghost.service/ghost-daemon", { mayMove: false });
  assert.is(reasonOf(place), "");
  assert.not.ok((place as CgroupPlace).folder.includes("ghost-daemon"));
});

test("a cgroup that is shared, or a service manager's own, is left alone, and the reason told", () => {
  using fake = fakeCgroups();
  fake.make("/session.scope", { "cgroup.procs": "41\n977\n42\n" });
  assert.match(reasonOf(claim(fake, "/session.scope")), /is shared with others \(pid 977\)/);
  fake.make("/ghost.service", { "cgroup.procs": "41\n42\n" });
  assert.match(reasonOf(claim(fake, "/ghost.service", { mayMove: false })), /DelegateSubgroup=ghost-daemon/);
  for (const path of ["/session.scope", "/ghost.service"]) {
    assert.is(fake.read(`${path}/cgroup.subtree_control`), "");
    assert.is(fake.read(`${path}/ghost-daemon/cgroup.procs`), null);
  }
});

test("without controllers, without a cgroup v2 and outside of the namespace there is no place, and the reason told", () => {
  using fake = fakeCgroups();
  fake.make("/", { "cgroup.controllers": "hugetlb\n" });
  assert.match(reasonOf(claim(fake, "/")), /was given no controllers/);
  assert.match(reasonOf(claim(fake, "/../elsewhere")), /no cgroup v2 is mounted/);
  assert.match(reasonOf(surveyCgroups({ self: "1:cpu:/\n", mounts: "" }) as { reason: string }), /no cgroup v2 is mounted/);
});

test("the root of all cgroups may hold others beside Ghost's", () => {
  using fake = fakeCgroups();
  const root = fake.make("/", { "cgroup.procs": "1\n2\n41\n" });
  execFileSync("rm", [join(root, "cgroup.type")]);
  assert.is(reasonOf(claim(fake, "/")), "");
  assert.is(fake.read("/ghost-daemon/cgroup.procs"), null);
});

test("a run's group gets its limits, memory with a margin in which the sampler comes first", () => {
  using fake = fakeCgroups();
  const groups = new RunCgroups({ folder: fake.make("/runs"), controllers: new Set(["cpu", "memory", "pids"]) });
  assert.is(groups.prepare("a", { cpu: 1.5, memoryBytes: 512 * MB, pids: 20 }), join(fake.make("/runs"), "a"));
  const setting = (file: string): string | null => fake.read(`/runs/a/${file}`);
  assert.equal(
    [setting("cpu.max"), setting("memory.max"), setting("memory.oom.group"), setting("pids.max")],
    ["150000 100000", String(640 * MB), "1", "20"],
  );
  groups.limit("a", { ...NONE, memoryBytes: 10 * MB });
  assert.equal([setting("cpu.max"), setting("memory.max"), setting("pids.max")], ["max 100000", String(42 * MB), "max"]);
  groups.join("a", 812);
  assert.equal(groups.members("a"), [812]);
});

test("only controllers that are there are spoken to", () => {
  using fake = fakeCgroups();
  const groups = new RunCgroups({ folder: fake.make("/runs"), controllers: new Set(["pids"]) });
  assert.ok(groups.prepare("a", { cpu: 1, memoryBytes: MB, pids: 5 }));
  assert.equal([fake.read("/runs/a/pids.max"), fake.read("/runs/a/cpu.max"), fake.read("/runs/a/memory.max")], ["5", null, null]);
});

test("a kill for want of memory counts for the run that it happened in", () => {
  using fake = fakeCgroups();
  const groups = new RunCgroups({ folder: fake.make("/runs"), controllers: new Set(["memory"]) });
  fake.make("/runs/a", { "memory.events": "low 0\nhigh 0\nmax 4\noom 2\noom_kill 2\noom_group_kill 0\n" });
  groups.prepare("a", NONE);
  assert.not(groups.ranOutOfMemory("a"));
  fake.make("/runs/a", { "memory.events": "oom 3\noom_kill 3\n" });
  assert.ok(groups.ranOutOfMemory("a"));
  assert.not(groups.ranOutOfMemory("nobody"));
});

const UNIFIED = ["/sys/fs/cgroup/unified", "/sys/fs/cgroup"].find((path) => existsSync(join(path, "cgroup.procs")));

test.unless(
  isWritable(UNIFIED) ? null : "needs a cgroup v2 that may be written to",
  "in a real cgroup a program is confined from its first moment, whoever leaves group and session is known, and one word ends all",
  async () => {
    const folder = join(UNIFIED ?? "", `ghost-test-${process.pid}`);
    mkdirSync(folder);
    const groups = new RunCgroups({ folder, controllers: new Set() });
    try {
      const cgroup = groups.prepare("run", NONE);
      const away = "setsid sh -c 'setsid sleep 1000 & setsid sleep 1000 &' & exec sleep 1000";
      let ended = false;
      const pid = await spawnProgram({ ...request(["-c", away]), cgroup }, () => {
        ended = true;
      });
      await waitFor(() => groups.members("run").length === 3, { what: "all three to be in the group", seen: () => groups.members("run") });
      assert.ok(groups.members("run").includes(pid));
      groups.remove("run");
      assert.is(groups.members("run").length, 3, "a group that somebody is in stays");
      assert.ok(groups.kill("run"));
      await waitFor(() => ended && groups.members("run").length === 0, { what: "all to be gone", seen: () => groups.members("run") });
      groups.remove("run");
      assert.not(existsSync(join(folder, "run")));
    } finally {
      groups.kill("run");
      await waitFor(() => groups.members("run").length === 0, { what: "the group to be empty" });
      groups.sweep();
      rmdirSync(folder);
    }
  },
);

function isWritable(path: string | undefined): boolean {
  try {
    accessSync(join(path ?? "/nowhere", "cgroup.procs"), constants.W_OK);
    return process.getuid?.() === 0;
  } catch {
    return false;
  }
}

function request(args: readonly string[]) {
  const nothing = openSync("/dev/null", "w");
  return {
    file: "/bin/sh",
    name: "sh",
    args,
    workingDirectory: "/",
    environment: { PATH: "/usr/bin:/bin" },
    stdout: nothing,
    stderr: nothing,
    credentials: null,
    umask: null,
    nice: null,
    openFiles: null,
    listener: null,
  };
}

test.run();
