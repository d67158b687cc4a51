/** All doubles of one test, made together: they share a clock, chance and faults. */
import { PortBus } from "../../../core/bus/bus.ts";
import type { BusProblem, GhostBus } from "../../../core/bus/ghost-bus.ts";
import { MemoryBroker } from "../../../core/bus/memory/memory-broker.ts";
import { CoreGhostData } from "../../../core/data/core-data.ts";
import type { GhostData } from "../../../core/data/ghost-data.ts";
import { MemoryKeys } from "../../../core/data/memory/memory-keys.ts";
import { MemorySagaLog } from "../../../core/saga/memory-saga-log.ts";
import { Checks } from "../index.ts";
import { CapturedLogs } from "./captured-logs.ts";
import { CapturedMetrics } from "./captured-metrics.ts";
import { FaultPlan, type Faults } from "./faults.ts";
import { FaultyPort } from "./faulty-bus.ts";
import { faultyKeys, faultySql } from "./faulty-data.ts";
import { MockOrchestrator } from "./mock-orchestrator.ts";
import { testingSql } from "./open-sql.ts";
import { seededRandom } from "./seeded-random.ts";
import type { TestClock } from "./virtual-clock.ts";

/** What the doubles are made with. */
export interface DoublesOptions {
  readonly name: string;
  readonly seed: number;
  readonly faults: Faults;
  readonly clock: TestClock;
}

/** What stands in the place of hub, daemon and terminal. */
export class Doubles {
  readonly clock: TestClock;
  /** What `Ghost.data` is: keys in memory, and SQL where the runtime has it. */
  readonly data: GhostData;
  /** What `Ghost.bus` is. */
  readonly bus: GhostBus;
  /** What the app logged. */
  readonly logs = new CapturedLogs();
  /** What the app measured. */
  readonly metrics: CapturedMetrics;
  /** What `Ghost.orchestrator` is. */
  readonly orchestrator: MockOrchestrator;
  /** Where durable sagas are kept. */
  readonly sagaLog: MemorySagaLog;
  /** What `Ghost.health` is. */
  readonly health = new Checks();
  /** What goes wrong: `ghost.faults.use({ drop: 0.1 })`, `ghost.faults.counts`. */
  readonly faults: FaultPlan;
  /** What the bus told that was no failure of a call: lost and invalid messages, handlers that failed. */
  readonly problems: BusProblem[] = [];
  private readonly options: DoublesOptions;
  private readonly broker: MemoryBroker;
  private readonly buses: GhostBus[] = [];

  constructor(options: DoublesOptions) {
    const { clock, seed, faults, name } = options;
    this.options = options;
    this.clock = clock;
    this.metrics = new CapturedMetrics(() => clock.now());
    this.faults = new FaultPlan(faults, clock, seededRandom(seed));
    this.broker = new MemoryBroker(clock);
    this.bus = this.busOf(name);
    this.data = new CoreGhostData(faultyKeys(new MemoryKeys(() => clock.now()), this.faults), faultySql(testingSql(), this.faults));
    this.orchestrator = new MockOrchestrator(clock);
    this.sagaLog = new MemorySagaLog(() => clock.now());
  }

  /** The bus of one more program, for the other side of a conversation. */
  busOf(from: string): GhostBus {
    const { clock, seed } = this.options;
    const random = seededRandom(seed + 1 + this.buses.length);
    const onProblem = (problem: BusProblem): void => void this.problems.push(problem);
    const bus = new PortBus(new FaultyPort(this.broker, this.faults), { from, clock, random, onProblem });
    this.buses.push(bus);
    return bus;
  }

  /** Closes buses and data. */
  protected async close(): Promise<void> {
    for (const bus of this.buses) await bus[Symbol.asyncDispose]();
    await this.data[Symbol.asyncDispose]();
  }
}
