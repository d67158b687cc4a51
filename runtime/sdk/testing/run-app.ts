import { durationMs } from "../../../core/config/duration.ts";
import type { GhostApp } from "../index.ts";
import type { CapturedLogs } from "./captured-logs.ts";
import type { CapturedMetrics } from "./captured-metrics.ts";
import type { Doubles } from "./doubles.ts";
import { settle, type TestClock } from "./virtual-clock.ts";

/** How to run an app in a test. */
export interface RunAppOptions {
  /** What `run` gets; default none. */
  readonly args?: readonly string[];
}

/** An app that runs in a test. Disposing it stops it. */
export class AppUnderTest<App extends GhostApp> implements AsyncDisposable {
  /** The app itself. */
  readonly app: App;
  /** Its exit code, once it has ended. */
  readonly exitCode: Promise<number>;
  /** What it logged. */
  readonly logs: CapturedLogs;
  /** What it measured. */
  readonly metrics: CapturedMetrics;
  private readonly clock: TestClock;
  private code: number | null = null;

  constructor(App: new () => App, world: Doubles, { args = [] }: RunAppOptions = {}) {
    this.clock = world.clock;
    this.logs = world.logs;
    this.metrics = world.metrics;
    this.app = new App();
    this.exitCode = this.app.start([...args]).then((code) => {
      this.code = code;
      return code;
    });
  }

  /** Whether it has not ended yet. */
  get isRunning(): boolean {
    return this.code === null;
  }

  /** Lets as much time pass as so many ticks take, and waits until all they set going is done. */
  async tick(times = 1): Promise<void> {
    for (let time = 0; time < times; time++) await this.clock.advance(durationMs(this.app.tickInterval, "tickInterval"));
  }

  /** Asks it to end, as SIGTERM does; its exit code. */
  async stop(): Promise<number> {
    await settle();
    await this.app.stop();
    return this.exitCode;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.stop();
  }
}
