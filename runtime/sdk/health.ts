import type { Duration } from "../../core/config/duration.ts";
import { waitMs } from "../../core/config/duration.ts";
import { GhostError } from "../../core/errors/ghost-error.ts";
import { clock } from "./parts.ts";

/** How the app, or a part of it, is. */
export type HealthStatus = "healthy" | "degraded" | "unhealthy";

/** What a check said. */
export interface CheckResult {
  readonly status: HealthStatus;
  /** How long it took, in ms. */
  readonly ms: number;
  /** Why it is not healthy, where it said so. */
  readonly error?: string;
}

/** All checks, and the worst of them. */
export interface HealthReport {
  readonly status: HealthStatus;
  readonly checks: Readonly<Record<string, CheckResult>>;
}

/** Nothing, or true: healthy; false: unhealthy; or the word itself. What it throws is why it is unhealthy. */
export type HealthCheck = () => unknown;

/**
 * How the app tells that it is well. Checks run before every beat, and the result goes to the supervisor with it.
 *
 * ```ts
 * Ghost.health.check("store", async () => { await Ghost.data.get("health"); });
 * ```
 */
export interface Health {
  /** Adds a check, or replaces the one of this name. One that takes longer than `timeout` (default `5s`) is unhealthy. What it gives takes it away. */
  check(name: string, check: HealthCheck, options?: { readonly timeout?: Duration }): () => void;
  /** Runs all checks. Never throws. */
  report(): Promise<HealthReport>;
}

const RANKS: readonly unknown[] = ["healthy", "degraded", "unhealthy"];
const TIMEOUT: Duration = "5s";

/** The app's checks. */
export class Checks implements Health {
  private readonly checks = new Map<string, () => Promise<CheckResult>>();

  get size(): number {
    return this.checks.size;
  }

  check(name: string, check: HealthCheck, { timeout = TIMEOUT }: { readonly timeout?: Duration } = {}): () => void {
    const limitMs = waitMs(timeout, "timeout");
    const run = () => resultOf(check, limitMs);
    this.checks.set(name, run);
    return () => void (this.checks.get(name) === run && this.checks.delete(name));
  }

  async report(): Promise<HealthReport> {
    const results = await Promise.all([...this.checks].map(async ([name, run]) => [name, await run()] as const));
    const worst = Math.max(0, ...results.map(([, { status }]) => RANKS.indexOf(status)));
    return { status: RANKS[worst] as HealthStatus, checks: Object.fromEntries(results) };
  }
}

async function resultOf(check: HealthCheck, limitMs: number): Promise<CheckResult> {
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
