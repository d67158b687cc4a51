import { readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "uvu";
import * as assert from "uvu/assert";
import type { ProcessView, SystemView } from "../../core/api/wire.ts";
import { type Home, makeHome } from "../rig/home.ts";
import { isAlive } from "../rig/processes.ts";
import { waitFor } from "../rig/wait.ts";
import { inForeground } from "./foreground.ts";

const STACK = `project: shop
processes:
  - { name: redis, command: "sh -c 'echo redis is here; echo oops >&2; exec sleep 1000'", restart: true }
  - { name: api, command: "sh -c 'echo api has $FLAVOUR; exec sleep 1000'", restart: true, depends_on: [redis] }
`;

const list = async (home: Home): Promise<ProcessView[]> => (await home.ok(["list", "--json"])).json();
const up = (home: Home, ...args: string[]) => inForeground(["up", ...args], { cwd: home.work, env: { ...home.env, FLAVOUR: "vanilla" } });

test("runs a file with all output, and stops, forgets and keeps the logs at ^C", async () => {
  await using home = makeHome();
  home.write("processes.yaml", STACK);
  await using session = up(home);
  await session.said(/api {3}│ api has vanilla/);
  await session.said(/redis ! oops/);
  await session.said(/^redis ─ started \(pid \d+\)$/m);
  assert.match(session.out(), /^redis │ redis is here$/m);
  assert.not.match(session.out(), "─");
  const pids = (await list(home)).map(({ pid }) => pid ?? 0);
  assert.is(await session.end("SIGINT"), 130);
  assert.ok(session.text().indexOf("api   ─ stopped") < session.text().indexOf("redis ─ stopped"), session.text());
  assert.equal(await list(home), []);
  assert.not.ok(pids.some(isAlive));
  assert.match(readFileSync(join(home.dir, "logs", "shop", "api", "out.log"), "utf8"), "api has vanilla");
});

test("lines and states stand in the order in which they happened, down to the last words", async () => {
  await using home = makeHome();
  const trapping = (says: string, last: string) =>
    `"sh -c 'trap \\"echo ${last}; exit 0\\" TERM; echo ${says}; while :; do sleep 0.02; done'", restart: true`;
  home.write(
    "processes.yaml",
    `project: shop\nprocesses:\n  - { name: db, command: ${trapping("db here", "db bye")} }\n  - { name: api, command: ${trapping("api here", "api bye")}, depends_on: [db] }\n`,
  );
  await using session = up(home, "--json");
  await session.said(/api here/);
  await session.end("SIGINT");
  const told = session
    .out()
    .trim()
    .split("\n")
    .map((line) => JSON.parse(line) as { name: string; stream?: string; line?: string; cause?: { kind: string } })
    .filter(({ stream, cause }) => stream === "out" || cause?.kind === "spawned" || cause?.kind === "stopped")
    .map(({ name, line, cause }) => line ?? `${name} ${cause?.kind}`);
  const of = (name: string): string[] => told.filter((each) => each.startsWith(name));
  assert.equal(of("db"), ["db spawned", "db here", "db bye", "db stopped"]);
  assert.equal(of("api"), ["api spawned", "api here", "api bye", "api stopped"]);
  assert.ok(told.indexOf("api stopped") < told.indexOf("db bye"), told.join(", "));
});

test("the end of a flood is not cut off", async () => {
  await using home = makeHome();
  home.write("processes.yaml", "project: shop\nprocesses: [{ name: flood, command: seq 1 800000 }]\n");
  await using session = up(home);
  assert.is(await session.ended, 0);
  const lines = session.out().trimEnd().split("\n");
  assert.is(lines.length, 800_000);
  assert.is(lines.at(-1), "flood │ 800000");
});

test("a closed terminal is ^C, and a second ^C kills what does not end", async () => {
  await using home = makeHome();
  home.write(
    "processes.yaml",
    `project: shop\nprocesses: [{ name: deaf, command: "sh -c 'trap : TERM; echo deaf; while :; do sleep 1; done'", restart: true, stop: { timeout: 60s } }]\n`,
  );
  await using session = up(home);
  await session.said(/deaf +│ deaf/);
  session.child.kill("SIGHUP");
  await session.said(/stopping \(SIGHUP\)/);
  assert.is(await session.end("SIGINT"), 130);
  assert.equal(await list(home), []);
});

test("ends all when one fails, with its exit code, if that is wanted", async () => {
  await using home = makeHome();
  home.write("processes.yaml", `${STACK}  - { name: bad, command: "sh -c 'echo no luck; exit 3'", type: oneshot, depends_on: [api] }\n`);
  await using session = up(home, "--exit-on-failure");
  assert.is(await session.ended, 3);
  assert.match(session.text(), /bad +│ no luck/);
  assert.match(session.text(), /bad +─ exited with code 3/);
  assert.equal(await list(home), []);
});

test("ends by itself when all has ended", async () => {
  await using home = makeHome();
  home.write(
    "processes.yaml",
    "project: shop\nprocesses: [{ name: a, command: echo one }, { name: b, command: echo two, depends_on: [a] }]\n",
  );
  await using session = up(home);
  assert.is(await session.ended, 0);
  assert.match(session.out(), /^a +│ one\nb +│ two$/m);
  assert.equal(await list(home), []);
});

test("takes a name with what it needs only", async () => {
  await using home = makeHome();
  home.write("processes.yaml", `${STACK}  - { name: other, command: sleep 1000 }\n`);
  await using session = up(home, "api");
  await session.said(/api {3}│/);
  assert.equal((await list(home)).map(({ name }) => name).sort(), ["api", "redis"]);
  await session.end("SIGTERM");
  assert.equal(await list(home), []);
});

test("what was registered before stays as it was", async () => {
  await using home = makeHome();
  const file = `${STACK}  - { name: idle, command: sleep 1000 }\n`;
  home.write("processes.yaml", file);
  await home.ok(["register"]);
  await home.ok(["start", "redis"]);
  const before = (await list(home)).find(({ name }) => name === "redis")?.pid;
  home.write("processes.yaml", `${file}  - { name: extra, command: "sh -c 'echo extra; exec sleep 1000'" }\n`);
  await using session = up(home);
  await session.said(/extra +│ extra/);
  await session.said(/idle +─ started/);
  assert.is(await session.end("SIGINT"), 130);
  const after = await list(home);
  assert.equal(after.map(({ name, status }) => [name, status]).sort(), [
    ["api", "stopped"],
    ["idle", "stopped"],
    ["redis", "running"],
  ]);
  assert.is(after.find(({ name }) => name === "redis")?.pid, before);
});

test("a schedule that was armed before stays armed, and what runs already is named", async () => {
  await using home = makeHome();
  home.write(
    "processes.yaml",
    'project: shop\nprocesses:\n  - { name: nightly, command: "true", type: oneshot, schedule: "0 3 * * *" }\n  - { name: a, command: sleep 1000, restart: true }\n',
  );
  await home.ok(["register", "--start"]);
  await using session = up(home);
  await session.said(/nightly, a run already, and go on when this ends/);
  assert.is(await session.end("SIGINT"), 130);
  const after = await list(home);
  assert.is.not(after.find(({ name }) => name === "nightly")?.nextStartAt, null);
  assert.is(after.find(({ name }) => name === "a")?.status, "running");
});

test("goes on when the daemon dies", async () => {
  await using home = makeHome();
  home.write(
    "processes.yaml",
    `project: shop\nprocesses: [{ name: tick, command: "sh -c 'while :; do echo tick; sleep 0.1; done'", restart: true }]\n`,
  );
  await using session = up(home);
  await session.said(/│ tick/);
  const { pid } = (await home.ok(["daemon", "status", "--json"])).json<SystemView>();
  process.kill(pid, "SIGKILL");
  await session.said(/took pid \d+ over/);
  assert.is(await session.end("SIGINT"), 130);
  assert.equal(await list(home), []);
});

test("detached it returns once all are ready, applies the difference when asked again, and down ends it", async () => {
  await using home = makeHome();
  home.write("processes.yaml", STACK);
  const env = { ...home.env, FLAVOUR: "vanilla" };
  assert.match((await home.ok(["up", "-d"], { env })).stderr, "2 started");
  const [first] = await list(home);
  home.write("processes.yaml", STACK.replace("api has", "api still has"));
  assert.match((await home.ok(["up", "-d"], { env })).stderr, /api restarted/);
  const again = await list(home);
  assert.is(again.find(({ name }) => name === "redis")?.pid, first?.pid);
  assert.match((await home.ok(["down"], { env })).stderr, "2 deleted");
  assert.equal(await list(home), []);
  assert.match((await home.ok(["down"])).stderr, "nothing to do");
});

test("with --json every line is one object, log or event", async () => {
  await using home = makeHome();
  home.write("processes.yaml", "project: shop\nprocesses: [{ name: a, command: echo one }]\n");
  await using session = up(home, "--json");
  assert.is(await session.ended, 0);
  const lines = session
    .out()
    .trim()
    .split("\n")
    .map((line) => JSON.parse(line) as { line?: string; to?: string });
  assert.ok(lines.some(({ line }) => line === "one"));
  assert.ok(lines.some(({ to }) => to === "exited"));
});

test("a reader that goes away ends it", async () => {
  await using home = makeHome();
  home.write(
    "processes.yaml",
    `project: shop\nprocesses: [{ name: tick, command: "sh -c 'while :; do echo tick; sleep 0.05; done'", restart: true }]\n`,
  );
  await using session = up(home);
  await session.said(/│ tick/);
  session.child.stdout?.destroy();
  await waitFor(() => session.child.exitCode !== null, { what: "its end", limitMs: 15_000 });
  assert.equal(await list(home), []);
});

test.run();
