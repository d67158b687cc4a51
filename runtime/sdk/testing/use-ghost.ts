// What an app loads on demand is there from the start: a test's clock does not wait for files.
import "../../../core/bus/answering.ts";
import "../../../core/bus/checked.ts";
import "../../../core/bus/consumer.ts";
import "../../../core/bus/history.ts";
import "../../../core/bus/requesting.ts";
import "../run-checks.ts";
import "../saga.ts";
import type { Clock } from "../../../core/bus/session/transport.ts";
import type { Duration } from "../../../core/config/duration.ts";
import { openSagas } from "../durable-sagas.ts";
import { type GhostApp, type GhostConfig, GhostError, installGhost } from "../index.ts";
import { Doubles } from "./doubles.ts";
import type { Faults } from "./faults.ts";
import { realClock } from "./real-clock.ts";
import { AppUnderTest, type RunAppOptions } from "./run-app.ts";
import { newSeed } from "./seeded-random.ts";
import { type Held, type UntilOptions, untilHolds } from "./until.ts";
import { type TestClock, VirtualClock } from "./virtual-clock.ts";

/** A configuration as a test gives it: what is left out stays as it is. */
export interface TestConfig {
  readonly app?: Partial<GhostConfig["app"]>;
  readonly core?: Partial<GhostConfig["core"]>;
  readonly [section: string]: unknown;
}

/** How a test wants its world. */
export interface TestingOptions {
  /** What chance begins with; the same seed gives the same faults. Default GHOST_TEST_SEED, else a new one, which is printed where there are faults. */
  readonly seed?: number;
  /** What may go wrong; default nothing. */
  readonly faults?: Faults;
  /**
   * `virtual` (default): time stands still until the test lets it pass. `system`: the real one. Or a virtual one that the test made.
   *
   * Virtual is what Ghost measures: ticks, `stopTimeout`, expiry of keys and messages, redelivery, tries, pauses and time limits of requests, sagas and the orchestrator, and
   * the times in records. What the app asks of the runtime itself stays real: `setTimeout`, `Date.now()`, `AbortSignal.timeout`, files, sockets, child processes. Who tests an
   * app that waits so takes `system`, gives it its pauses from outside, or has `mock.timers` of `node:test` besides.
   */
  readonly clock?: "virtual" | "system" | VirtualClock;
  /** The app's name; default `test`. */
  readonly name?: string;
  /** What `Ghost.config` is, over `{ app: { id, name }, core: { mode: "test" } }`. */
  readonly config?: TestConfig;
}

let inUse: GhostForTesting | null = null;

/** The doubles that are in use; null: none are. */
export function doublesInUse(): GhostForTesting | null {
  return inUse;
}

/**
 * Puts doubles in the place of hub, daemon, clock and terminal, in one call:
 *
 * ```ts
 * await using ghost = useGhostForTesting();
 * await Ghost.bus.publish("orders", { id: 7 });
 * await ghost.advance("1m");
 * ```
 *
 * One at a time in a program: tests of one file run one after the other. Throws USAGE while another is in use, and for options that are none.
 */
export function useGhostForTesting(options: TestingOptions = {}): GhostForTesting {
  if (inUse)
    throw new GhostError("USAGE", "cannot use test doubles twice at the same time", {
      hint: "`await using` ends the first ones; run tests one after the other",
    });
  inUse = new GhostForTesting(options);
  return inUse;
}

/** A test's world: it is in the place of the real one until it is disposed. Made by `useGhostForTesting`. */
export class GhostForTesting extends Doubles implements AsyncDisposable, Disposable {
  readonly seed: number;
  private config: GhostConfig;
  private readonly handlers = new Set<(config: GhostConfig) => void>();
  private readonly apps = new Set<AppUnderTest<GhostApp>>();
  private readonly undo: () => void;

  constructor({ name = "test", faults = {}, seed = seedOf(faults), clock, config }: TestingOptions) {
    super({ name, seed, faults, clock: clockOf(clock) });
    this.seed = seed;
    this.config = merge({ app: { id: name, name }, core: { mode: "test", settings: {} } }, config);
    const { data, bus, metrics, orchestrator, sagaLog, health, logs } = this;
    const log = logs.add.bind(logs);
    // An app's end is the test's to look at, not the test program's.
    const own = { log, clock: bound(this.clock), config: this.config, onConfig: this.onConfig, exit: () => undefined };
    this.undo = installGhost({ data, bus, metrics, orchestrator, sagaLog, openSagas, health, ...own });
  }

  /** Lets time pass: every timer that is due runs, in order. `await ghost.advance("1m")` */
  advance(time: Duration | number): Promise<void> {
    return this.clock.advance(time);
  }

  /**
   * Lets time pass, timer by timer, until a condition holds, and gives what it gave: `const done = await ghost.until(() => app.logs.find("done"))`. Time stands
   * where it was so. Throws TIMED_OUT when it is not so within `timeout` of the test's time, and then a second of real time, which is for what is no timer of Ghost's;
   * and what the condition throws.
   */
  until<T>(condition: () => T | PromiseLike<T>, options?: UntilOptions): Promise<Held<T>> {
    return untilHolds(this.clock, condition, options);
  }

  /** Changes `Ghost.config`, as a change of `.ghost.yaml` does: `Ghost.onConfig` hears of it. */
  configure(change: TestConfig): void {
    this.config = merge(this.config, change);
    // Undoing the first one takes this one back, too.
    installGhost({ config: this.config });
    for (const tell of [...this.handlers]) tell(this.config);
  }

  /** Runs an app in this world. */
  run<App extends GhostApp>(app: new () => App, options?: RunAppOptions): AppUnderTest<App> {
    const running = new AppUnderTest(app, this, options);
    this.apps.add(running);
    return running;
  }

  [Symbol.dispose](): void {
    this.restore();
    void this.close();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const app of this.apps) await app.stop();
    this.restore();
    await this.close();
  }

  private restore(): void {
    if (inUse !== this) return;
    this.undo();
    inUse = null;
  }

  private readonly onConfig = (handler: (config: GhostConfig) => void): (() => void) => {
    this.handlers.add(handler);
    return () => void this.handlers.delete(handler);
  };
}

/** For whoever takes the functions out of it. */
function bound(clock: TestClock): Clock {
  return { now: () => clock.now(), after: (ms, callback) => clock.after(ms, callback) };
}

function clockOf(clock: TestingOptions["clock"] = "virtual"): TestClock {
  if (clock === "virtual") return new VirtualClock();
  return clock === "system" ? realClock : clock;
}

function merge(before: GhostConfig, { app, core, ...rest }: TestConfig = {}): GhostConfig {
  return { ...before, ...rest, app: { ...before.app, ...app }, core: { ...before.core, ...core } };
}

/** Who sees a failure needs the seed to see it again. */
function seedOf(faults: Faults): number {
  const given = process.env.GHOST_TEST_SEED;
  if (given !== undefined) return Number(given);
  const seed = newSeed();
  if (Object.keys(faults).length > 0) console.error(`ghost-sdk/testing: GHOST_TEST_SEED=${seed} repeats these faults`);
  return seed;
}
