// timeout: 120s
import * as assert from "uvu/assert";
import { run } from "../../rig/ghost.ts";
import { needs } from "../../rig/needs.ts";
import { test } from "../../rig/test.ts";
import { onBoth } from "./servers.ts";

const REQUESTS = "2000";

onBoth(
  needs("redis-benchmark"),
  "redis-benchmark runs its tests of what there is, pipelined or not, with random keys",
  async ({ socket }) => {
    for (const more of [[], ["-P", "16"], ["-r", "1000"], ["-3"]]) {
      const { code, stdout, stderr } = await run([
        "redis-benchmark",
        "-s",
        socket,
        "-n",
        REQUESTS,
        "-c",
        "20",
        "-t",
        "ping,set,get,incr,hset,mset",
        "--csv",
        ...more,
      ]);
      assert.is(code, 0, stderr);
      const rows = stdout.trim().split("\n").slice(1);
      assert.is(rows.length, 7, stdout);
      assert.not.match(stdout + stderr, /error/i);
      for (const row of rows) assert.ok(Number(row.split(",")[1]?.replaceAll('"', "")) > 0, row);
    }
  },
);

onBoth(needs("redis-benchmark"), "redis-benchmark runs a command of one's own", async ({ socket }) => {
  const { code, stdout } = await run(["redis-benchmark", "-s", socket, "-n", REQUESTS, "-q", "PUBLISH", "channel", "message"]);
  assert.is(code, 0);
  assert.match(stdout, /PUBLISH channel message: \d+\.\d+ requests per second/);
});

test.run();
