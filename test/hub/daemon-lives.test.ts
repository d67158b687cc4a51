// timeout: 120s
import { readFileSync, readlinkSync, rmSync } from "node:fs";
import { dirname, join } from "node:path";
import * as assert from "uvu/assert";
import type { HistoryEntry, HubView } from "../../core/api/wire.ts";
import { addressOf, killDaemon, killWithKeeper, untilBack } from "../daemon/daemons.ts";
import { ROOT, run } from "../rig/ghost.ts";
import { type Home, makeHome } from "../rig/home.ts";
import { isAlive } from "../rig/processes.ts";
import { test } from "../rig/test.ts";
import { waitFor } from "../rig/wait.ts";
import { askHub, connectHub, hubOf, hubSocket } from "./asking.ts";
import { counting } from "./sql-rig.ts";

const onLinux = process.platform === "linux" ? null : "sockets are held on Linux";

async function startedHub(home: Home): Promise<number> {
  return (await home.ok(["hub", "start", "--json"])).json<HubView>().pid ?? 0;
}

/** Another run of the hub than `pid`, ready. */
function anotherThan(home: Home, pid: number): Promise<HubView> {
  const look = async (): Promise<HubView | false> => {
    const hub = await hubOf(home);
    return hub.running && hub.pid !== pid && hub;
  };
  return waitFor(look, {
    what: `another hub than ${pid}`,
    limitMs: 20_000,
    seen: () => home.ghost(["why", "ghost/hub"]).then(({ stdout }) => stdout),
  });
}

async function causesOf(home: Home): Promise<string[]> {
  return (await home.ok(["why", "ghost/hub", "-n", "100", "--json"])).json<HistoryEntry[]>().map(({ cause }) => cause.kind);
}

test.unless(onLinux, "while a killed hub comes back nobody is refused: clients wait, and are answered", async () => {
  await using home = makeHome();
  let pid = await startedHub(home);
  for (let kill = 0; kill < 3; kill += 1) {
    process.kill(pid, "SIGKILL");
    const answers = await Promise.all(
      Array.from({ length: 20 }, () => askHub(hubSocket(home), "PING").catch((error: NodeJS.ErrnoException) => error.code)),
    );
    // Who had been accepted by the one that died hears its end.
    assert.equal(
      [...new Set(answers)].filter((answer) => answer !== "PONG"),
      [],
    );
    ({ pid } = (await anotherThan(home, pid)) as { pid: number });
  }
  assert.is((await hubOf(home)).restarts, 3);
});

test.unless(onLinux, "the next daemon takes the hub over as it is, socket and clients included", async () => {
  await using home = makeHome();
  const pid = await startedHub(home);
  using client = await connectHub(hubSocket(home));
  assert.is(await client.ask("PING"), "PONG");
  const daemon = await killDaemon(home);
  assert.is(await client.ask("PING"), "PONG");
  await untilBack(home, daemon);
  assert.equal([(await hubOf(home)).pid, await client.ask("PING")], [pid, "PONG"]);
  process.kill(pid, "SIGKILL");
  assert.is(await askHub(hubSocket(home), "PING"), "PONG");
  await anotherThan(home, pid);
});

test.unless(onLinux, "hub and daemon killed together: whoever waits at the socket is answered by the next ones", async () => {
  await using home = makeHome();
  const pid = await startedHub(home);
  // The keeper holds the socket a moment after it is there.
  await waitFor(() => keeperHolds(home), { what: "the keeper to hold the hub's socket" });
  const daemon = addressOf(home)?.pid ?? 0;
  process.kill(daemon, "SIGSTOP");
  process.kill(pid, "SIGKILL");
  process.kill(daemon, "SIGKILL");
  assert.is(await askHub(hubSocket(home), "PING"), "PONG");
  assert.is.not((await anotherThan(home, pid)).pid, pid);
});

test.unless(onLinux, "a hub that a daemon left, or whose daemon vanished with its keeper, is taken over with its socket", async () => {
  await using home = makeHome();
  const pid = await startedHub(home);
  await home.ok(["daemon", "stop", "--leave"]);
  assert.is(await askHub(hubSocket(home), "PING"), "PONG");
  await home.ok(["daemon", "start"]);
  assert.is((await hubOf(home)).pid, pid);
  await killWithKeeper(addressOf(home)?.pid ?? 0);
  await home.ok(["daemon", "start"]);
  assert.is((await hubOf(home)).pid, pid);
  process.kill(pid, "SIGKILL");
  assert.is(await askHub(hubSocket(home), "PING"), "PONG");
});

test.unless(onLinux, "a daemon of another build restarts the hub, and says why; its clients wait meanwhile", async () => {
  await using home = makeHome();
  const pid = await startedHub(home);
  await home.ok(["daemon", "restart"]);
  assert.is((await hubOf(home)).pid, pid);
  const version = (await hubOf(home)).version ?? "";
  const other = home.write("other.js", readFileSync(join(ROOT, "dist/ghost.js"), "utf8").replaceAll(version, `${version}-next`));
  const { code, stderr } = await run([join(ROOT, "node_modules/.bin/bun"), other, "daemon", "restart"], { cwd: home.work, env: home.env });
  assert.is(code, 0, stderr);
  const hub = await anotherThan(home, pid);
  assert.is(hub.version, `${version}-next`);
  assert.match((await home.ok(["why", "ghost/hub"])).stdout, /it is of another build \(.*\) than the daemon \(.*-next\)/);
  assert.is(hub.restarts, 0);
});

