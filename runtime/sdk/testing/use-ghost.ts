import type { BusProblem, GhostBus } from "../../../core/bus/ghost-bus.ts";
import type { Clock } from "../../../core/bus/session/transport.ts";
import type { Duration } from "../../../core/config/duration.ts";
import type { GhostData } from "../../../core/data/ghost-data.ts";
import type { MemorySagaLog } from "../../../core/saga/memory-saga-log.ts";
import { type GhostApp, type GhostConfig, GhostError, installGhost } from "../index.ts";
import type { CapturedLogs } from "./captured-logs.ts";
import type { CapturedMetrics } from "./captured-metrics.ts";
import { Doubles } from "./doubles.ts";
import type { FaultPlan, Faults } from "./faults.ts";
import type { MockOrchestrator } from "./mock-orchestrator.ts";
import { realClock } from "./real-clock.ts";
import { AppUnderTest, type RunAppOptions } from "./run-app.ts";
import { newSeed } from "./seeded-random.ts";
import { type TestClock, VirtualClock } from "./virtual-clock.ts";

/** How a test wants its world. */
export interface TestingOptions {
  /** What chance begins with; the same seed gives the same faults. Default GHOST_TEST_SEED, else a new one, which is printed where there are faults. */
  readonly seed?: number;
  /** What may go wrong; default nothing. */
  readonly faults?: Faults;
  /** `virtual` (default): time stands still until the test lets it pass. `system`: the real one. Or a virtual one that the test made. */
  readonly clock?: "virtual" | "system" | VirtualClock;
  /** The app's name; default `test`. */
  readonly name?: string;
  /** What `Ghost.config` is, over `{ app: { id, name }, core: { mode: "test" } }`. */
  readonly config?: {
    readonly app?: Partial<GhostConfig["app"]>;
    readonly core?: Partial<GhostConfig["core"]>;
    readonly [section: string]: unknown;
  };
}

/** A test's world. It is in the place of the real one until it is disposed. */
export interface GhostForTesting extends AsyncDisposable, Disposable {
  readonly seed: number;
  readonly clock: TestClock;
  /** What `Ghost.data` is: keys in memory, and SQL where the runtime has it. */
  readonly data: GhostData;
  /** What `Ghost.bus` is. */
  readonly bus: GhostBus;
  /** What the app logged. */
  readonly logs: CapturedLogs;
  /** What the app measured. */
  readonly metrics: CapturedMetrics;
  /** What `Ghost.orchestrator` is. */
  readonly orchestrator: MockOrchestrator;
  /** Where durable sagas are kept. */
  readonly sagaLog: MemorySagaLog;
  /** What goes wrong: `ghost.faults.use({ drop: 0.1 })`, `ghost.faults.counts`. */
  readonly faults: FaultPlan;
  /** What the bus told that was no failure of a call: lost and invalid messages, handlers that failed. */
  readonly problems: readonly BusProblem[];
  /** The bus of one more program, for the other side of a conversation. */
  busOf(name: string): GhostBus;
  /** Lets time pass: every timer that is due runs, in order. `await ghost.advance("1m")` */
  advance(time: Duration | number): Promise<void>;
  /** Runs an app in this world. */
  run<App extends GhostApp>(app: new () => App, options?: RunAppOptions): AppUnderTest<App>;
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
  const { name = "test", faults = {}, seed = seedOf(faults) } = options;
  const clock = clockOf(options.clock);
  const doubles = new Doubles({ name, seed, faults, clock });
  const undo = installGhost({ ...partsOf(doubles), clock: bound(clock), config: configOf(name, options.config) });
  const apps = new Set<AppUnderTest<GhostApp>>();
  const restore = (): void => {
    if (inUse !== ghost) return;
    undo();
    inUse = null;
  };
  const ghost: GhostForTesting = {
    seed,
    clock,
    ...pick(doubles),
    busOf: (other) => doubles.busOf(other),
    advance: (time) => clock.advance(time),
    run(App, runOptions) {
      const app = new AppUnderTest(App, { clock, doubles }, runOptions);
      apps.add(app);
      return app;
    },
    [Symbol.dispose]() {
      restore();
      void doubles.close();
    },
    async [Symbol.asyncDispose]() {
      for (const app of apps) await app.stop();
      restore();
      await doubles.close();
    },
  };
  inUse = ghost;
  return ghost;
}

function pick({ data, bus, logs, metrics, orchestrator, sagaLog, faults, problems }: Doubles) {
  return { data, bus, logs, metrics, orchestrator, sagaLog, faults, problems };
}

function partsOf({ data, bus, logs, metrics, orchestrator, sagaLog, health }: Doubles) {
  // An app's end is the test's to look at, not the test program's.
  return { data, bus, metrics, orchestrator, sagaLog, health, exit: () => undefined, log: logs.add.bind(logs) };
}

/** Whoever takes the functions out of it. */
function bound(clock: TestClock): Clock {
  return { now: () => clock.now(), after: (ms, callback) => clock.after(ms, callback) };
}

function clockOf(clock: TestingOptions["clock"] = "virtual"): TestClock {
  if (clock === "virtual") return new VirtualClock();
  return clock === "system" ? realClock : clock;
}

function configOf(name: string, { app, core, ...rest }: TestingOptions["config"] = {}): GhostConfig {
  return { ...rest, app: { id: name, name, ...app }, core: { mode: "test", settings: {}, ...core } };
}

/** Who sees a failure needs the seed to see it again. */
function seedOf(faults: Faults): number {
  const given = process.env.GHOST_TEST_SEED;
  if (given !== undefined) return Number(given);
  const seed = newSeed();
  if (Object.keys(faults).length > 0) console.error(`ghost-sdk/testing: GHOST_TEST_SEED=${seed} repeats these faults`);
  return seed;
}
