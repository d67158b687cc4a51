import { type Duration, durationMs } from "../../core/config/duration.ts";
import type { Beats } from "./beats.ts";
import { checks } from "./checks.ts";
import { type EndSignal, exit, exitCodeOf, onEndSignal, setExitCode } from "./ending.ts";
import { G } from "./g.ts";
import { doubles } from "./install.ts";
import { clock, closeConnection, connection } from "./parts.ts";

/** How often nothing is done, in ms. */
const HOLD_MS = 1_000_000_000;

/** What a life is of: the part of GhostApp that it calls. */
export interface Living {
  readonly isService: boolean;
  readonly tickInterval: Duration;
  readonly autoRestart: boolean | undefined;
  readonly stopTimeout: Duration;
  /** None: written in JavaScript, or run without a look at its types. */
  run?(args: string[]): unknown;
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
  private ticking: Promise<void> | null = null;
  /** Ends the pause between two ticks. */
  private wake: () => void = () => undefined;

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
    this.abort();
    await this.ended;
  }

  private async live(args: string[]): Promise<number> {
    const { app } = this;
    const forget = doubles().exit ? () => undefined : onEndSignal((signal) => this.end(signal));
    const beats = this.beats();
    // An app that waits for its end alone, or for a hub, is no program that has nothing to do.
    const hold = setInterval(() => undefined, HOLD_MS);
    await this.attempt(async () => {
      await app.onBeforeRun();
      (await beats)?.ready(true);
      if (app.isService) this.ticking = this.tick(durationMs(app.tickInterval, "tickInterval"));
      await (app.run ? app.run(args) : app.isService || (await import("./check-start.ts")).noRun(app));
      // A service lives on: its ticks end when it is to stop.
      await this.ticking;
    });
    this.abort();
    await this.ticking;
    await this.attempt(() => app.onAfterRun());
    await this.attempt(async () => (await beats)?.stop());
    await this.attempt(closeConnection);
    forget();
    clearInterval(hold);
    return this.finish();
  }

  /** Only a supervisor wants to hear of it. */
  private async beats(): Promise<Beats | null> {
    if (doubles().bus) return null;
    const hub = connection();
    if (hub.config.encryption) (await import("./check-start.ts")).checkKeys(hub.config);
    if (!hub.place.isSupervised || hub.config.core.settings.autoMonitor === false) return null;
    return (await import("./beats.ts")).beginBeats(hub, checks, this.app);
  }

  private async tick(pauseMs: number): Promise<void> {
    const { signal } = this;
    for (;;) {
      await new Promise<void>((resolve) => {
        const cancel = clock().after(pauseMs, resolve);
        this.wake = () => {
          cancel();
          resolve();
        };
        if (signal.aborted) this.wake();
      });
      if (signal.aborted) return;
      try {
        await this.app.onTick();
      } catch (error) {
        await this.report(error, "a tick failed");
      }
    }
  }

  private abort(): void {
    this.controller.abort();
    this.wake();
  }

  /** Logs it, whatever the app's own `onError` does, and tells the app; when that throws, the app is to end. */
  private async report(error: unknown, what = "the app failed"): Promise<void> {
    G.error(what, { error });
    try {
      await this.app.onError(error);
    } catch (fatal) {
      G.error("the app ends: onError threw", fatal === error ? {} : { error: fatal });
      this.code = 1;
      this.abort();
    }
  }

  /** A failure ends the app with 1; one that only says that it was to stop is none. */
  private async attempt(work: () => unknown): Promise<void> {
    try {
      await work();
    } catch (error) {
      if (this.signal.aborted && (error as Error)?.name === "AbortError") return;
      this.code = 1;
      await this.report(error);
    }
  }

  private end(signal: EndSignal): void {
    if (this.asked) exit(exitCodeOf(signal));
    this.asked = signal;
    this.abort();
    clock().after(durationMs(this.app.stopTimeout, "stopTimeout"), () => {
      G.error(`the app did not end within ${this.app.stopTimeout}`);
      exit(exitCodeOf(signal));
    });
  }

  private finish(): number {
    if (!this.code && this.asked && !this.app.isService) this.code = exitCodeOf(this.asked);
    const { exit: told } = doubles();
    (told ?? setExitCode)(this.code);
    // Somebody asked for the end: what the app left open must not put it off.
    if (!told && (this.asked || this.code)) exit(this.code);
    return this.code;
  }
}
