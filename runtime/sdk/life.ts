import { type Duration, durationMs } from "../../core/config/duration.ts";
import { Beats } from "./beats.ts";
import { checks } from "./checks.ts";
import { type EndSignal, exit, exitCodeOf, onEndSignal, setExitCode } from "./ending.ts";
import { G } from "./g.ts";
import { doubles } from "./install.ts";
import { clock, closeConnection, connection } from "./parts.ts";

/** What a life is of: the part of GhostApp that it calls. */
export interface Living {
  readonly isService: boolean;
  readonly tickInterval: Duration;
  readonly autoRestart: boolean;
  readonly stopTimeout: Duration;
  run(args: string[]): unknown;
  onTick(): unknown;
  onBeforeRun(): unknown;
  onAfterRun(): unknown;
  onError(error: unknown): unknown;
}

/** One run of an app, from its start to its end. */
export class Life {
  private readonly app: Living;
  private readonly controller = new AbortController();
  private ended: Promise<number> | null = null;
  private code = 0;
  private asked: EndSignal | null = null;
  private ticking: Promise<void> = Promise.resolve();

  constructor(app: Living) {
    this.app = app;
  }

  get signal(): AbortSignal {
    return this.controller.signal;
  }

  start(args: string[]): Promise<number> {
    this.ended ??= this.live(args);
    return this.ended;
  }

  async stop(): Promise<void> {
    this.controller.abort();
    await this.ended;
  }

  private async live(args: string[]): Promise<number> {
    const { app } = this;
    const forget = doubles().exit ? () => undefined : onEndSignal((signal) => this.end(signal));
    const beats = this.beats();
    try {
      await app.onBeforeRun();
      beats?.ready(true);
      if (app.isService) this.ticking = this.tick(durationMs(app.tickInterval, "tickInterval"));
      await app.run(args);
      if (app.isService) await this.aborted();
    } catch (error) {
      await this.fail(error);
    }
    this.controller.abort();
    await this.ticking;
    await Promise.resolve(app.onAfterRun()).catch((error) => this.fail(error));
    beats?.stop();
    await this.close();
    forget();
    return this.finish();
  }

  /** Only a supervisor wants to hear of it. */
  private beats(): Beats | null {
    if (doubles().bus || doubles().data) return null;
    const hub = connection();
    if (!hub.place.isSupervised || hub.config.core.settings.autoMonitor === false) return null;
    hub.followConfiguration();
    const { isService, tickInterval, autoRestart } = this.app;
    return new Beats(hub, checks, { isService, autoRestart, tickIntervalMs: durationMs(tickInterval, "tickInterval") });
  }

  private async tick(pauseMs: number): Promise<void> {
    const { signal } = this;
    while (!signal.aborted) {
      await this.pause(pauseMs);
      if (signal.aborted) return;
      try {
        await this.app.onTick();
      } catch (error) {
        await this.report(error);
      }
    }
  }

  /** Tells the app; when it throws itself, the app is to end. */
  private async report(error: unknown): Promise<void> {
    try {
      await this.app.onError(error);
    } catch (fatal) {
      G.error("the app ends", { error: fatal });
      this.code = 1;
      this.controller.abort();
    }
  }

  /** A failure of the app itself; one that only says that it was to stop is none. */
  private async fail(error: unknown): Promise<void> {
    if (this.signal.aborted && (error === this.signal.reason || (error as Error)?.name === "AbortError")) return;
    this.code = 1;
    await this.report(error);
  }

  private end(signal: EndSignal): void {
    if (this.asked) exit(exitCodeOf(signal));
    this.asked = signal;
    this.controller.abort();
    const limitMs = durationMs(this.app.stopTimeout, "stopTimeout");
    clock().after(limitMs, () => {
      G.error(`the app did not end within ${this.app.stopTimeout} of ${signal}`);
      exit(exitCodeOf(signal));
    });
  }

  private finish(): number {
    if (this.code === 0 && this.asked && !this.app.isService) this.code = exitCodeOf(this.asked);
    const { exit: told } = doubles();
    if (told) told(this.code);
    else this.leave();
    return this.code;
  }

  private leave(): void {
    setExitCode(this.code);
    // Somebody asked for the end: what the app left open must not put it off.
    if (this.asked || this.code !== 0) exit(this.code);
  }

  private async close(): Promise<void> {
    await closeConnection().catch((error) => G.warn("cannot leave the hub in order", { error }));
  }

  private aborted(): Promise<void> {
    return new Promise((resolve) => {
      if (this.signal.aborted) resolve();
      this.signal.addEventListener("abort", () => resolve());
    });
  }

  /** Ends early when the app is to end. */
  private pause(ms: number): Promise<void> {
    return new Promise((resolve) => {
      const done = (): void => {
        cancel();
        this.signal.removeEventListener("abort", done);
        resolve();
      };
      const cancel = clock().after(ms, done);
      this.signal.addEventListener("abort", done);
    });
  }
}
