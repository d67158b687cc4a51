import type { Duration } from "../../core/config/duration.ts";
import type { AbortSignal as CoreSignal } from "../../core/errors/abort-signal.ts";
import { Life } from "./life.ts";

/** The platform's AbortSignal, where its types are there. */
export type Signal = typeof globalThis extends { AbortSignal: { prototype: infer Platform } } ? Platform & CoreSignal : CoreSignal;

/**
 * An app: extend it, and say `await Ghost.run(MyApp)`.
 *
 * ```ts
 * class Worker extends GhostApp {
 *   override isService = true;
 *   override tickInterval = "5s" as const;
 *   override async run() { G.info("working"); }
 *   override async onTick() { await Ghost.metrics.gauge("jobs", await countJobs()); }
 * }
 * await Ghost.run(Worker);
 * ```
 *
 * The order: `onBeforeRun`, `run`, with a service `onTick` from then on and also while `run` is pending, and at the end `onAfterRun`.
 * SIGTERM and SIGINT abort `signal`; who does not end within `stopTimeout` then is ended. A second signal ends at once.
 *
 * Exit codes: 0 when it has done its work, of a service also when it was asked to stop; 1 when `run`, `onBeforeRun` or `onAfterRun` throws;
 * 128 and the signal's number for a one-shot that was interrupted.
 */
export abstract class GhostApp {
  /** True: it lives on, and ticks, after `run` has returned, until it is stopped. Default false. What `.ghost.yaml` says goes before it. */
  isService = false;
  /** The pause between the end of a tick and the next; default `1s`. Ticks never overlap. Services only. */
  tickInterval: Duration = "1s";
  /** Whether the supervisor starts it again when it ended: what `.ghost.yaml` says goes before it. Default: a service is, a one-shot is not. */
  autoRestart: boolean | undefined = undefined;
  /** How long the end may take after a signal; default `10s`. The supervisor's own limit (`stop: { timeout }`) should be longer. */
  stopTimeout: Duration = "10s";
  private readonly life = new Life(this);

  /** Aborted when the app is to end: give it to whatever waits. `await fetch(url, { signal: this.signal })` */
  get signal(): Signal {
    return this.life.signal as Signal;
  }

  /** The app's work; `args` is what stands behind the entry on the command line. What it throws ends the app with exit code 1. */
  abstract run(args: string[]): unknown;

  /** Called again and again in a service. What it throws is logged and goes to `onError`, and the next tick comes as usual. */
  onTick(): unknown {
    return undefined;
  }

  /** Called before `run`; the app counts as ready after it. */
  onBeforeRun(): unknown {
    return undefined;
  }

  /** Called once, at the end, whatever happened. The hub is still there. */
  onAfterRun(): unknown {
    return undefined;
  }

  /** Told of what `run`, `onTick`, `onBeforeRun` and `onAfterRun` throw, after that is logged. By default it does nothing. What it throws itself ends a service with exit code 1. */
  onError(_error: unknown): unknown {
    return undefined;
  }

  /** Ends the app in order, as SIGTERM does; resolves when it has ended. */
  stop(): Promise<void> {
    return this.life.stop();
  }

  /** Runs it: `await new MyApp().start()`. The exit code; the program's own is set, too. Default arguments: those of the command line. */
  start(args: string[] = process.argv.slice(2)): Promise<number> {
    return this.life.start(args);
  }
}