test.unless(onLinux, "a hub that stands still is noticed and restarted", async () => {
  await using home = makeHome();
  const pid = await startedHub(home);
  process.kill(pid, "SIGSTOP");
  const answer = askHub(hubSocket(home), "PING").catch(() => askHub(hubSocket(home), "PING"));
  assert.is.not((await anotherThan(home, pid)).pid, pid);
  assert.is(await answer, "PONG");
  assert.match((await home.ok(["why", "ghost/hub"])).stdout, /no answer to PING within 2 s: it is stopped \(SIGSTOP\)/);
});

test.unless(onLinux, "a socket that somebody removed is put back, for a hub at rest and for one that runs", async () => {
  await using home = makeHome();
  await home.ok(["daemon"]);
  rmSync(hubSocket(home));
  const answered = (): Promise<boolean> =>
    askHub(hubSocket(home), "PING").then(
      (reply) => reply === "PONG",
      () => false,
    );
  await waitFor(answered, { what: "a hub at rest to be found again" });
  const { pid } = await waitFor(async () => (await hubOf(home)).running && (await hubOf(home)), { what: "the hub" });
  rmSync(dirname(hubSocket(home)), { recursive: true });
  await waitFor(answered, { what: "the hub to be found again" });
  assert.is.not((await anotherThan(home, pid ?? 0)).pid, pid);
  assert.ok((await causesOf(home)).includes("socket-removed"));
});

test.unless(onLinux, "in a home whose path is too long for a socket, address and link lead to the hub", async () => {
  await using home = makeHome();
  const long = join(home.work, "x".repeat(100), "home");
  const inLong = (...args: string[]) => home.ok([...args, "--home", long]);
  await inLong("daemon");
  const { socket } = (await inLong("hub", "start", "--json")).json<HubView>();
  assert.not(socket.startsWith(long));
  assert.is(readlinkSync(join(long, "run/hub.sock")), socket);
  assert.is(JSON.parse(readFileSync(join(long, "run/daemon.pid"), "utf8")).hub, socket);
  assert.is(await askHub(socket, "PING"), "PONG");
  await inLong("daemon", "stop");
  await waitFor(
    () =>
      askHub(socket, "PING").then(
        () => false,
        (error: NodeJS.ErrnoException) => error.code === "ENOENT",
      ),
    { what: "the socket to be gone" },
  );
});

test("a daemon that is stopped does not wait for a long statement", async () => {
  await using home = makeHome();
  await home.ok(["hub", "start"]);
  using client = await connectHub(hubSocket(home));
  client.ask("GHOST.QUERY", counting(1e12)).catch(() => undefined);
  const asked = async () =>
    (JSON.parse(String(await askHub(hubSocket(home), "GHOST.HEALTH"))) as { sql: { isOpen: boolean }[] }).sql[0]?.isOpen;
  await waitFor(asked, { what: "its process to run it" });
  const { pid } = await hubOf(home);
  const startedAt = performance.now();
  await home.ok(["daemon", "stop"]);
  assert.ok(performance.now() - startedAt < 5_000, "at once, and not after the 10 s that a hub has to end");
  assert.not(isAlive(pid ?? 0));
});

test.unless(onLinux, "a daemon that nobody needs leaves with its hub, but not while somebody is connected to it", async () => {
  await using home = makeHome();
  const env = { ...home.env, GHOST_IDLE_EXIT: "500ms" };
  // Brings a daemon that no person asked for.
  const { pid } = (await home.ok(["hub", "start", "--json"], { env })).json<HubView>();
  const client = await connectHub(hubSocket(home));
  const daemon = addressOf(home)?.pid ?? 0;
  for (let look = 0; look < 15; look += 1) {
    assert.is(await client.ask("PING"), "PONG");
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  assert.ok(isAlive(daemon));
  client[Symbol.dispose]();
  await waitFor(() => !isAlive(daemon) && !isAlive(pid ?? 0), { what: "daemon and hub to leave" });
});

test("without sockets that can be held the hub makes its own, and is started when it is asked for", async () => {
  await using home = makeHome();
  const env = { ...home.env, GHOST_NO_FFI: "1" };
  await home.ok(["daemon"], { env });
  assert.is((await hubOf(home)).starts, "request");
  const hub = (await home.ok(["hub", "start", "--json"], { env })).json<HubView>();
  assert.is(await askHub(hub.socket, "PING"), "PONG");
  process.kill(hub.pid ?? 0, "SIGKILL");
  await anotherThan(home, hub.pid ?? 0);
  assert.is(await askHub(hub.socket, "PING"), "PONG");
});

function keeperHolds(home: Home): boolean {
  const daemon = addressOf(home)?.pid ?? 0;
  const keepers = readFileSync(`/proc/${daemon}/task/${daemon}/children`, "utf8").trim().split(" ");
  const socket = socketInode(hubSocket(home));
  return keepers.some((pid) => {
    if (!readFileSync(`/proc/${pid}/cmdline`, "utf8").startsWith("ghost-keeper")) return false;
    return Array.from({ length: 40 }, (_, fd) => linkOf(`/proc/${pid}/fd/${fd}`)).includes(`socket:[${socket}]`);
  });
}

function linkOf(path: string): string | null {
  try {
    return readlinkSync(path);
  } catch {
    return null;
  }
}

/** Of the listener: the accepted connections bear the same path, and have a state of their own. */
function socketInode(path: string): string | undefined {
  const rows = readFileSync("/proc/net/unix", "utf8")
    .split("\n")
    .map((row) => row.trim().split(/\s+/));
  return rows.find((row) => row[7] === path && row[5] === "01")?.[6];
}

test.run();
