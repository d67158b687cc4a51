import {
  BrokenCircuitError,
  type CircuitBreakerPolicy,
  CircuitState,
  ConsecutiveBreaker,
  circuitBreaker,
  ExponentialBackoff,
  fallback,
  handleWhen,
  retry,
  type TimeoutPolicy,
  TimeoutStrategy,
  timeout,
} from "cockatiel";
import { formatDuration } from "../config/units.ts";
import { type AbortSignal, throwIfAborted, waitUnlessAborted } from "../errors/abort-signal.ts";
import { GhostError } from "../errors/ghost-error.ts";
import type { Log } from "../logs/log.ts";
import { type Again, isTrouble, isUnavailable, mayPass } from "./failures.ts";
import type { ResilienceSettings } from "./settings.ts";

/** The longest pause between two tries, in milliseconds. */
const RETRY_DELAY_MAX_MS = 30_000;

/** One piece of work on a store. */
export interface Work<T> {
  /** Completes "cannot …": `get user:1`. */
  readonly what: string;
  readonly again: Again;
  readonly signal?: AbortSignal;
  /** One try. Its signal is aborted when the time is up, or the caller gives up. */
  run(signal: AbortSignal): Promise<T>;
  /** Asked when the store cannot be had after all. */
  otherwise?(): Promise<T>;
}

/**
 * Meets the failures of one store, with cockatiel: fallback( retry( circuit breaker( time limit( work )))). The breaker counts tries, not calls. Failures that are no fault of the
 * store (a wrong statement, a value of another type) are neither tried again nor counted.
 */
export class ResiliencePolicy {
  private readonly store: string;
  private readonly settings: ResilienceSettings;
  private readonly log: Log;
  private readonly breaker: CircuitBreakerPolicy;
  private readonly limit: TimeoutPolicy;

  /** `store` names it in messages, e.g. "the hub's keys". A retry is logged as a warning, an open breaker as an error, its closing as an info. */
  constructor(store: string, settings: ResilienceSettings, log: Log) {
    this.store = store;
    this.settings = settings;
    this.log = log;
    this.limit = timeout(settings.timeoutMs, { strategy: TimeoutStrategy.Aggressive, abortOnReturn: false });
    this.breaker = circuitBreaker(handleWhen(isTrouble), {
      halfOpenAfter: settings.circuitBreakerDurationMs,
      breaker: new ConsecutiveBreaker(settings.circuitBreakerThreshold),
    });
    this.breaker.onBreak((reason) => {
      if (!("isolated" in reason)) this.tellBreak("error" in reason ? reason.error : null);
    });
    this.breaker.onReset(() => log.info(`${store} can be used again`, { store }));
  }

  /** `closed`: it is used; `open`: it is left alone; `half-open`: one try is under way. */
  get state(): "closed" | "open" | "half-open" {
    switch (this.breaker.state) {
      case CircuitState.Closed:
        return "closed";
      case CircuitState.HalfOpen:
        return "half-open";
      default:
        return "open";
    }
  }

  /** The store said itself that it can be had again, e.g. a connection stands: an open breaker need not wait its time. */
  storeIsBack(): void {
    // The breaker has no other way to be closed from outside than to be held open and let go.
    if (this.state !== "closed") this.breaker.isolate().dispose();
  }

  /** Does the work. Throws what it throws, TIMED_OUT, CIRCUIT_OPEN, or the signal's reason. */
  run<T>(work: Work<T>): Promise<T> {
    const { otherwise, signal } = work;
    if (!otherwise) return waitUnlessAborted(this.retrying(work), signal);
    return waitUnlessAborted(fallback(handleWhen(isUnavailable), otherwise).execute(() => this.retrying(work)) as Promise<T>, signal);
  }

  private async retrying<T>({ what, again, signal, run }: Work<T>): Promise<T> {
    const { retryCount, retryDelayMs } = this.settings;
    const policy = retry(
      handleWhen((error) => mayPass(error, again)),
      { maxAttempts: retryCount, backoff: new ExponentialBackoff({ initialDelay: retryDelayMs, maxDelay: RETRY_DELAY_MAX_MS }) },
    );
    policy.onRetry((event) => {
      const reason = "error" in event ? event.error.message : "";
      const delayMs = Math.round(event.delay);
      this.log.warn(`${what}: try ${event.attempt} of ${retryCount} again in ${delayMs} ms: ${reason}`, { store: this.store, delayMs });
    });
    return policy.execute(() => this.guarded(what, run, signal));
  }

  private async guarded<T>(what: string, run: Work<T>["run"], signal: AbortSignal | undefined): Promise<T> {
    throwIfAborted(signal);
    try {
      return await this.breaker.execute(() => this.limited(what, run, signal));
    } catch (error) {
      throw error instanceof BrokenCircuitError ? this.refusal(what) : error;
    }
  }

  private async limited<T>(what: string, run: Work<T>["run"], signal: AbortSignal | undefined): Promise<T> {
    let inner: AbortSignal | null = null;
    try {
      return await this.limit.execute((context) => {
        inner = context.signal as AbortSignal;
        return run(inner);
      }, signal as never);
    } catch (error) {
      throwIfAborted(signal);
      if (!(inner as AbortSignal | null)?.aborted) throw error;
      throw new GhostError("TIMED_OUT", `cannot ${what}: ${this.store} did not answer within ${this.settings.timeoutMs} ms`, {
        hint: "resilience.timeout in .ghost.yaml is the limit",
      });
    }
  }

  private refusal(what: string): GhostError {
    const { circuitBreakerThreshold, circuitBreakerDurationMs } = this.settings;
    return new GhostError(
      "CIRCUIT_OPEN",
      `cannot ${what}: ${this.store} failed ${circuitBreakerThreshold} times in a row and is left alone`,
      {
        hint: `it is tried again ${formatDuration(circuitBreakerDurationMs)} after the last failure`,
        // It did not reach the store.
        details: { sent: false },
      },
    );
  }

  private tellBreak(error: Error | null): void {
    const { circuitBreakerDurationMs } = this.settings;
    const why = error ? `: ${error.message}` : "";
    this.log.error(`${this.store} is left alone for ${formatDuration(circuitBreakerDurationMs)}${why}`, { store: this.store });
  }
}
