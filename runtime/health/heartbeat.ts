import { formatDuration } from "../../core/config/units.ts";
import type { Answer, Prober } from "./prober.ts";

/** A timer that fires so much too late, in ms, says that the daemon itself did not run (a machine that slept): no one could be heard. */
const SLEPT_MS = 1_000;

/** Waits for the process to tell that it is well. */
export class Heartbeat implements Prober {
  readonly timed = false;
  readonly unhurried = true;
  readonly once = false;
  private readonly intervalMs: number;
  private heard = false;
  private tell: (() => void) | null = null;

  constructor(intervalMs: number) {
    this.intervalMs = intervalMs;
  }

  /** The process is well. */
  beat(): void {
    this.heard = true;
    this.tell?.();
  }

  ask(signal: AbortSignal): Promise<Answer> {
    return new Promise((resolve) => {
      const answer = (ok: boolean): void => {
        clearTimeout(timer);
        signal.removeEventListener("abort", silence);
        this.tell = null;
        this.heard = false;
        resolve({ ok, detail: ok ? "it beats" : `no beat for ${formatDuration(this.intervalMs)}` });
      };
      const silence = (): void => answer(false);
      let timer: ReturnType<typeof setTimeout> | undefined;
      const wait = (): void => {
        const dueMs = performance.now() + this.intervalMs;
        timer = setTimeout(() => (performance.now() - dueMs > SLEPT_MS ? wait() : silence()), this.intervalMs);
      };
      wait();
      this.tell = () => answer(true);
      signal.addEventListener("abort", silence);
      if (this.heard) answer(true);
    });
  }
}
