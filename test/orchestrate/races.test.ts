/** Requests that meet: what came last stands, nothing runs that nobody knows of, and a daemon's end in the middle leaves nothing half done. */
import { rmSync } from "node:fs";
import { join } from "node:path";
import * as assert from "uvu/assert";
import type { ProcessView } from "../../core/api/wire.ts";
import { killDaemon, pidsOf, processes, untilBack } from "../daemon/daemons.ts";
import { type Home, makeHome } from "../rig/home.ts";
import { freePort } from "../rig/ports.ts";
import { environmentOf, processesOf } from "../rig/processes.ts";
import { test } from "../rig/test.ts";
import { pause, waitFor } from "../rig/wait.ts";
import { type Declared, untilStatus } from "../supervise/processes.ts";
import { declareAll, service } from "./place.ts";

/** Told to end, it ends when the file `go` is there. */
const STUBBORN = `#!/bin/sh
trap 'while ! test -e go; do sleep 0.02; done; exit 0' TERM
while :; do sleep 0.02; done
`;
const stubborn = (name: string, more: object = {}): Declared =>
  service(name, { executable: "./stubborn.sh", stop: { timeout: "20s" }, ...more });
const steady = (name: string, more: object = {}): Declared => service(name, { executable: "sleep", args: ["1000"], ...more });
const letGo = (home: Home): string => home.write("go", "");
const keepAgain = (home: Home): void => rmSync(join(home.work, "go"), { force: true });

async function launch(home: Home, ...declared: readonly Declared[]): Promise<void> {
  home.write("stubborn.sh", STUBBORN, 0o755);
  declareAll(home, declared);
  await home.ok(["register", "--start"]);
  // The shells have set their traps.
  await pause(100);
}

async function instances(home: Home): Promise<string[]> {
  const views = (await home.ok(["list", "--json"])).json<ProcessView[]>();
  return views.map(({ name, instance, status }) => `${name}:${instance} ${status}`);
}

const running = (home: Home, program: string): number => processesOf(home.work).filter(({ command }) => command.includes(program)).length;

test("a reload starts no instance again that was taken away or stopped meanwhile", async () => {
  await using home = makeHome();
  await launch(home, stubborn("api", { instances: 4 }));
  const reloading = home.ghost(["reload", "api"]);
  await untilStatus(home, "api:0", "stopping");
  const scaling = home.ghost(["scale", "api", "2"]);
  await untilStatus(home, "api:3", "stopping");
  const stopping = home.ghost(["stop", "api:1"]);
  await untilStatus(home, "api:1", "stopping");
  letGo(home);
  assert.is((await scaling).code, 0);
  assert.is((await stopping).code, 0);
  assert.is((await reloading).code, 1);
  assert.equal(await instances(home), ["api:0 running", "api:1 stopped"]);
  await waitFor(() => running(home, "stubborn.sh") === 1, { what: "one to run", seen: () => processesOf(home.work) });
});

test("a delete that takes long does not touch what was deleted and registered anew meanwhile", async () => {
  await using home = makeHome();
  home.write("stubborn.sh", STUBBORN, 0o755);
  const slow = home.write(
    "slow.yaml",
    "project: shop\nprocesses:\n  - { name: slow, executable: ./stubborn.sh, restart: true, stop: { timeout: 20s } }\n",
  );
  const fast = home.write("fast.yaml", "project: shop\nprocesses:\n  - { name: fast, command: sleep 1000, restart: true }\n");
  await home.ok(["register", "--start", slow]);
  await home.ok(["register", "--start", fast]);
  const deleting = home.ghost(["delete", "all"]);
  await untilStatus(home, "fast", "stopped");
  await home.ok(["delete", "fast"]);
  await home.ok(["register", "--start", fast]);
  const { fast: pid } = await pidsOf(home);
  letGo(home);
  assert.is((await deleting).code, 0);
  assert.equal(await pidsOf(home), { fast: pid });
  await home.ok(["register", "--start", fast]);
  assert.equal(await pidsOf(home), { fast: pid });
});

