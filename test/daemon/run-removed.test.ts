// timeout: 90s
import { existsSync, readFileSync, renameSync, rmSync } from "node:fs";
import { join } from "node:path";
import * as assert from "uvu/assert";
import { type Home, makeHome } from "../rig/home.ts";
import { isAlive } from "../rig/processes.ts";
import { test } from "../rig/test.ts";
import { waitFor } from "../rig/wait.ts";
import { pidsOf, systemOf, untilBack } from "./daemons.ts";

/** A writer that would be blocked within moments if nobody read. */
const FILE = `project: shop
processes:
  - name: loud
    command: sh -c 'i=0; while :; do for n in 1 2 3 4; do i=$((i+1)); printf "%0999d\\n" $i; printf "%0999d\\n" $i >&2; done; sleep 0.005; done'
    restart: true
    logs: { max_size: 100MB }
`;

function linesOf(home: Home, stream: "out" | "err"): number[] {
  const text = readFileSync(join(home.dir, "logs/shop/loud", `${stream}.log`), "utf8");
  return text.slice(0, text.lastIndexOf("\n")).split("\n").map(Number);
}

/** More than a pipe holds comes on both streams, and no line is missing. */
async function checkGoesOn(home: Home): Promise<void> {
  for (const stream of ["out", "err"] as const) {
    const before = linesOf(home, stream).length;
    await waitFor(() => linesOf(home, stream).length > before + 150, { what: `${stream} to go on`, limitMs: 20_000 });
    checkLines(home, stream);
  }
}

/** All that was written, once each and in order. */
function checkLines(home: Home, stream: "out" | "err"): void {
  const lines = linesOf(home, stream);
  assert.equal(
    lines,
    lines.map((_, index) => index + 1),
  );
}

const REMOVALS: readonly { readonly name: string; readonly remove: (home: Home) => Promise<void> }[] = [
  {
    name: "removed, put back",
    remove: async (home) => {
      rmSync(join(home.dir, "run"), { recursive: true });
      await waitFor(() => existsSync(join(home.dir, "run/daemon.pid")) && existsSync(join(home.dir, "run/daemon.lock")), {
        what: "run/ to be put back",
      });
    },
  },
  { name: "removed", remove: async (home) => rmSync(join(home.dir, "run"), { recursive: true }) },
  { name: "moved away", remove: async (home) => renameSync(join(home.dir, "run"), join(home.dir, "run.old")) },
];

for (const { name, remove } of REMOVALS) {
  test(`run/ is ${name}, then the daemon is killed: the next one comes, and reads what the processes write`, async () => {
    await using home = makeHome();
    home.write("processes.yaml", FILE);
    await home.ok(["register", "--start"]);
    const { pid } = await systemOf(home);
    const before = await pidsOf(home);
    for (let round = 0; round < 2; round += 1) {
      const daemon = round === 0 ? pid : (await systemOf(home)).pid;
      if (round === 0) await remove(home);
      process.kill(daemon, "SIGKILL");
      await waitFor(() => !isAlive(daemon), { what: "the daemon to be gone" });
      await untilBack(home, daemon);
      assert.equal(await pidsOf(home), before);
      await checkGoesOn(home);
    }
    await home.ok(["restart", "loud"]);
    await home.ok(["daemon", "stop"]);
    assert.not(existsSync(join(home.dir, "run/daemon.pid")));
  });
}

/** Until it is let go it waits in `printf >&2`, while nobody reads: that long its shell's descriptor 1 is the pipe of stderr, and that of stdout is elsewhere. */
const REDIRECTED_FILE = `project: shop
processes:
  - name: loud
    command: >-
      sh -c 'i=0; while [ ! -e go ]; do i=$((i+1)); printf "%0999d\\n" $i >&2; done;
      i=0; while [ $i -lt 200 ]; do i=$((i+1)); printf "%0999d\\n" $i; done; exec sleep 1000'
    restart: true
    logs: { max_size: 100MB }
`;

test("run/ is removed and the daemon killed while a process is blocked with its stdout redirected: both streams are read on", async () => {
  await using home = makeHome();
  home.write("processes.yaml", REDIRECTED_FILE);
  await home.ok(["register", "--start"]);
  const { pid } = await systemOf(home);
  const before = await pidsOf(home);
  rmSync(join(home.dir, "run"), { recursive: true });
  process.kill(pid, "SIGKILL");
  await untilBack(home, pid);
  home.write("go", "");
  await waitFor(() => linesOf(home, "out").length === 200, { what: "out to be read" });
  for (const stream of ["out", "err"] as const) checkLines(home, stream);
  assert.equal(await pidsOf(home), before);
});

test.run();
