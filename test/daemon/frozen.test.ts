// timeout: 120s
import * as assert from "uvu/assert";
import type { ErrorBody } from "../../core/errors/ghost-error.ts";
import { makeHome } from "../rig/home.ts";
import { test } from "../rig/test.ts";
import { systemOf } from "./daemons.ts";

/** The limit of an answer is 15 s. */
const LIMIT_MS = 40_000;

test.limit(60_000);
test("nobody waits for ever for a daemon that is stopped: told after 15 s, with the remedy", async () => {
  await using home = makeHome();
  home.write("processes.yaml", "project: shop\nprocesses:\n  - { name: api, command: sleep 1000, restart: true }\n");
  await home.ok(["register", "--start"]);
  const { pid } = await systemOf(home);
  process.kill(pid, "SIGSTOP");
  try {
    const commands = [["stop", "api"], ["restart", "api", "--json"], ["list"], ["daemon", "stop"], ["doctor"]];
    const outcomes = await Promise.all(commands.map((args) => home.ghost(args, { limitMs: LIMIT_MS })));
    for (const { code, stdout, stderr, tookMs } of outcomes) {
      assert.match(stdout + stderr, new RegExp(`the daemon \\(pid ${pid}\\) was silent for 15 s`));
      assert.match((stdout + stderr).replaceAll(/\s+/g, " "), new RegExp(`pid ${pid} is stopped \\(T\\): kill -CONT ${pid}`));
      assert.ok(tookMs < 30_000, `${tookMs} ms`);
      assert.ok(code === 5 || stdout.includes("problem"), `exit ${code}`);
    }
    assert.is(outcomes[1]?.json<{ error: ErrorBody }>().error.code, "TIMED_OUT");
  } finally {
    process.kill(pid, "SIGCONT");
  }
});

test.run();
