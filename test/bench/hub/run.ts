import { cannotCompare } from "../../hub/servers/redis.ts";
import { findProgram } from "../../rig/needs.ts";
import type { Contender } from "../contenders/contender.ts";
import { Interrupted } from "../interrupt.ts";
import type { Run } from "../scenarios.ts";
import { HUB_SCENARIOS } from "./scenarios.ts";
import type { HubContender } from "./servers.ts";

/** Why the hub cannot be measured here; null where it can. */
export const cannotMeasureHub: string | null =
  cannotCompare ?? (findProgram("redis-benchmark") && findProgram("sqlite3") ? null : "needs redis-benchmark and sqlite3");

/** Measures the hub and redis-server in turns; gives what failed. */
export async function measureHub(ghost: Contender, { samples, options, interrupted }: Run, say: (line: string) => void): Promise<string[]> {
  const failures: string[] = [];
  const wanted = HUB_SCENARIOS.filter(({ measures }) => measures.some((measure) => options.measures.has(measure)));
  for (let repeat = 0; repeat < options.repeats; repeat += 1) {
    for (const scenario of wanted) {
      const contenders: HubContender[] = scenario.forRedis ? ["ghost", "redis"] : ["ghost"];
      for (const contender of contenders) {
        say(`${repeat + 1}/${options.repeats} ${contender}: ${scenario.name}`);
        const failure: unknown = await Promise.race([interrupted, scenario.run(contender, samples, options, ghost)]).catch(
          (error: unknown) => error,
        );
        if (failure instanceof Interrupted) throw failure;
        if (failure !== undefined)
          failures.push(`${contender} failed with ${scenario.name}: ${failure instanceof Error ? failure.message : failure}`);
      }
    }
  }
  return failures;
}
