import { join } from "node:path";
import * as assert from "uvu/assert";
import type { ErrorBody } from "../../core/errors/ghost-error.ts";
import { killDaemon, untilBack } from "../daemon/daemons.ts";
import { makeHome } from "../rig/home.ts";
import { freePort } from "../rig/ports.ts";
import { isAlive } from "../rig/processes.ts";
import { test } from "../rig/test.ts";
import { waitFor } from "../rig/wait.ts";
import { declare, history, launch, untilLines, untilStatus, untilView, view } from "../supervise/processes.ts";
import { HOLD, hold } from "./holders.ts";

const QUICK = { policy: "always", delay: "10ms", max_delay: "50ms" };
const listener = (port: number, more: object = {}) => ({ name: "api", command: ["python3", HOLD, String(port)], restart: QUICK, ...more });

async function startError(home: { ghost: ReturnType<typeof makeHome>["ghost"] }): Promise<ErrorBody> {
  const outcome = await home.ghost(["start", "api", "--json"]);
  assert.is(outcome.code, 1, outcome.stdout);
  const said = outcome.json<{ error?: ErrorBody } | readonly { error?: ErrorBody }[]>();
  const error = Array.isArray(said) ? said[0]?.error : (said as { error?: ErrorBody }).error;
  assert.ok(error, outcome.stdout);
  return error as ErrorBody;
}

test("a declared port that a stranger holds: start names him, and the process starts when it is free", async () => {
  await using home = makeHome();
  const port = await freePort();
  await using holder = await hold(port);
  declare(home, listener(port, { ports: { web: port } }));
  await home.ok(["register"]);
  const error = await startError(home);
  assert.is(error.code, "PORT_IN_USE");
  assert.match(error.message, new RegExp(`^cannot start api: port ${port} is held by python3?(\\.\\d+)? \\(pid ${holder.pid}\\)$`));
  const waiting = await view(home, "api");
  assert.is(waiting.status, "waiting");
  assert.match(waiting.waitingFor.join(), new RegExp(`^port ${port}, which .* \\(pid ${holder.pid}\\) holds$`));
  await holder.end();
  const running = await untilStatus(home, "api", "running", 5_000);
  assert.is(running.restarts, 0);
  assert.ok((await history(home, "api")).some(({ cause }) => cause.kind === "port-free"));
});

test("a program that falls because its port is held waits instead of falling again and again", async () => {
  await using home = makeHome();
  const port = await freePort();
  await using holder = await hold(port);
  // Python does not say which port it was: the health check's address tells.
  await launch(home, listener(port, { health_check: { tcp: `127.0.0.1:${port}`, period: "100ms" } }));
  const waiting = await untilStatus(home, "api", "waiting");
  assert.match(waiting.why, new RegExp(`exited with code 1: port ${port}, which .*pid ${holder.pid}.* holds`));
  assert.is(waiting.restarts, 0);
  await holder.end();
  await untilStatus(home, "api", "running", 5_000);
});

test("the port is read from what the program said", async () => {
  await using home = makeHome();
  const port = await freePort();
  await using holder = await hold(port);
  await launch(home, {
    name: "api",
    command: ["node", "-e", `require("net").createServer().listen(${port}, "127.0.0.1")`],
    restart: QUICK,
  });
  const waiting = await untilStatus(home, "api", "waiting");
  assert.match(waiting.why, new RegExp(`port ${port}, which .*pid ${holder.pid}`));
  await holder.end();
  await untilStatus(home, "api", "running", 5_000);
});

for (const [what, more] of Object.entries({
  "its command line": (port: number) => ({ command: ["python3", HOLD, String(port)] }),
  "its environment": (port: number) => ({ shell: true, command: `python3 ${HOLD} "$WEB_PORT"`, environment: { WEB_PORT: String(port) } }),
}))
  test(`a port that neither the program nor its declaration names is found in ${what}`, async () => {
    await using home = makeHome();
    const port = await freePort();
    await using holder = await hold(port);
    await launch(home, { name: "api", restart: QUICK, ...more(port) });
    const waiting = await untilStatus(home, "api", "waiting");
    assert.match(waiting.why, new RegExp(`exited with code 1: port ${port}, which .*pid ${holder.pid}.* holds`));
    await holder.end();
    await untilStatus(home, "api", "running", 5_000);
  });

test("the port of what a program needs is not taken for the one that it wants", async () => {
  await using home = makeHome();
  const port = await freePort();
  const db = { ...listener(port), name: "db" };
  const complaint = ["sh", "-c", "echo 'bind: Address already in use' >&2; exit 1", "api", "--db-port", String(port)];
  declare(home, db, { name: "api", command: complaint, restart: QUICK, depends_on: ["db"] });
  await home.ok(["register"]);
  await home.ok(["start", "db"]);
  await untilLines(join(home.dir, "logs", "shop", "db", "out.log"));
  await home.ghost(["start", "api"]);
  await untilView(home, "api", ({ restarts }) => restarts > 2);
  assert.not((await history(home, "api")).some(({ to }) => to === "waiting"));
});

