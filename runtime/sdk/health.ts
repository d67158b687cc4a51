import { type Duration, waitMs } from "../../core/config/duration.ts";

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

/** A check, and how long it may take. */
export interface LimitedCheck {
  readonly check: HealthCheck;
  readonly limitMs: number;
}

const TIMEOUT: Duration = "5s";

/** The app's checks. */
export class Checks implements Health {
  private readonly checks = new Map<string, LimitedCheck>();

  get size(): number {
    return this.checks.size;
  }

  check(name: string, check: HealthCheck, { timeout = TIMEOUT }: { readonly timeout?: Duration } = {}): () => void {
    const limited = { check, limitMs: waitMs(timeout, "timeout") };
    this.checks.set(name, limited);
    return () => void (this.checks.get(name) === limited && this.checks.delete(name));
  }

  async report(): Promise<HealthReport> {
    const { runChecks } = await import("./run-checks.ts");
    return runChecks(this.checks);
  }
}
