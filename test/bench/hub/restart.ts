/** How long a child's restart takes while the hub beside it has all the work that it can do. */
import { spawn } from "node:child_process";
import { join } from "node:path";
import { pause } from "../../rig/wait.ts";
import { idleChildren } from "../children.ts";
import type { Contender } from "../contenders/contender.ts";
import { restartTimes } from "../measures/restart.ts";
import { openSession } from "../session.ts";

/** Children, of which one after the other is killed. */
const CHILDREN = 100;
/** The load goes on for so long before the first is killed, in ms. */
const LOAD_MS = 1_000;
/** Without end: it is killed. */
const LOAD = ["-c", "50", "-l", "-n", "1000000", "-r", "100000", "-q", "SET", "key:__rand_int__", "value:__rand_int__"];

/** From a child's SIGKILL to its successor's first line, in ms, so many times, while 50 clients of `redis-benchmark` write without a pause. */
export async function saturatedRestartTimes(ghost: Contender, kills: number): Promise<number[]> {
  const session = await openSession(ghost);
  try {
    await session.start(idleChildren(session.place.base, session.markers.path, CHILDREN));
    session.time([...ghost.versionCommand.slice(0, -1), "hub", "start"]);
    const load = spawn("redis-benchmark", ["-s", join(session.place.base, "home", "run", "hub.sock"), ...LOAD], { stdio: "ignore" });
    try {
      await pause(LOAD_MS);
      const times = await restartTimes(session, kills);
      if (load.exitCode !== null) throw new Error("the load ended before the measurement");
      return times;
    } finally {
      load.kill("SIGKILL");
    }
  } finally {
    await session.close();
  }
}
