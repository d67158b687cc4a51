// timeout: 120s
/** The daemon is killed again and again while a system with dependencies, checks and schedules is at work. */
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import * as assert from "uvu/assert";
import { stringify } from "yaml";
import type { ProcessView } from "../../core/api/wire.ts";
import { killDaemon, processes, untilBack } from "../daemon/daemons.ts";
import { type Home, makeHome } from "../rig/home.ts";
import { test } from "../rig/test.ts";
import { pause, waitFor } from "../rig/wait.ts";

const KILLS = 12;
/** The longest pause between two kills, in ms. */
const PAUSE_MS_MAX = 1_500;
const MEMBER = fileURLToPath(new URL("./programs/member.sh", import.meta.url));
const TICK = fileURLToPath(new URL("./programs/tick.sh", import.meta.url));

test.limit(110_000);

function declare(home: Home): void {
  const member = (name: string, life: number, more: object = {}) => ({
    name,
    executable: MEMBER,
    args: [home.work, name, String(life)],
    type: "service",
    restart: { policy: "on-failure", delay: "50ms", max_delay: "200ms" },
    ...more,
  });
  const holds = (name: string, condition = "started") => ({ depends_on: { [name]: { condition, on_loss: "hold" } } });
  const processes = [
    member("base", 0, { health_check: { exec: `test -d ${home.work}/base.lock`, period: "100ms" } }),
    member("held", 0, holds("base", "healthy")),
    member("leaf", 0, holds("held")),
    member("crasher", 1),
    member("follower", 0, holds("crasher")),
    { name: "tick", executable: TICK, args: [home.work], type: "oneshot", schedule: "* * * * * *" },
  ];
  const groups = [{ name: "steady", processes: ["base", "held", "leaf"] }];
  home.write("processes.yaml", stringify({ project: "soak", processes, groups }));
}

const steady = async (home: Home): Promise<(number | null | undefined)[]> => {
  const now = await processes(home);
  return ["base", "held", "leaf"].map((name) => now[name]?.pid);
};

test("whoever lives is left alone, whoever is held starts again, no job runs twice or beside itself", async () => {
  await using home = makeHome();
  declare(home);
  await home.ok(["register", "--start"]);
  const before = await steady(home);
  let last = 0;
  for (let kill = 0; kill < KILLS; kill += 1) {
    await pause(Math.random() * PAUSE_MS_MAX);
    await untilBack(home, await killDaemon(home));
    const now = await processes(home);
    const crasher = now.crasher as ProcessView;
    assert.ok(crasher.restarts >= last, "the restart counter went back");
    last = crasher.restarts;
  }
  const rest = async (): Promise<unknown> => {
    const { base, held, leaf, follower } = await processes(home);
    return [base, held, leaf, follower].map((process) => [process?.name, process?.status, process?.health, process?.restarts]);
  };
  await waitFor(async () => JSON.stringify(await rest()).match(/"running"/g)?.length === 4, {
    what: "all to run",
    seen: rest,
    limitMs: 15_000,
  });
  assert.equal(await steady(home), before);
  assert.not(existsSync(join(home.work, "twice")), "a process ran twice");
  assert.not(existsSync(join(home.work, "overlap")), "a job ran beside itself");
  const ticks = readFileSync(join(home.work, "ticks"), "utf8").trim().split("\n").map(Number);
  // A run may begin late, because there was no daemon; but there are no more of them than due times.
  const seconds = ((ticks.at(-1) as number) - (ticks[0] as number)) / 1000;
  assert.ok(ticks.length <= Math.floor(seconds) + 2, `${ticks.length} runs in ${seconds} s: a due time was used twice`);
  assert.ok(ticks.length >= 3, `${ticks.length} runs`);
});

test.run();
