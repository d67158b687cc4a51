import type { Clock } from "../../core/bus/session/transport.ts";

/** A clock that stands still until it is moved. */
export class VirtualClock implements Clock {
  private nowMs = 1_000_000;
  private timers: { readonly atMs: number; readonly callback: () => void }[] = [];

  now(): number {
    return this.nowMs;
  }

  after(ms: number, callback: () => void): () => void {
    const timer = { atMs: this.nowMs + ms, callback };
    this.timers.push(timer);
    return () => {
      this.timers = this.timers.filter((one) => one !== timer);
    };
  }

  /** Timers that wait. */
  get waiting(): number {
    return this.timers.length;
  }

  /** Lets time pass; what falls due runs in its order, and what follows from it before the next. */
  async pass(ms: number): Promise<void> {
    const end = this.nowMs + ms;
    for (;;) {
      const next = this.timers.filter(({ atMs }) => atMs <= end).sort((a, b) => a.atMs - b.atMs)[0];
      if (!next) break;
      this.nowMs = Math.max(this.nowMs, next.atMs);
      this.timers = this.timers.filter((one) => one !== next);
      next.callback();
      await settled();
    }
    this.nowMs = end;
    await settled();
  }
}

/** Until everything that follows from what has happened has happened, timers and sockets left out. */
export function settled(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}
