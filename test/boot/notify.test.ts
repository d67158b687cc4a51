import { readFileSync } from "node:fs";
import { join } from "node:path";
import * as assert from "uvu/assert";
import { monotonicMicroseconds } from "../../runtime/process/sd-notify.ts";
import { pidsOf } from "../daemon/daemons.ts";
import { GHOST } from "../rig/ghost.ts";
import { makeHome } from "../rig/home.ts";
import { needs } from "../rig/needs.ts";
import { environmentOf } from "../rig/processes.ts";
import { program } from "../rig/programs.ts";
import { test } from "../rig/test.ts";
import { waitFor } from "../rig/wait.ts";
import { startForeground } from "./foreground.ts";
import { listenForNotifications } from "./notify-socket.ts";

const unlessCompiled = GHOST.length === 1 ? needs("linux") : "needs the compiled binary";
const FILE = "project: shop\nprocesses: [{ name: a, command: sleep 1000, restart: true }]\n";

for (const kind of ["a path", "the abstract name space"] as const) {
  test.unless(unlessCompiled, `a manager at ${kind} hears that the daemon is ready, is renewed, and ends`, async () => {
    await using home = makeHome();
    const address = kind === "a path" ? join(home.work, "notify") : `@ghost-test-${process.pid}`;
    using manager = listenForNotifications(address);
    const daemon = await startForeground(home, [], { NOTIFY_SOCKET: address });
    const ready = await manager.until("READY", "1");
    assert.is(manager.messages[ready]?.STATUS, "0 of 0 wanted processes run");
    home.write("processes.yaml", FILE);
    await home.ok(["register", "--start"]);
    await manager.until("STATUS", "1 of 1 wanted processes run");
    const before = await pidsOf(home);
    await home.ok(["daemon", "restart"]);
    const renewing = await manager.until("RELOADING", "1");
    const told = Number(manager.messages[renewing]?.MONOTONIC_USEC);
    assert.ok(told > 0 && Math.abs(monotonicMicroseconds() - told) < 60e6, `MONOTONIC_USEC=${told}`);
    await manager.until("READY", "1", renewing + 1);
    assert.equal(await pidsOf(home), before);
    daemon.child.kill("SIGTERM");
    const stopping = await manager.until("STOPPING", "1");
    assert.ok(Number(manager.messages[stopping]?.EXTEND_TIMEOUT_USEC) > 0);
    assert.equal(await daemon.exit, [0, null]);
  });
}

test.unless(unlessCompiled, "a manager that waits for signs of life gets them, and no child learns of the manager", async () => {
  await using home = makeHome();
  const address = join(home.work, "notify");
  using manager = listenForNotifications(address);
  const daemon = await startForeground(home, [], { NOTIFY_SOCKET: address, WATCHDOG_USEC: "200000" });
  const first = await manager.until("WATCHDOG", "1");
  await manager.until("WATCHDOG", "1", first + 1);
  home.write(
    "processes.yaml",
    `project: shop\nprocesses: [{ name: show, executable: ${program("environment.sh")}, args: [shown], restart: true }]\n`,
  );
  await home.ok(["register", "--start"], { env: { ...home.env, NOTIFY_SOCKET: address, WATCHDOG_USEC: "1" } });
  const shown = await waitFor(() => readFileSync(join(home.work, "shown"), "utf8"), { what: "the program to show its environment" });
  assert.not.match(shown, /NOTIFY_SOCKET|WATCHDOG_/);
  const { helperPids } = (await home.ok(["daemon", "status", "--json"])).json<{ helperPids: number[] }>();
  for (const pid of helperPids) assert.is(environmentOf(pid).NOTIFY_SOCKET, undefined);
  daemon.child.kill("SIGTERM");
  assert.equal(await daemon.exit, [0, null]);
});

test.unless(unlessCompiled, "signs of life that are asked of another process are not given", async () => {
  await using home = makeHome();
  const address = join(home.work, "notify");
  using manager = listenForNotifications(address);
  const daemon = await startForeground(home, [], { NOTIFY_SOCKET: address, WATCHDOG_USEC: "20000", WATCHDOG_PID: "1" });
  await manager.until("READY", "1");
  daemon.child.kill("SIGTERM");
  await manager.until("STOPPING", "1");
  await daemon.exit;
  assert.not(manager.messages.some(({ WATCHDOG }) => WATCHDOG !== undefined));
});

test("a socket that nobody reads, or that is none, keeps nobody from working", async () => {
  await using home = makeHome();
  const daemon = await startForeground(home, [], { NOTIFY_SOCKET: join(home.work, "nobody") });
  home.write("processes.yaml", FILE);
  await home.ok(["register", "--start"]);
  daemon.child.kill("SIGTERM");
  assert.equal(await daemon.exit, [0, null]);
});

test.run();
