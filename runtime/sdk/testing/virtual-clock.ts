import type { Clock } from "../../../core/bus/session/transport.ts";
import { type Duration, durationMs } from "../../../core/config/duration.ts";
import { GhostError } from "../../../core/errors/ghost-error.ts";

/** Where a virtual clock begins, in ms since the epoch: 2026-01-01T00:00:00Z. */
export const VIRTUAL_START_MS = 1_767_225_600_000;
/** Timers that one `advance` runs at most: one that sets itself again after 0 ms would never end. */
export const TIMERS_MAX = 1_000_000;

/** Time as tests have it. */
export interface TestClock extends Clock {
  /** Lets time pass: `"1m"`, or a number of ms. */
  advance(time: Duration | number): Promise<void>;
}

interface Timer {
  readonly atMs: number;
  readonly order: number;
  readonly callback: () => void;
}

/** Time that stands still until it is told to go on. Only Ghost's own timers run on it: see `clock` of `useGhostForTesting`. */
export class VirtualClock implements TestClock {
  private readonly timers = new Set<Timer>();
  private nowMs: number;
  private set = 0;

  /** Begins at `startMs`, in ms since the epoch. */
  constructor(startMs: number = VIRTUAL_START_MS) {
    this.nowMs = startMs;
  }

  /** Milliseconds since the epoch, as the test has it. */
  now(): number {
    return this.nowMs;
  }

  /** Calls back when the clock gets there. What it gives cancels that. */
  after(ms: number, callback: () => void): () => void {
    const timer = { atMs: this.nowMs + Math.max(0, ms), order: this.set++, callback };
    this.timers.add(timer);
    return () => void this.timers.delete(timer);
  }

  /** Timers that are set. */
  get pending(): number {
    return this.timers.size;
  }

  /** Milliseconds until the next timer; null when none is set. */
  get nextInMs(): number | null {
    const next = this.next();
    return next ? Math.max(0, next.atMs - this.nowMs) : null;
  }

  /**
   * Lets time pass: `await clock.advance("1m")`, or a number of ms. Every timer that is due runs, in order of time, each after all that the one before set
   * going has settled. Throws USAGE for less than 0, LIMIT_EXCEEDED after a million timers.
   */
  async advance(time: Duration | number): Promise<void> {
    const untilMs = this.nowMs + msOf(time);
    await settle();
    for (let ran = 0; ; ran++) {
      const timer = this.next();
      if (!timer || timer.atMs > untilMs) break;
      if (ran >= TIMERS_MAX) throw endless();
      this.timers.delete(timer);
      this.nowMs = Math.max(this.nowMs, timer.atMs);
      timer.callback();
      await settle();
    }
    this.nowMs = untilMs;
  }

  /** Lets as much time pass as the next timer needs. False when none is set. */
  async advanceToNext(): Promise<boolean> {
    await settle();
    const { nextInMs } = this;
    if (nextInMs === null) return false;
    await this.advance(nextInMs);
    return true;
  }

  private next(): Timer | undefined {
    let first: Timer | undefined;
    for (const timer of this.timers)
      if (!first || timer.atMs < first.atMs || (timer.atMs === first.atMs && timer.order < first.order)) first = timer;
    return first;
  }
}

/** Turns of the event loop that settling takes: Node needs some of them for an import on demand, though the module is there. */
const TURNS = 8;

/** The real one, also where a test puts another in its place. */
const { setImmediate: nextTurn } = globalThis;

/** Waits until all that was set going in this process and needs no time has been done. */
export async function settle(): Promise<void> {
  for (let turn = 0; turn < TURNS; turn++) await new Promise<void>((resolve) => nextTurn(resolve));
}

function msOf(time: Duration | number): number {
  if (typeof time !== "number") return durationMs(time, "time to pass");
  if (Number.isFinite(time) && time >= 0) return time;
  throw new GhostError("USAGE", `cannot let ${time} ms pass: time goes forward only`);
}

function endless(): GhostError {
  return new GhostError("LIMIT_EXCEEDED", `cannot let so much time pass: ${TIMERS_MAX} timers ran and more are due`, {
    hint: "look for a timer that sets itself again after 0 ms, or advance in smaller steps",
  });
}
