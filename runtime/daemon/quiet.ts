import { trimMemory } from "../system/memory.ts";

/** Memory is given back once nothing has happened for this long, in ms. */
const QUIET_MS = 2_000;
/** Where something always happens, it is given back so often all the same, in ms. */
const BUSY_MS_MAX = 60_000;

/** Gives memory back after each burst of work. */
export class QuietTrim {
  private timer: ReturnType<typeof setTimeout> | undefined;
  private busySinceMs: number | null = null;

  /** Something happened: a request, a change of a process. */
  touch(): void {
    const now = performance.now();
    this.busySinceMs ??= now;
    if (this.timer && now - this.busySinceMs > BUSY_MS_MAX) return;
    clearTimeout(this.timer);
    this.timer = setTimeout(() => {
      this.timer = undefined;
      this.busySinceMs = null;
      trimMemory();
    }, QUIET_MS).unref();
  }

  stop(): void {
    clearTimeout(this.timer);
  }
}
