/** `ghost-sdk/testing`: what an app's tests import. No daemon, no hub, no waiting. */
import { type GhostApp, GhostError } from "../index.ts";
import type { AppUnderTest, RunAppOptions } from "./run-app.ts";
import type { Held, UntilOptions } from "./until.ts";
import { doublesInUse, type TestingOptions, useGhostForTesting } from "./use-ghost.ts";

export type { CapturedLogs } from "./captured-logs.ts";
export type { CapturedMetrics } from "./captured-metrics.ts";
export type { Fault, FaultCounts, FaultPlan, Faults } from "./faults.ts";
export type { MockCall, MockOrchestrator } from "./mock-orchestrator.ts";
export type { MockProcess, MockState } from "./mock-processes.ts";
export type { AppUnderTest, RunAppOptions } from "./run-app.ts";
export type { Held, UntilOptions } from "./until.ts";
export { type GhostForTesting, type TestConfig, type TestingOptions, useGhostForTesting } from "./use-ghost.ts";
export { settle, type TestClock, VIRTUAL_START_MS, VirtualClock } from "./virtual-clock.ts";

/**
 * Runs an app: with the doubles that are in use, else with ones of its own that end with it. What of its time is virtual: see `clock` of `TestingOptions`.
 *
 * ```ts
 * await using app = runApp(Hello, { args: ["Ada"] });
 * assert.equal(await app.exitCode, 0);
 * assert.ok(app.logs.has("hello, Ada"));
 * ```
 */
export function runApp<App extends GhostApp>(app: new () => App, options: RunAppOptions & TestingOptions = {}): AppUnderTest<App> {
  const shared = doublesInUse();
  if (shared) return shared.run(app, options);
  const ghost = useGhostForTesting(options);
  const running = ghost.run(app, options);
  return Object.assign(running, { [Symbol.asyncDispose]: () => ghost[Symbol.asyncDispose]() as Promise<void> });
}

/**
 * Lets time pass until a condition holds, with the doubles that are in use (those of `runApp`, too), and gives what it gave: see `GhostForTesting.until`.
 *
 * ```ts
 * await using app = runApp(Worker);
 * const done = await until(() => app.logs.find("done"), { timeout: "1m" });
 * ```
 *
 * Throws USAGE where none are in use.
 */
export async function until<T>(condition: () => T | PromiseLike<T>, options?: UntilOptions): Promise<Held<T>> {
  const ghost = doublesInUse();
  if (ghost) return ghost.until(condition, options);
  throw new GhostError("USAGE", "cannot wait until something is so: no test doubles are in use", {
    hint: "useGhostForTesting() or runApp(App) comes first, and until before the end of them",
  });
}
