// timeout: 120s
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { readdirSync, readlinkSync } from "node:fs";
import { fileURLToPath } from "node:url";
import * as assert from "uvu/assert";
import { addressOf, killDaemon, untilBack } from "../daemon/daemons.ts";
import { hold } from "../ports/holders.ts";
import { GHOST } from "../rig/ghost.ts";
import { makeHome } from "../rig/home.ts";
import { needs } from "../rig/needs.ts";
import { freePort } from "../rig/ports.ts";
import { isAlive } from "../rig/processes.ts";
import { test } from "../rig/test.ts";
import { waitFor } from "../rig/wait.ts";
import { declare, launch, untilStatus, untilView, view } from "../supervise/processes.ts";
import { ask, isRefused, load } from "./clients.ts";

const SERVE = fileURLToPath(new URL("./programs/serve.py", import.meta.url));
const server = (port: number, more: object = {}) => ({ name: "api", command: ["python3", SERVE], listen: port, restart: true, ...more });

test.limit(60_000);

test("no request is lost while the program falls over again and again", async () => {
  await using home = makeHome();
  const port = await freePort();
  const restart = { policy: "always", delay: "10ms", max_delay: "20ms" };
  await launch(home, server(port, { command: ["python3", SERVE, "25"], restart }));
  const clients = load(port, 8);
  await waitFor(() => clients.answered >= 200, { what: "200 answers", limitMs: 30_000 });
  assert.equal(await clients.stop(), []);
  assert.ok((await view(home, "api")).restarts >= 7);
});

test("no request is lost while the daemon is killed under load", async () => {
  await using home = makeHome();
  const port = await freePort();
  await launch(home, server(port));
  const { pid } = await view(home, "api");
  const clients = load(port, 8);
  for (let kill = 0; kill < 3; kill += 1) {
    const before = clients.answered;
    await waitFor(() => clients.answered > before + 50, { what: "load" });
    await untilBack(home, await killDaemon(home));
  }
  assert.equal(await clients.stop(), []);
  assert.is((await view(home, "api")).pid, pid);
});

test("only what a server that does not drain has in hand is lost over restarts, and instances share the listener", async () => {
  await using home = makeHome();
  const port = await freePort();
  await launch(home, server(port, { instances: 2 }));
  const clients = load(port, 8);
  for (let restart = 0; restart < 3; restart += 1) await home.ok(["restart", "api:0"]);
  // It ends at once when it is told to, at most with the one connection that it has accepted: three restarts, three of them. Servers that drain lose none (reload/load).
  const errors = await clients.stop();
  assert.ok(errors.length <= 3, errors.join());
  await Promise.all(["api:0", "api:1"].map((name) => untilStatus(home, name, "running")));
  const pids = new Set<number>();
  const askMany = async (): Promise<boolean> => {
    for (const answer of await Promise.all(Array.from({ length: 20 }, () => ask(port)))) if ("pid" in answer) pids.add(answer.pid);
    return pids.size === 2;
  };
  await waitFor(askMany, { what: "answers of both instances", seen: () => [...pids] });
});

test("connections wait in the queue while neither program nor daemon is there", async () => {
  await using home = makeHome();
  const port = await freePort();
  const restart = { policy: "always", delay: "2s", factor: 1, jitter: 0 };
  // Once it has fallen twice, the next start waits for the back-off.
  await launch(home, server(port, { command: ["python3", SERVE, "1"], restart }));
  await ask(port);
  await ask(port);
  await untilStatus(home, "api", "backoff");
  const killed = await killDaemon(home);
  const waiting = ask(port);
  await untilBack(home, killed);
  assert.ok("pid" in (await waiting), JSON.stringify(await waiting));
});

test("a stopped process refuses, a started one is there again", async () => {
  await using home = makeHome();
  const port = await freePort();
  await launch(home, server(port));
  await home.ok(["stop", "api"]);
  assert.ok(await isRefused(port));
  await home.ok(["start", "api"]);
  assert.ok("pid" in (await ask(port)));
  await home.ok(["delete", "api"]);
  assert.ok(await isRefused(port));
});

test("one that gave up refuses, too", async () => {
  await using home = makeHome();
  const port = await freePort();
  await launch(home, server(port, { command: "sh -c 'exit 1'", restart: { policy: "always", delay: "10ms", max_restarts: 2 } }));
  await untilStatus(home, "api", "failed");
  assert.ok(await isRefused(port));
});

test("another address takes effect at the restart, and the old one refuses", async () => {
  await using home = makeHome();
  const [before, after] = [await freePort(), await freePort()];
  await launch(home, server(before));
  declare(home, server(after));
  await home.ok(["register"]);
  await untilView(home, "api", ({ status }) => status === "running");
  assert.ok("pid" in (await ask(after)));
  assert.ok(await isRefused(before));
});