test("where no port is found, why says at least that an address is in use", async () => {
  await using home = makeHome();
  await launch(home, { name: "api", command: ["sh", "-c", "echo 'bind: Address already in use' >&2; exit 1"], restart: QUICK });
  const found = async () =>
    (await history(home, "api")).some(({ cause }) => /^exited with code 1: an address it wants is in use; restarts/.test(cause.text));
  await waitFor(found, { what: "the cause in the history" });
});

test("a holder that is a process of Ghost is told by its name", async () => {
  await using home = makeHome();
  const port = await freePort();
  declare(home, { ...listener(port), name: "first" }, listener(port, { ports: { web: port } }));
  await home.ok(["register"]);
  await home.ok(["start", "first"]);
  await untilLines(join(home.dir, "logs", "shop", "first", "out.log"));
  const { pid } = await view(home, "first");
  assert.is((await startError(home)).message, `cannot start api: port ${port} is held by first (pid ${pid})`);
  await home.ok(["stop", "first"]);
  await untilStatus(home, "api", "running", 5_000);
});

test("what an earlier run of the same process left on the port is ended, and the process starts at once", async () => {
  await using home = makeHome();
  const port = await freePort();
  const ofRun = { GHOST_HOME: home.dir, GHOST_PROJECT: "shop", GHOST_NAME: "api", GHOST_INSTANCE: "0", GHOST_PROCESS: "0123456789ab" };
  await using escapee = await hold(port, ofRun);
  await launch(home, listener(port, { ports: { web: port } }));
  const { pid } = await untilStatus(home, "api", "running", 5_000);
  assert.not(isAlive(escapee.pid));
  assert.is.not(pid, null);
  const told = (await history(home, "api")).map(({ cause }) => cause.text).join("\n");
  assert.match(told, new RegExp(`an earlier run left pid ${escapee.pid} on port ${port}, which is ended`));
});

for (const [what, other] of [
  ["another process", { GHOST_NAME: "web" }],
  ["another instance", { GHOST_INSTANCE: "1" }],
  ["another home", { GHOST_HOME: "/nonexistent" }],
] as const)
  test(`what a run of ${what} left there is not touched`, async () => {
    await using home = makeHome({ expectLeftovers: true });
    const port = await freePort();
    const ofRun = { GHOST_HOME: home.dir, GHOST_PROJECT: "shop", GHOST_NAME: "api", GHOST_INSTANCE: "0", GHOST_PROCESS: "0123456789ab" };
    await using stranger = await hold(port, { ...ofRun, ...other });
    await launch(home, listener(port, { ports: { web: port } }));
    await untilStatus(home, "api", "waiting");
    assert.ok(isAlive(stranger.pid));
    await home.ok(["stop", "api"]);
    assert.ok(isAlive(stranger.pid));
  });

test("a daemon that comes back goes on waiting for the port", async () => {
  await using home = makeHome();
  const port = await freePort();
  await using holder = await hold(port);
  await launch(home, listener(port, { ports: { web: port } }));
  await untilStatus(home, "api", "waiting");
  await untilBack(home, await killDaemon(home));
  assert.is((await view(home, "api")).status, "waiting");
  await holder.end();
  await untilStatus(home, "api", "running", 5_000);
});

test("a stop while it waits ends the waiting", async () => {
  await using home = makeHome();
  const port = await freePort();
  await using holder = await hold(port);
  await launch(home, listener(port, { ports: { web: port } }));
  await home.ok(["stop", "api"]);
  await holder.end();
  await using next = await hold(port);
  assert.ok(isAlive(next.pid), "nobody took the port");
  assert.is((await view(home, "api")).status, "stopped");
});

test("a complaint about a port that nobody holds is a failure like any other", async () => {
  await using home = makeHome();
  const port = await freePort();
  const script = `echo "listen tcp :${port}: bind: address already in use" >&2; exit 1`;
  await launch(home, { name: "api", command: ["sh", "-c", script], restart: { policy: "always", delay: "10ms", max_restarts: 3 } });
  const failed = await untilStatus(home, "api", "failed");
  assert.is(failed.restarts, 3);
});

test("a stranger on another address of the machine is in nobody's way", async () => {
  await using home = makeHome();
  const port = await freePort();
  await using stranger = await hold(port, {}, "127.0.0.2");
  await launch(home, listener(port, { ports: { web: port } }));
  await untilView(home, "api", ({ status }) => status === "running");
  assert.ok(isAlive(stranger.pid));
});

test.run();