test("what is scaled down and up again at the same time ends with as many as the last asked for", async () => {
  await using home = makeHome();
  await launch(home, stubborn("api", { instances: 4 }));
  const down = home.ghost(["scale", "api", "1"]);
  await untilStatus(home, "api:1", "stopping");
  const up = home.ghost(["scale", "api", "3"]);
  await waitFor(async () => (await home.ok(["list", "api:1", "--json"])).json<ProcessView[]>()[0]?.desired === "up", {
    what: "it to be wanted",
  });
  letGo(home);
  assert.is((await up).code, 0);
  assert.is((await down).code, 1);
  assert.equal(await instances(home), ["api:0 running", "api:1 running", "api:2 running"]);

  keepAgain(home);
  declareAll(home, [stubborn("api", { instances: 1 })]);
  await pause(100);
  const less = home.ghost(["register"]);
  await untilStatus(home, "api:1", "stopping");
  declareAll(home, [stubborn("api", { instances: 3 })]);
  const more = home.ghost(["register"]);
  await waitFor(async () => (await home.ok(["list", "api:1", "--json"])).json<ProcessView[]>()[0]?.desired === "up", {
    what: "it to be wanted",
  });
  letGo(home);
  assert.is((await more).code, 0);
  await less;
  assert.equal(await instances(home), ["api:0 running", "api:1 running", "api:2 running"]);
});

test("a scale in which the daemon is killed comes to its end", async () => {
  await using home = makeHome();
  await launch(home, stubborn("api", { instances: 3 }));
  const scaling = home.ghost(["scale", "api", "1"]);
  await untilStatus(home, "api:1", "stopping");
  await pause(100);
  await untilBack(home, await killDaemon(home));
  letGo(home);
  assert.is((await scaling).code, 4);
  await waitFor(async () => (await instances(home)).length === 1, { what: "the others to be gone", seen: () => instances(home) });
  assert.equal(await instances(home), ["api:0 running"]);
});

test("a stop that comes during a restart in order stands", async () => {
  await using home = makeHome();
  await launch(home, steady("db"), stubborn("web", { depends_on: ["db"] }));
  const restarting = home.ghost(["restart", "all"]);
  await untilStatus(home, "web", "stopping");
  const stopping = home.ghost(["stop", "web"]);
  await waitFor(async () => (await processes(home)).web?.desired === "down", { what: "the stop to be heard" });
  letGo(home);
  assert.is((await stopping).code, 0);
  const { code, stdout, stderr } = await restarting;
  assert.is(code, 1);
  assert.match(stdout + stderr, /cannot start web: it was stopped meanwhile/);
  assert.equal(await instances(home), ["db:0 running", "web:0 stopped"]);
});

test("a restart in order in which the daemon is killed comes to its end", async () => {
  await using home = makeHome();
  await launch(home, steady("db"), stubborn("web", { depends_on: ["db"] }));
  const before = await pidsOf(home);
  const restarting = home.ghost(["restart", "all"]);
  await untilStatus(home, "web", "stopping");
  // What is told is on disk at the end of the same turn.
  await pause(100);
  await untilBack(home, await killDaemon(home));
  assert.is((await restarting).code, 4);
  letGo(home);
  await untilStatus(home, "web", "running");
  assert.is.not((await pidsOf(home)).web, before.web);
});

test("a daemon that is killed during a reload takes what it exchanged for no loss, nor what was never there", async () => {
  await using home = makeHome();
  const listen = await freePort();
  const needs = (onLoss: string) => ({ depends_on: { web: { condition: "started", on_loss: onLoss } } });
  await launch(home, stubborn("web", { listen }), steady("held", needs("hold")), steady("stops", needs("stop")), steady("free"));
  const before = await pidsOf(home);
  const reloading = home.ghost(["reload", "web"]);
  await untilStatus(home, "web", "stopping");
  // Needed from now on, by one that runs already: this is no loss, either.
  declareAll(home, [
    stubborn("web", { listen }),
    steady("held", needs("hold")),
    steady("stops", needs("stop")),
    steady("free", { depends_on: { absent: { condition: "started", on_loss: "hold" } } }),
    steady("absent"),
  ]);
  await home.ok(["register"]);
  await untilBack(home, await killDaemon(home));
  letGo(home);
  await untilStatus(home, "web", "running");
  await reloading;
  const { held, stops, free } = await pidsOf(home);
  assert.equal([held, stops, free], [before.held, before.stops, before.free]);
});

