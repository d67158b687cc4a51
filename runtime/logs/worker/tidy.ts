/** Gives memory back after streams were opened: what that leaves behind would else stay for as long as the thread sleeps. */

/** Streams are opened in bursts: one waits this long after the last one, in milliseconds. */
const TIDY_AFTER_MS = 2_000;

export class Tidy {
  #dueMs: number | null = null;
  readonly #collect = (globalThis as { Bun?: { gc(force: boolean): void } }).Bun?.gc;

  /** Garbage was made. */
  due(nowMs: number): void {
    this.#dueMs = nowMs + TIDY_AFTER_MS;
  }

  /** Milliseconds until `tick` has something to do; null when there is nothing. */
  waitMs(nowMs: number): number | null {
    return this.#dueMs === null ? null : Math.max(0, this.#dueMs - nowMs);
  }

  tick(nowMs: number): void {
    if (this.#dueMs === null || nowMs < this.#dueMs) return;
    this.#dueMs = null;
    this.#collect?.(true);
  }
}
