import { join } from "node:path";
import * as assert from "uvu/assert";
import type { HistoryEntry } from "../../core/api/wire.ts";
import { pidsOf } from "../daemon/daemons.ts";
import { type Home, makeHome } from "../rig/home.ts";
import { needs } from "../rig/needs.ts";
import { isAlive } from "../rig/processes.ts";
import { test } from "../rig/test.ts";
import { waitFor } from "../rig/wait.ts";
import { numbersIn, startForeground } from "./foreground.ts";

/** A systemctl that knows these jobs, in the place of the system's: what it was asked is in `asked`. */
function pretendJobs(home: Home, jobs: string): Record<string, string> {
  home.write("tools/systemctl", `#!/bin/sh\necho "$@" >>"${home.work}/asked"\ncat <<'END'\n${jobs}END\n`, 0o755);
  return { ...home.env, PATH: `${join(home.work, "tools")}:${home.env.PATH}` };
}

const COUNTER = `#!/bin/sh
i=0; while :; do i=$((i+1)); echo line $i; sleep 0.002; done
`;
const unlessLinux = needs("linux");

async function startCounter(home: Home): Promise<number> {
  home.write("counter.sh", COUNTER, 0o755);
  home.write("processes.yaml", "project: shop\nprocesses: [{ name: counter, executable: ./counter.sh, restart: true }]\n");
  await home.ok(["register", "--start"]);
  return (await pidsOf(home)).counter as number;
}

test.unless(
  unlessLinux,
  "systemctl restart: the daemon ends, its processes go on, the next daemon adopts them, and no line is lost",
  async () => {
    await using home = makeHome({ expectLeftovers: true });
    const first = await startForeground(home);
    const pid = await startCounter(home);
    const env = pretendJobs(home, "  7 ghost.service restart running\n");
    await home.ok(["daemon", "stop", "--unit=ghost.service"], { env });
    assert.equal(await first.exit, [0, null]);
    assert.ok(isAlive(pid));
    const second = await startForeground(home);
    assert.is((await pidsOf(home)).counter, pid);
    await home.ok(["stop", "counter"]);
    const numbers = numbersIn(join(home.dir, "logs/shop/counter/out.log"));
    assert.ok(numbers.every((number, index) => number === index + 1));
    second.child.kill("SIGTERM");
    await second.exit;
  },
);

test.unless(unlessLinux, "what a process wrote last, while systemd restarts the daemon, is read by the next one", async () => {
  await using home = makeHome({ expectLeftovers: true });
  const first = await startForeground(home);
  home.write(
    "processes.yaml",
    `project: shop\nprocesses: [{ name: late, command: "sh -c 'while [ ! -e end ]; do sleep 0.02; done; echo last words'", type: oneshot }]\n`,
  );
  await home.ok(["register", "--start"]);
  const pid = (await pidsOf(home)).late as number;
  await home.ok(["daemon", "stop", "--unit=ghost.service"], { env: pretendJobs(home, "7 ghost.service restart running\n") });
  await first.exit;
  home.write("end", "");
  await waitFor(() => !isAlive(pid), { what: "late to end" });
  const second = await startForeground(home);
  const { stdout } = await waitFor(
    async () => {
      const outcome = await home.ok(["logs", "late", "--json"]);
      return outcome.stdout !== "" && outcome;
    },
    { what: "the last words" },
  );
  assert.match(stdout, /last words/);
  second.child.kill("SIGTERM");
  await second.exit;
});

test.unless(unlessLinux, "a daemon in the background makes room for the one that is expected, and starts no other", async () => {
  await using home = makeHome();
  const pid = await startCounter(home);
  await home.ok(["daemon", "stop", "--unit=ghost.service"], { env: pretendJobs(home, "7 ghost.service restart running\n") });
  const unit = await startForeground(home);
  assert.is((await pidsOf(home)).counter, pid);
  unit.child.kill("SIGTERM");
  assert.equal(await unit.exit, [0, null]);
});

for (const [what, jobs] of [
  ["systemctl stop, or the machine goes down", "  7 ghost.service stop running\n  8 other.service restart waiting\n"],
  ["no job is known", ""],
] as const) {
  test.unless(unlessLinux, `${what}: the processes end in order`, async () => {
    await using home = makeHome();
    const daemon = await startForeground(home);
    const pid = await startCounter(home);
    await home.ok(["daemon", "stop", "--user-unit=ghost.service"], { env: pretendJobs(home, jobs) });
    assert.equal(await daemon.exit, [0, null]);
    assert.not(isAlive(pid));
  });
}

test.unless(unlessLinux, "a systemctl that is not there, or fails, is a stop", async () => {
  await using home = makeHome();
  const daemon = await startForeground(home);
  const pid = await startCounter(home);
  const env = pretendJobs(home, "7 ghost.service restart running\n");
  home.write("tools/systemctl", "#!/bin/sh\nexit 1\n", 0o755);
  await home.ok(["daemon", "stop", "--unit", "ghost.service"], { env });
  await daemon.exit;
  assert.not(isAlive(pid));
  // A unit whose daemon is gone already is stopped without complaint.
  await home.ok(["daemon", "stop", "--unit", "ghost.service"], { env });
  const again = await startForeground(home);
  await waitFor(async () => (await pidsOf(home)).counter !== null, { what: "what is wanted to run again" });
  const told = (await home.ok(["why", "--all", "--json"])).json<HistoryEntry[]>().map(({ cause }) => cause.text);
  assert.ok(told.includes("the daemon was stopped, and its processes with it"));
  again.child.kill("SIGTERM");
  await again.exit;
});

test.run();
