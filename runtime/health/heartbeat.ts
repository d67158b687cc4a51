import { formatDuration } from "../../core/config/units.ts";
import { type Answer, failure, type Prober } from "./prober.ts";

/** A timer that fires so much too late, in ms, says that the daemon itself did not run (a machine that slept): no one could be heard. */
const SLEPT_MS = 1_000;

/** Waits for the process to tell that it is well. */
export class Heartbeat implements Prober {
  readonly timed = false;
  readonly unhurried = true;
  readonly once = false;
  private readonly intervalMs: number;
  private readonly listensSinceMs: () => number | null;
  private heard: Answer | null = null;
  private tell: ((answer: Answer) => void) | null = null;

  /** `listensSinceMs`: since when, by `performance.now()`, beats can be heard; null: they cannot. A silence before, or too soon after, is none. */
  constructor(intervalMs: number, listensSinceMs: () => number | null = () => 0) {
    this.intervalMs = intervalMs;
    this.listensSinceMs = listensSinceMs;
  }

  /** The process is well, or says itself that it is not. */
  beat(answer: Answer = { ok: true, detail: "it beats" }): void {
    this.heard = answer;
    this.tell?.(answer);
  }

  ask(signal: AbortSignal): Promise<Answer> {
    return new Promise((resolve) => {
      const answer = (said: Answer): void => {
        clearTimeout(timer);
        signal.removeEventListener("abort", silence);
        this.tell = null;
        this.heard = null;
        resolve(said);
      };
      const silence = (): void => answer(failure(`no beat for ${formatDuration(this.intervalMs)}`));
      let timer: ReturnType<typeof setTimeout> | undefined;
      const wait = (): void => {
        const dueMs = performance.now() + this.intervalMs;
        timer = setTimeout(() => (performance.now() - dueMs > SLEPT_MS || this.wasDeaf() ? wait() : silence()), this.intervalMs);
      };
      wait();
      this.tell = answer;
      signal.addEventListener("abort", silence);
      if (this.heard) answer(this.heard);
    });
  }

  private wasDeaf(): boolean {
    const sinceMs = this.listensSinceMs();
    return sinceMs === null || performance.now() - sinceMs < this.intervalMs;
  }
}