test("a second reload that goes on after the first is no loss", async () => {
  await using home = makeHome();
  const listen = await freePort();
  await launch(home, stubborn("web", { listen }), steady("held", { depends_on: { web: { condition: "started", on_loss: "hold" } } }));
  const before = await pidsOf(home);
  const first = home.ghost(["reload", "web"]);
  await untilStatus(home, "web", "stopping");
  letGo(home);
  // It is not told as ready before it lived for a while: in that time the second one comes.
  await untilStatus(home, "web", "running");
  keepAgain(home);
  await pause(100);
  const second = home.ghost(["reload", "web"]);
  await untilStatus(home, "web", "stopping");
  await pause(500);
  letGo(home);
  await Promise.all([first, second]);
  await untilStatus(home, "web", "running");
  assert.is((await pidsOf(home)).held, before.held);
});

test("a registration in which the daemon is killed reaches all instances, and returns where it is not well", async () => {
  await using home = makeHome();
  const api = (word: string, more: object = {}): Declared => stubborn("api", { instances: 3, environment: { WORD: word }, ...more });
  const words = async (): Promise<(string | undefined)[]> =>
    (await home.ok(["list", "--json"])).json<ProcessView[]>().map(({ pid }) => environmentOf(pid ?? 0).WORD);
  const registerAndKill = async (declared: Declared): Promise<void> => {
    declareAll(home, [declared]);
    const registering = home.ghost(["register"]);
    await untilStatus(home, "api:0", "stopping");
    await pause(100);
    await untilBack(home, await killDaemon(home));
    letGo(home);
    assert.is((await registering).code, 4);
  };
  await launch(home, api("one"));
  await registerAndKill(api("two"));
  await waitFor(async () => (await words()).every((word) => word === "two"), { what: "the new definition", seen: words });
  assert.match((await home.ok(["plan"])).stdout, /nothing to change/);

  // The last one has to live for a while before all is done.
  await pause(1_000);
  keepAgain(home);
  await registerAndKill(api("three", { health_check: { exec: "false", period: "50ms", start_grace: "1s" } }));
  const told = async (): Promise<string> => (await home.ok(["why", "api:0", "-n", "20"])).stdout;
  await waitFor(async () => /returned to the old one/.test(await told()), { what: "the return", seen: told });
  await waitFor(async () => (await instances(home)).every((each) => each.endsWith("running")), { what: "all to run" });
  assert.equal(await words(), ["two", "two", "two"]);
  assert.match((await home.ok(["plan"])).stdout, /WORD: two → three/);
});

test("of two registrations at once that do not get well, both return to what ran before", async () => {
  await using home = makeHome();
  const api = (word: string, sound: boolean): Declared =>
    steady("api", {
      instances: 2,
      environment: { WORD: word },
      health_check: { exec: sound ? "true" : "false", period: "50ms", start_grace: "1s" },
    });
  await launch(home, api("one", true));
  declareAll(home, [api("two", false)]);
  const first = home.ghost(["register"]);
  await untilStatus(home, "api:0", "starting");
  declareAll(home, [api("three", false)]);
  assert.is((await home.ghost(["register"])).code, 1);
  assert.is((await first).code, 1);
  const [pid = 0, other = 0] = (await home.ok(["list", "--json"])).json<ProcessView[]>().map(({ pid }) => pid ?? 0);
  assert.equal([environmentOf(pid).WORD, environmentOf(other).WORD], ["one", "one"]);
  assert.match((await home.ok(["plan"])).stdout, /WORD: one → three/);
});

test.run();
