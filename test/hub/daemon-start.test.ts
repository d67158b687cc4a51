import { existsSync, rmSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import * as assert from "uvu/assert";
import type { HistoryEntry, HubView, ProcessDetail, SystemView } from "../../core/api/wire.ts";
import type { ErrorBody } from "../../core/errors/ghost-error.ts";
import { ask } from "../http/requests.ts";
import { makeHome } from "../rig/home.ts";
import { freePort } from "../rig/ports.ts";
import { childrenOf, environmentOf, isAlive } from "../rig/processes.ts";
import { test } from "../rig/test.ts";
import { waitFor } from "../rig/wait.ts";
import { askHub, connectHub, hubOf, hubSocket } from "./asking.ts";

const FILE = "project: shop\nprocesses:\n  - { name: api, command: sleep 1000, restart: true }\n";

test("whoever connects to the socket has the hub started, and is answered", async () => {
  await using home = makeHome();
  await home.ok(["daemon"]);
  const { pid: daemon } = (await home.ok(["daemon", "status", "--json"])).json<SystemView>();
  assert.is(statSync(hubSocket(home)).mode & 0o777, 0o600);
  const rest = await home.ghost(["hub", "--json"]);
  const before = rest.json<HubView>();
  assert.equal([rest.code, before.running, before.status, before.pid, before.starts], [4, false, "stopped", null, "connection"]);
  assert.is(await askHub(before.socket, "PING"), "PONG");
  const hub = await waitFor(async () => (await hubOf(home)).running && (await hubOf(home)), { what: "the hub to be ready" });
  assert.ok(childrenOf(daemon).includes(hub.pid ?? 0));
  assert.equal([hub.status, hub.starts, hub.restarts, hub.warnings], ["running", "connection", 0, []]);
  const why = (await home.ok(["why", "ghost/hub", "--json"])).json<HistoryEntry[]>();
  assert.equal(why[0]?.cause, { kind: "start", text: "somebody connected to its socket" });
});

test("the hub is shown where it is named in full, and nowhere else", async () => {
  await using home = makeHome();
  home.write("processes.yaml", FILE);
  await home.ok(["register", "--start"]);
  await home.ok(["hub", "start"]);
  const json = async <T>(...args: string[]): Promise<T> => (await home.ok([...args, "--json"])).json<T>();
  for (const verb of ["list", "metrics"])
    assert.equal(
      (await json<{ name: string }[]>(verb)).map(({ name }) => name),
      ["api"],
    );
  const overview = await json<{ system: SystemView; processes: { name: string }[] }>("status");
  assert.equal([overview.system.processes.total, overview.processes.map(({ name }) => name)], [1, ["api"]]);
  assert.is(overview.system.hub?.running, true);
  for (const name of ["hub", "*", "ghost/*", "*/hub"])
    assert.not((await home.ghost(["status", name, "--json"])).stdout.includes('"ghost"'), name);
  const { error } = (await home.ghost(["status", "hub", "--json"])).json<{ error: ErrorBody }>();
  assert.equal([error.code, error.hint], ["NOT_FOUND", "Ghost's own is called ghost/hub"]);
  assert.not((await home.ok(["export", "yaml"])).stdout.includes("hub"));
  assert.not((await home.ok(["graph"])).stdout.includes("hub"));
  assert.not((await home.ok(["logs", "--json"])).stdout.includes('"hub"'));
  assert.not((await ask(home, "GET", "/metrics")).text.includes('name="hub"'));
  assert.not((await home.ok(["list", "--quiet"])).stdout.includes("hub"));
  const { status, pid } = await json<ProcessDetail>("status", "ghost/hub");
  assert.is(status, "running");
  assert.ok((await home.ok(["logs", "ghost/hub"])).stdout.length > 0);
  await home.ok(["restart", "all"]);
  await home.ok(["stop", "all"]);
  await home.ok(["register", "--prune", home.write("none.yaml", "project: shop\nprocesses:\n  - { name: other, command: 'true' }\n")]);
  assert.is((await hubOf(home)).pid, pid);
  await home.ok(["restart", "ghost/hub"]);
  assert.is.not((await hubOf(home)).pid, pid);
});

test("nobody can have a process of the hub's name, and the hub can neither be deleted nor multiplied", async () => {
  await using home = makeHome();
  const file = home.write("taken.yaml", "project: ghost\nprocesses:\n  - { name: hub, command: sleep 1000 }\n");
  const taken = (await home.ghost(["register", file, "--json"])).json<{ error: ErrorBody }>().error;
  assert.equal([taken.code, taken.message], ["NAME_TAKEN", "cannot register ghost/hub: that is what Ghost's own hub is called"]);
  for (const args of [["delete"], ["scale", "2"], ["trigger"], ["reload"]]) {
    const [verb = "", ...more] = args;
    const { error } = (await home.ghost([verb, "ghost/hub", ...more, "--json"])).json<{ error: ErrorBody }>();
    assert.is(error.message, `cannot ${verb} ghost/hub: it is Ghost's own`);
  }
  await home.ok(["register", home.write("other.yaml", "project: ghost\nprocesses:\n  - { name: api, command: sleep 1000 }\n")]);
  assert.is((await home.ok(["list", "--json"])).json<unknown[]>().length, 1);
});

test("a hub that was stopped rests until it is started, over the daemon's end too", async () => {
  await using home = makeHome();
  await home.ok(["hub", "start"]);
  await home.ok(["hub", "stop"]);
  const isRefused = async (): Promise<boolean> =>
    (await askHub(hubSocket(home), "PING").catch((error: NodeJS.ErrnoException) => error.code)) === "ENOENT";
  assert.ok(await isRefused());
  assert.is((await hubOf(home)).starts, "stopped");
  await home.ok(["daemon", "restart"]);
  assert.ok(await isRefused());
  await home.ok(["daemon", "stop"]);
  await home.ok(["daemon", "start"]);
  assert.ok(await isRefused());
  const started = (await home.ok(["hub", "start", "--json"])).json<HubView>();
  assert.equal([started.running, started.starts], [true, "connection"]);
  assert.is(await askHub(hubSocket(home), "PING"), "PONG");
});

test("after the end of daemon or machine the hub rests until something needs it again", async () => {
  await using home = makeHome();
  await home.ok(["hub", "start"]);
  await home.ok(["daemon", "stop"]);
  assert.not(existsSync(hubSocket(home)));
  await home.ok(["daemon", "start"]);
  assert.is((await hubOf(home)).status, "stopped");
  assert.is(await askHub(hubSocket(home), "PING"), "PONG");
});

test("the hub ends last: what people registered may speak through it until its own end", async () => {
  await using home = makeHome();
  home.write(
    "processes.yaml",
    'project: shop\nprocesses:\n  - { name: api, command: sleep 1000 }\n  - { name: slow, command: "sh -c \'trap \\"sleep 0.3; exit\\" TERM; while :; do sleep 0.01; done\'", restart: true }\n',
  );
  await home.ok(["register", "--start"]);
  const { pid } = (await home.ok(["hub", "start", "--json"])).json<HubView>();
  const { stdout } = await home.ok(["daemon", "stop", "--json"]);
  assert.not(stdout.includes('"hub"'));
  assert.not(isAlive(pid ?? 0));
  const story = (await home.ok(["why", "--all", "-n", "100", "--json"])).json<HistoryEntry[]>();
  const ends = story.filter(({ to }) => to === "stopped").map(({ name }) => name);
  assert.equal(ends, ["api", "slow", "hub"]);
});

test("each process is told where the hub is, which is no change for those that were started before", async () => {
  await using home = makeHome();
  home.write("processes.yaml", FILE);
  await home.ok(["register", "--start"]);
  const [view] = (await home.ok(["list", "--json"])).json<{ pid: number }[]>();
  assert.is(environmentOf(view?.pid ?? 0).GHOST_HUB, hubSocket(home));
  const [change] = (await home.ok(["plan", "--json"])).json<{ changes: { action: string }[] }>().changes;
  assert.is(change?.action, "keep");
  const variables = (await home.ok(["env", "api", "--json"])).stdout;
  assert.match(variables, /"key":"GHOST_HUB","value":"[^"]*hub.sock","origin":"ghost"/);
});

test("a program that runs since there was no GHOST_HUB is not told to differ", async () => {
  await using home = makeHome();
  const without = "project: shop\nprocesses:\n  - { name: api, command: env -u GHOST_HUB -u LANG sleep 1000, restart: true }\n";
  home.write("processes.yaml", without);
  await home.ok(["register", "--start"]);
  // The next daemon knows what the program was given only from the program.
  await home.ok(["daemon", "restart"]);
  const { difference } = (await home.ok(["env", "api", "--diff", "--json"])).json<{ difference: { key: string }[] }>();
  assert.equal(
    difference.map(({ key }) => key),
    ["LANG"],
  );
  assert.is((await home.ok(["plan", "--json"])).json<{ changes: { action: string }[] }>().changes[0]?.action, "keep");
});

test("a hub that cannot start says why, is told of, and comes by itself once it can", async () => {
  await using home = makeHome();
  await home.ok(["daemon"]);
  writeFileSync(join(home.dir, "data/hub-secret"), "short");
  const { code, stdout } = await home.ghost(["hub", "start", "--json"]);
  const { error } = JSON.parse(stdout) as { error: ErrorBody };
  assert.equal([code, error.code], [1, "START_FAILED"]);
  assert.match(error.message, /^cannot start ghost\/hub: it exited with code 1; it is being restarted$/);
  assert.match(String(error.details?.lastLines), /hub-secret: it is not a secret of 32 bytes/);
  const warned = async (): Promise<boolean> => (await home.ok(["daemon", "status"])).stderr.includes("the hub keeps ending");
  await waitFor(warned, { what: "a warning" });
  const doctor = await home.ghost(["doctor"]);
  assert.is(doctor.code, 1);
  assert.match(doctor.stdout, /✗ hub +the hub keeps ending: .*\n +hint: ghost logs ghost\/hub/);
  rmSync(join(home.dir, "data/hub-secret"));
  await waitFor(async () => (await hubOf(home)).running, { what: "the hub" });
  assert.equal((await hubOf(home)).warnings, []);
});

test("the hub answers requests for it over HTTP once it is ready, and says who asked", async () => {
  await using home = makeHome();
  await home.ok(["daemon"]);
  const started = await ask(home, "POST", "/v1/hub/start", { body: { by: "a test" } });
  assert.equal([started.status, started.json<HubView>().running], [200, true]);
  const again = await ask(home, "POST", "/v1/hub/start", { body: {} });
  assert.is(again.json<HubView>().pid, started.json<HubView>().pid);
  assert.match((await home.ok(["why", "ghost/hub"])).stdout, /started by a test/);
  assert.is((await ask(home, "POST", "/v1/hub/start", { body: { by: 1 } })).status, 400);
  using hub = await connectHub(hubSocket(home));
  assert.is(await hub.ask("PING"), "PONG");
  assert.ok(((await hubOf(home)).health?.clients ?? 0) >= 1);
});

test("hub says where else it listens, what it does not keep, and what it could not take from .ghost.yaml", async () => {
  await using home = makeHome();
  const port = await freePort();
  const listen = `hub: { listen: "127.0.0.1:${port}", token_file: ./token }\n`;
  await home.ok(["hub", "start"]);
  home.write("../home/.ghost.yaml", listen);
  assert.match(
    (await home.ok(["hub", "restart"])).stderr,
    new RegExp(`the hub cannot listen at 127\\.0\\.0\\.1:${port}.*token.*ghost hub restart`),
  );
  assert.match((await home.ok(["hub"])).stderr, /the hub cannot listen/);
  home.write("../home/token", "correct-horse-battery-staple\n", 0o600);
  home.write("../home/.ghost.yaml", `${listen}storage: { sqlite: { enabled: false } }\n`);
  assert.not.match((await home.ok(["hub", "restart"])).stderr, /cannot/);
  const { stdout } = await home.ok(["hub"]);
  assert.match(stdout, new RegExp(`listens +127\\.0\\.0\\.1:${port}, for who has the token`));
  assert.match(stdout, /keeps +nothing over a restart/);
  home.write("../home/.ghost.yaml", "hub: {\n");
  assert.match((await home.ok(["hub", "restart"])).stderr, /\.ghost\.yaml.*for the hub the (last good configuration holds|defaults hold)/);
});

test("a token opens a namespace, is printed without daemon or hub, and is always the same", async () => {
  await using home = makeHome();
  const { stdout } = await home.ok(["hub", "token", "shop"]);
  assert.match(stdout, /^shop\.[\w-]{43}\n$/);
  assert.equal((await home.ok(["hub", "token", "shop", "--json"])).json(), { namespace: "shop", token: stdout.trim() });
  assert.is(statSync(`${home.dir}/data/hub-secret`).mode & 0o777, 0o600);
  assert.is((await home.ghost(["hub", "token"])).code, 2);
  assert.is((await home.ghost(["hub", "token", "a.b"])).code, 2);
  assert.is((await home.ghost(["hub", "status"])).code, 4);
});

test.run();
