import { join } from "node:path";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { makeHome } from "../rig/home.ts";
import { freePort } from "../rig/ports.ts";
import { isAlive } from "../rig/processes.ts";
import { program } from "../rig/programs.ts";
import { waitFor } from "../rig/wait.ts";
import { history, launch, untilLines, untilView, view } from "./processes.ts";
import { zombiesOf } from "./zombies.ts";

const QUICK = { policy: "always", delay: "10ms", max_delay: "20ms" };

for (const [how, prefix] of [
  ["in its group", ""],
  ["in a session of its own", "setsid "],
] as const) {
  test(`a grandchild ${how} that holds the port is ended before the successor starts`, async () => {
    await using home = makeHome();
    const port = await freePort();
    const holder = join(home.work, "holder");
    // The main process waits for its helper to listen; only the helper knows the port.
    const script = `${prefix}python3 hold.py ${port} ${holder} & wait`;
    home.write(
      "hold.py",
      "import os, socket, sys, time\ns = socket.socket()\ns.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)\n" +
        "s.bind(('127.0.0.1', int(sys.argv[1])))\ns.listen()\nopen(sys.argv[2], 'a').write(f'{os.getpid()}\\n')\ntime.sleep(1000)\n",
    );
    await launch(home, { name: "api", command: ["sh", "-c", script], restart: QUICK });
    const [first = ""] = await untilLines(holder);
    process.kill((await view(home, "api")).pid ?? 0, "SIGKILL");
    const pids = await untilLines(holder, 2);
    assert.not(isAlive(Number(first)));
    assert.ok(isAlive(Number(pids[1])));
    const after = await untilView(home, "api", (process) => process.status === "running");
    assert.is(after.restarts, 1, "the successor found the port free at once");
    assert.ok((await history(home, "api")).some(({ cause }) => cause.text.includes("what it left behind is being ended")));
  });
}

test("leftovers that ignore SIGTERM are killed when the stop timeout is up, a stop command or not", async () => {
  await using home = makeHome();
  const file = join(home.work, "pids");
  const stop = { timeout: "400ms", command: "exit 0" };
  await launch(home, { name: "api", executable: program("forks.sh"), args: file, restart: QUICK, stop });
  const pids = (await untilLines(file, 4)).flatMap((line) => line.match(/\d+/g) ?? []).map(Number);
  process.kill((await view(home, "api")).pid ?? 0, "SIGKILL");
  await untilView(home, "api", (process) => process.status === "running" && process.restarts === 1);
  assert.equal(pids.filter(isAlive), []);
});

test("zombies of orphans do not pile up under the daemon", async () => {
  await using home = makeHome();
  home.write("../home/.ghost.yaml", "monitoring: { enabled: true, interval: 200ms }\n");
  const script = "for n in 1 2 3 4 5; do (setsid sh -c 'sleep 0.1' &) ; done; exec sleep 1000";
  await launch(home, { name: "api", command: ["sh", "-c", script], restart: true });
  const { pid } = (await home.ok(["daemon", "status", "--json"])).json<{ pid: number }>();
  await waitFor(() => zombiesOf(pid) === 0, { what: "the daemon to have no zombies", seen: () => zombiesOf(pid) });
});

test.run();
