import { readFileSync, readlinkSync } from "node:fs";
import { join } from "node:path";
import * as assert from "uvu/assert";
import type { ProcessView, SystemView } from "../../core/api/wire.ts";
import { addressOf, pidsOf, processes, systemOf } from "../daemon/daemons.ts";
import { GHOST } from "../rig/ghost.ts";
import { makeHome } from "../rig/home.ts";
import { needs } from "../rig/needs.ts";
import { freePort } from "../rig/ports.ts";
import { childrenOf, isAlive, parentOf } from "../rig/processes.ts";
import { program } from "../rig/programs.ts";
import { test } from "../rig/test.ts";
import { waitFor } from "../rig/wait.ts";
import { numbersIn, startForeground } from "./foreground.ts";

const unlessCompiled = GHOST.length === 1 ? needs("linux") : "needs the compiled binary";
const COUNTER = "#!/bin/sh\ni=0\nwhile :; do i=$((i+1)); echo line $i; sleep 0.002; done\n";
const RENEWALS = 5;

test.limit(60_000);

test.unless(
  unlessCompiled,
  "a daemon in the foreground is renewed under its own pid: nothing restarts, no line is lost, exit codes are known",
  async () => {
    await using home = makeHome();
    const daemon = await startForeground(home);
    home.write("counter.sh", COUNTER, 0o755);
    home.write(
      "processes.yaml",
      `project: shop
processes:
  - { name: counter, executable: ./counter.sh, restart: true }
  - { name: quiet, command: sleep 1000, restart: true }
  - { name: ends, command: "sh -c 'while [ ! -e end ]; do sleep 0.05; done; echo last; exit 7'", type: oneshot }
`,
    );
    await home.ok(["register", "--start"]);
    const before = await pidsOf(home);
    for (let renewal = 0; renewal < RENEWALS; renewal += 1) {
      const first = addressOf(home)?.startedAt;
      const { pid, startedAt } = (await home.ok(["daemon", "restart", "--json"])).json<SystemView>();
      assert.is(pid, daemon.pid);
      assert.is.not(startedAt, first);
    }
    assert.equal(await pidsOf(home), before);
    for (const pid of Object.values(before)) assert.is(parentOf(pid as number), daemon.pid);
    home.write("end", "");
    const ended = await waitFor(
      async () => {
        const view = (await processes(home)).ends as ProcessView;
        return view.pid === null && view;
      },
      { what: "the one-shot to end" },
    );
    assert.equal([ended.exitCode, ended.exitKnown], [7, true]);
    assert.is(readFileSync(join(home.dir, "logs/shop/ends/out.log"), "utf8"), "last\n");
    // Keepers of before are gone: what lives below the daemon is what it supervises, and one keeper.
    const { helperPids } = await systemOf(home);
    const known = [before.counter, before.quiet, ...helperPids];
    await waitFor(() => childrenOf(daemon.pid).every((pid) => known.includes(pid)), {
      what: "no other children",
      seen: () => childrenOf(daemon.pid),
    });
    daemon.child.kill("SIGTERM");
    assert.equal(await daemon.exit, [0, null]);
    const numbers = numbersIn(join(home.dir, "logs/shop/counter/out.log"));
    assert.ok(numbers.length > 100);
    assert.ok(
      numbers.every((number, index) => number === index + 1),
      "a line was lost or doubled",
    );
  },
);

test.unless(unlessCompiled, "what a process wrote and nobody read yet is there after a renewal, though the process is gone", async () => {
  await using home = makeHome();
  const daemon = await startForeground(home);
  home.write(
    "processes.yaml",
    `project: shop\nprocesses: [{ name: burst, executable: ${program("lines.sh")}, args: ["2000"], type: oneshot }]\n`,
  );
  await home.ok(["register"]);
  for (let round = 1; round <= RENEWALS; round += 1) {
    await home.ok(["start", "burst"]);
    await home.ok(["daemon", "restart"]);
    await waitFor(async () => (await processes(home)).burst?.pid === null, { what: "the burst to end" });
    await waitFor(() => numbersIn(join(home.dir, "logs/shop/burst/out.log")).length === round * 2000, { what: "all lines" });
  }
  daemon.child.kill("SIGTERM");
  await daemon.exit;
});

test.unless(unlessCompiled, "a listener that Ghost holds is the same after a renewal, and after a restart by systemd", async () => {
  await using home = makeHome({ expectLeftovers: true });
  const port = await freePort();
  const first = await startForeground(home);
  home.write(
    "processes.yaml",
    `project: shop\nprocesses: [{ name: web, command: sleep 1000, restart: true, listen: "127.0.0.1:${port}" }]\n`,
  );
  await home.ok(["register", "--start"]);
  const { web } = await pidsOf(home);
  const socket = socketAt(web as number, 3);
  assert.match(socket, /^socket:/);
  await home.ok(["daemon", "restart"]);
  assert.is((await pidsOf(home)).web, web);
  // A new process gets the very socket, which only the daemon can give it.
  await home.ok(["restart", "web"]);
  assert.is(socketAt((await pidsOf(home)).web as number, 3), socket);
  home.write("tools/systemctl", "#!/bin/sh\necho 7 ghost.service restart running\n", 0o755);
  await home.ok(["daemon", "stop", "--unit=ghost.service"], { env: { ...home.env, PATH: `${join(home.work, "tools")}:${home.env.PATH}` } });
  await first.exit;
  const second = await startForeground(home);
  await home.ok(["restart", "web"]);
  assert.is(socketAt((await pidsOf(home)).web as number, 3), socket);
  second.child.kill("SIGTERM");
  await second.exit;
});

function socketAt(pid: number, descriptor: number): string {
  return readlinkSync(`/proc/${pid}/fd/${descriptor}`);
}

test.unless(unlessCompiled, "a node's file that cannot be read keeps the daemon from being renewed, and it goes on", async () => {
  await using home = makeHome();
  const daemon = await startForeground(home);
  home.write("../home/.ghost.yaml", "monitoring: [");
  const { code } = await home.ghost(["daemon", "restart"]);
  assert.is(code, 2);
  assert.is((await systemOf(home)).pid, daemon.pid);
  assert.ok(isAlive(daemon.pid));
  home.write("../home/.ghost.yaml", "");
  daemon.child.kill("SIGTERM");
  await daemon.exit;
});

test.run();
