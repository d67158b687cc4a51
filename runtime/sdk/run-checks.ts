import { GhostError } from "../../core/errors/ghost-error.ts";
import type { CheckResult, HealthReport, HealthStatus, LimitedCheck } from "./health.ts";
import { clock } from "./parts.ts";

const RANKS: readonly unknown[] = ["healthy", "degraded", "unhealthy"];

/** Runs checks, all at the same time. Never throws. */
export async function runChecks(checks: ReadonlyMap<string, LimitedCheck>): Promise<HealthReport> {
  const results = await Promise.all([...checks].map(async ([name, check]) => [name, await resultOf(check)] as const));
  const worst = Math.max(0, ...results.map(([, { status }]) => RANKS.indexOf(status)));
  return { status: RANKS[worst] as HealthStatus, checks: Object.fromEntries(results) };
}

async function resultOf({ check, limitMs }: LimitedCheck): Promise<CheckResult> {
  const { now, after } = clock();
  const startedAt = now();
  let cancel = (): void => undefined;
  const late = new Promise<never>((_, reject) => {
    cancel = after(limitMs, () => reject(new GhostError("TIMED_OUT", `no answer within ${limitMs} ms`)));
  });
  try {
    const said = await Promise.race([(async () => check())(), late]);
    return { status: RANKS.includes(said) ? (said as HealthStatus) : said === false ? "unhealthy" : "healthy", ms: now() - startedAt };
  } catch (error) {
    return { status: "unhealthy", ms: now() - startedAt, error: String((error as Error)?.message ?? error) };
  } finally {
    cancel();
  }
}
