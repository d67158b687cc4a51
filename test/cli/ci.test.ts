// timeout: 150s
import { existsSync, mkdirSync, readdirSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import * as assert from "uvu/assert";
import { killWithKeeper } from "../daemon/daemons.ts";
import { GHOST, type Outcome, run } from "../rig/ghost.ts";
import { type Home, makeHome } from "../rig/home.ts";
import { needs } from "../rig/needs.ts";
import { isAlive, processesOf } from "../rig/processes.ts";
import { test } from "../rig/test.ts";
import { waitFor } from "../rig/wait.ts";
import { inForeground } from "./foreground.ts";

const FILE = `project: shop
processes:
  - { name: redis, command: "sh -c 'echo redis is here; exec sleep 1000'", restart: true, health_check: { exec: "true", period: 50ms } }
  - { name: migrate, command: "sh -c 'echo migrated'", type: oneshot, depends_on: [redis] }
  - { name: test, command: "sh -c 'echo all; printf well; echo $CI $FLAVOUR >&2; exit \${CODE:-0}'", restart: true, depends_on: [migrate] }
  - { name: slow, command: "sh -c 'echo slow; exec sleep 1000'", depends_on: [redis] }
  - { name: leaves, command: "sh -c 'setsid sleep 1111 & echo done'", depends_on: [redis] }
  - { name: prep, command: "sh -c 'setsid sleep 1112 & echo prepared'" }
  - { name: prepared, command: "echo prepared", depends_on: [prep] }
  - { name: never, command: "true", depends_on: [sick] }
  - { name: sick, command: sleep 1000, restart: true, health_check: { exec: "false", period: 50ms } }
  - { name: bad, command: "sh -c 'echo bad news >&2; exit 4'", type: oneshot, restart: { policy: on-failure, max_restarts: 1, delay: 10ms } }
  - { name: needsbad, command: "true", depends_on: { bad: { condition: completed }, redis: { condition: healthy } } }
  - { name: killed, command: "sh -c 'kill -KILL $$'" }
  - { name: other, command: sleep 1000 }
`;

/** As in a pipeline: no terminal, no HOME, and a temp folder of its own in which nothing may be left. */
const surroundings = (home: Home) => {
  const TMPDIR = join(dirname(home.dir), "tmp");
  mkdirSync(TMPDIR, { recursive: true });
  return { cwd: home.work, env: { PATH: home.env.PATH ?? "", TMPDIR } };
};
const ci = (home: Home, args: readonly string[], env: Record<string, string> = {}): Promise<Outcome> => {
  const place = surroundings(home);
  home.write("processes.yaml", FILE);
  return run([...GHOST, "ci", "processes.yaml", ...args], { ...place, env: { ...place.env, ...env } });
};
const nothingLeft = async (home: Home): Promise<void> => {
  const { TMPDIR } = surroundings(home).env;
  await waitFor(() => readdirSync(TMPDIR).length === 0 && processesOf(TMPDIR).length === 0, {
    what: "everything to be gone",
    seen: () => [readdirSync(TMPDIR), processesOf(TMPDIR)],
  });
};

test("starts what is needed, passes the output through, writes the reports, and leaves nothing", async () => {
  await using home = makeHome();
  const { code, stdout, stderr } = await ci(home, ["--until", "test", "--junit", "out/junit.xml", "--logs", "out/logs"], {
    FLAVOUR: "vanilla",
  });
  assert.equal([code, stdout], [0, "all\nwell"]);
  assert.match(stderr, /^true vanilla$/m);
  assert.match(stderr, /✓ test passed/);
  assert.ok(stderr.indexOf("redis   ─ healthy") < stderr.indexOf("migrate ─ started (pid"));
  const xml = readFileSync(join(home.work, "out", "junit.xml"), "utf8");
  assert.match(xml, /<testsuite name="shop" tests="3" failures="0" errors="0" skipped="0"/);
  assert.match(xml, "<system-out>all\nwell</system-out>");
  assert.equal(readdirSync(join(home.work, "out", "logs")).sort(), ["migrate.out.log", "redis.out.log", "test.err.log", "test.out.log"]);
  assert.is(readFileSync(join(home.work, "out", "logs", "redis.out.log"), "utf8"), "redis is here\n");
  await nothingLeft(home);
  assert.not.ok(existsSync(home.dir), "the usual home is not touched");
});

test("gives the exit code of what it runs, which it does once", async () => {
  await using home = makeHome();
  const failed = await ci(home, ["--until", "test", "--junit", "junit.xml"], { CODE: "7" });
  assert.equal([failed.code, failed.stdout], [7, "all\nwell"]);
  assert.match(readFileSync(join(home.work, "junit.xml"), "utf8"), '<failure message="exited with code 7">');
  assert.is((await ci(home, ["--until", "killed"])).code, 128 + 9);
  await nothingLeft(home);
});

test("what cannot run because of what it needs is told with the other's last lines", async () => {
  await using home = makeHome();
  const { code, stderr } = await ci(home, ["--until", "needsbad", "--junit", "junit.xml"]);
  assert.is(code, 125);
  assert.match(stderr, /^error: cannot start bad: exited with code 4/m);
  assert.match(stderr, /^ {2}│ bad news$/m);
  const xml = readFileSync(join(home.work, "junit.xml"), "utf8");
  assert.match(xml, /name="bad"[^>]*>\s*<failure/);
  assert.match(xml, /name="needsbad"[^>]*>\s*<skipped/);
  await nothingLeft(home);
});

test("a process that was left running is a failure that names it, and is ended", async () => {
  await using home = makeHome();
  const { code, stdout, stderr } = await ci(home, ["--until", "leaves"]);
  assert.equal([code, stdout], [1, "done\n"]);
  assert.match(stderr, /error: left running, and ended now: pid \d+ \(sleep 1111\), of leaves/);
  await nothingLeft(home);
});

test("what a needed one-shot left running keeps nobody waiting, and is a failure that names it", async () => {
  await using home = makeHome();
  const { code, stdout, stderr } = await ci(home, ["--until", "prepared", "--timeout", "20s", "--junit", "junit.xml"]);
  assert.equal([code, stdout], [1, "prepared\n"]);
  assert.match(stderr, /error: left running, and ended now: pid \d+ \(sleep 1112\), of prep/);
  assert.match(readFileSync(join(home.work, "junit.xml"), "utf8"), /name="prep"[^>]*>\s*<failure message="left processes running">pid/);
  await nothingLeft(home);
});

test("no report says that all is well when it is not", async () => {
  await using home = makeHome();
  const waiting = await ci(home, ["--until", "never", "--timeout", "1s", "--junit", "junit.xml"]);
  assert.is(waiting.code, 124);
  const xml = readFileSync(join(home.work, "junit.xml"), "utf8");
  assert.match(xml, 'failures="0" errors="1"');
  assert.match(xml, /name="never"[^>]*>\s*<error message="was not done when the time was up">/);
});

test("the time is up, and all is taken down", async () => {
  await using home = makeHome();
  const { code, stdout } = await ci(home, ["--until", "slow", "--timeout", "1s", "--json"]);
  const value = JSON.parse(stdout) as { verdict: string; processes: { name: string; status: string }[] };
  assert.equal([code, value.verdict], [124, "timed-out"]);
  assert.equal(value.processes.map(({ name, status }) => [name, status]).sort(), [
    ["redis", "running"],
    ["slow", "running"],
  ]);
  await nothingLeft(home);
});

test("what NAME does not need may be missing, where results go outside may not, and a limit is more than nothing", async () => {
  await using home = makeHome();
  home.write("some.yaml", "processes: { test: { command: 'true' }, other: { command: no-such-program, working_directory: gone } }\n");
  const some = (...args: string[]) => run([...GHOST, "ci", "some.yaml", ...args], surroundings(home));
  assert.is((await some("--until", "test", "--junit", "new/folder/x.xml")).code, 0);
  assert.ok(existsSync(join(home.work, "new/folder/x.xml")));
  assert.is((await some("--until", "other")).code, 125);
  const outside = join(dirname(home.work), "nowhere");
  const astray = await some("--until", "test", "--junit", join(outside, "x.xml"));
  assert.is(astray.code, 125);
  assert.match(astray.stderr, /cannot write to .*nowhere: there is no such folder/);
  assert.not(existsSync(outside));
  const never = await some("--until", "test", "--timeout", "0s");
  assert.is(never.code, 125);
  assert.match(never.stderr, /--timeout 0s: nothing can be done in no time/);
});

test("failures of Ghost's own are 125, usage among them", async () => {
  await using home = makeHome();
  assert.is((await ci(home, ["--until", "tset"])).code, 125);
  assert.is((await ci(home, [])).code, 125);
  assert.is((await ci(home, ["--until", "test", "--nope"])).code, 125);
  await nothingLeft(home);
});

for (const [signal, code] of [
  ["SIGTERM", 143],
  ["SIGINT", 130],
] as const)
  test(`${signal} ends all in order`, async () => {
    await using home = makeHome();
    home.write("processes.yaml", FILE);
    await using session = inForeground(["ci", "processes.yaml", "--until", "slow"], surroundings(home));
    await session.said(/^slow$/m);
    assert.is(await session.end(signal), code);
    assert.ok(session.text().indexOf("slow  ─ stopped") < session.text().indexOf("redis ─ stopped"), session.text());
    await nothingLeft(home);
  });

test("killed without a word, alone or together with its daemon, it leaves nothing behind", async () => {
  await using home = makeHome();
  home.write("processes.yaml", FILE);
  for (const withDaemon of [false, true]) {
    const place = surroundings(home);
    await using session = inForeground(["ci", "processes.yaml", "--until", "slow"], place);
    await session.said(/^slow$/m);
    const [folder = ""] = readdirSync(place.env.TMPDIR);
    const { pid } = JSON.parse(readFileSync(join(place.env.TMPDIR, folder, "run", "daemon.pid"), "utf8")) as { pid: number };
    session.child.kill("SIGKILL");
    if (withDaemon) process.kill(pid, "SIGKILL");
    await session.ended;
    await nothingLeft(home);
  }
});

test("a daemon that dies meanwhile is followed by the next one", async () => {
  await using home = makeHome();
  home.write("processes.yaml", FILE);
  const place = surroundings(home);
  await using session = inForeground(["ci", "processes.yaml", "--until", "slow"], place);
  await session.said(/^slow$/m);
  const [folder = ""] = readdirSync(place.env.TMPDIR);
  const { pid } = JSON.parse(readFileSync(join(place.env.TMPDIR, folder, "run", "daemon.pid"), "utf8")) as { pid: number };
  process.kill(pid, "SIGKILL");
  await session.said(/took over 2 processes, which were not touched/);
  assert.is(await session.end("SIGTERM"), 143);
  await nothingLeft(home);
});

test.limit(90_000);

test("a daemon that dies with its keeper is not waited for for ever, and leaves nothing", async () => {
  await using home = makeHome();
  home.write("processes.yaml", FILE);
  const place = surroundings(home);
  await using session = inForeground(["ci", "processes.yaml", "--until", "slow"], place);
  await session.said(/^slow$/m);
  const [folder = ""] = readdirSync(place.env.TMPDIR);
  const { pid } = JSON.parse(readFileSync(join(place.env.TMPDIR, folder, "run", "daemon.pid"), "utf8")) as { pid: number };
  await killWithKeeper(pid);
  await waitFor(() => !isAlive(session.child.pid ?? 0), { what: "ci to give up", limitMs: 60_000 });
  assert.match(session.text(), /cannot reach the daemon/);
  await nothingLeft(home);
});

test("logs that cannot be copied are told as such, after verdict and report", async () => {
  await using home = makeHome();
  mkdirSync(join(home.work, "logs", "test.out.log"), { recursive: true });
  const { code, stderr } = await ci(home, ["--until", "test", "--logs", "logs", "--junit", "junit.xml"]);
  assert.is(code, 125);
  assert.match(stderr, /✓ test passed[\s\S]*error: cannot write .*test\.out\.log: /);
  assert.not.match(stderr, /mistake in Ghost/);
  assert.match(readFileSync(join(home.work, "junit.xml"), "utf8"), 'failures="0"');
  const failed = await ci(home, ["--until", "test", "--logs", "logs", "--json"], { CODE: "7" });
  assert.equal([failed.code, failed.json<{ exitCode: number }>().exitCode], [7, 7]);
  assert.match(failed.stderr, /cannot write .*test\.out\.log: /);
  await nothingLeft(home);
});

test("two at once do not interfere", async () => {
  await using home = makeHome();
  const both = await Promise.all([ci(home, ["--until", "test"], { FLAVOUR: "one" }), ci(home, ["--until", "test"], { FLAVOUR: "two" })]);
  assert.equal(
    both.map(({ code, stdout }) => [code, stdout]),
    [
      [0, "all\nwell"],
      [0, "all\nwell"],
    ],
  );
  assert.match(both[0]?.stderr ?? "", /^true one$/m);
  assert.match(both[1]?.stderr ?? "", /^true two$/m);
  await nothingLeft(home);
});

test.unless(canUnshare(), "works as the first process of a container", async () => {
  await using home = makeHome();
  home.write("processes.yaml", FILE);
  const argv = ["unshare", "--pid", "--fork", "--mount-proc", ...GHOST, "ci", "processes.yaml", "--until"];
  const passed = await run([...argv, "test"], surroundings(home));
  assert.equal([passed.code, passed.stdout], [0, "all\nwell"]);
  const left = await run([...argv, "leaves"], surroundings(home));
  assert.is(left.code, 1);
  assert.match(left.stderr, "sleep 1111");
  await nothingLeft(home);
});

/** A pid namespace of its own needs root, and a system that allows it. */
function canUnshare(): string | null {
  return needs("linux", "root", "unshare");
}

test.run();