test("a port that a stranger holds is waited for", async () => {
  await using home = makeHome();
  const port = await freePort();
  await using holder = await hold(port);
  const outcome = await launch(home, server(port));
  assert.match(outcome.stderr, new RegExp(`cannot start api: port ${port} is held by python3?.* \\(pid ${holder.pid}\\)`));
  await holder.end();
  await untilStatus(home, "api", "running", 5_000);
  assert.ok("pid" in (await ask(port)));
});

test.unless(needs("linux"), "nobody but its own process gets the listener, not even from a daemon that inherited it", async () => {
  await using home = makeHome();
  const port = await freePort();
  const other = { name: "other", command: "sleep 1000", restart: true, ports: { web: "auto" } };
  declare(home, server(port), other);
  await home.ok(["register"]);
  await home.ok(["start", "api"]);
  await untilBack(home, await killDaemon(home));
  await home.ok(["start", "other"]);
  const { pid } = await view(home, "other");
  const targets = readdirSync(`/proc/${pid}/fd`).map((fd) => readlinkSync(`/proc/${pid}/fd/${fd}`));
  assert.is(targets.length, 3, targets.join());
  await home.ok(["stop", "api"]);
  assert.ok(await isRefused(port));
});

test.unless(needs("linux", "root"), "under a service manager the next daemon fetches the listener from the last one's keeper", async () => {
  // The last keeper waits some seconds for the next daemon, and cannot know that it came.
  await using home = makeHome({ expectLeftovers: true });
  const port = await freePort();
  const restart = { policy: "always", delay: "3s", factor: 1, jitter: 0 };
  declare(home, server(port, { command: ["python3", SERVE, "1"], restart }));
  const foreground = (): ChildProcess =>
    spawn(GHOST[0] as string, [...GHOST.slice(1), "daemon", "--foreground"], { env: home.env, cwd: home.work, stdio: "ignore" });
  const first = foreground();
  await waitFor(() => addressOf(home) !== null, { what: "the daemon" });
  await home.ok(["register", "--start"]);
  await ask(port);
  await ask(port);
  await untilStatus(home, "api", "backoff");
  first.kill("SIGKILL");
  await once(first, "exit");
  const waiting = ask(port);
  const second = foreground();
  assert.ok("pid" in (await waiting), JSON.stringify(await waiting));
  const ended = once(second, "exit");
  await home.ok(["daemon", "stop"]);
  await ended;
});

test.unless(needs("linux"), "a daemon that becomes the next one in its place takes the listener along", async () => {
  await using home = makeHome();
  const port = await freePort();
  const restart = { policy: "always", delay: "3s", factor: 1, jitter: 0 };
  declare(home, server(port, { command: ["python3", SERVE, "1"], restart }));
  const daemon = spawn(GHOST[0] as string, [...GHOST.slice(1), "daemon", "--foreground"], {
    env: home.env,
    cwd: home.work,
    stdio: "ignore",
  });
  const ended = once(daemon, "exit");
  await waitFor(() => addressOf(home) !== null, { what: "the daemon" });
  await home.ok(["register", "--start"]);
  await ask(port);
  await ask(port);
  await untilStatus(home, "api", "backoff");
  const waiting = ask(port);
  const { startedAt } = addressOf(home) ?? { startedAt: "" };
  await home.ok(["daemon", "restart"]);
  assert.is(addressOf(home)?.pid, daemon.pid);
  assert.is.not(addressOf(home)?.startedAt, startedAt);
  assert.ok("pid" in (await waiting), JSON.stringify(await waiting));
  await home.ok(["daemon", "stop"]);
  await ended;
});

test.unless(
  needs("linux", "root"),
  "a daemon that left its processes is followed by one that takes the listener back from them",
  async () => {
    await using home = makeHome();
    const port = await freePort();
    const restart = { policy: "always", delay: "1s", factor: 1, jitter: 0 };
    await launch(home, server(port, { restart }));
    const { pid } = addressOf(home) ?? { pid: 0 };
    await home.ok(["daemon", "stop", "--leave"]);
    await home.ok(["daemon", "start"]);
    assert.is.not(addressOf(home)?.pid, pid);
    for (let fall = 0; fall < 2; fall += 1) {
      const { pid: child } = await untilStatus(home, "api", "running");
      process.kill(child ?? 0, "SIGKILL");
      // Until it is gone it may yet accept, and take the connection with it.
      await waitFor(() => !isAlive(child ?? 0), { what: "the program to be gone" });
      assert.ok("pid" in (await ask(port)), "what waits is answered by the successor");
    }
  },
);

test.run();
