import { FILE_PATIENCE_MS } from "../../watch/file-patience.ts";

/** What is away for now, by its path, and since when: it counts as gone only after `FILE_PATIENCE_MS`. */
export class Absences {
  private readonly again: () => void;
  /** By `performance.now()`, in ms. */
  private readonly since = new Map<string, number>();
  private timer: ReturnType<typeof setTimeout> | undefined;

  /** `again` is called when the patience with one of them may have come to its end: somebody should look again. */
  constructor(again: () => void) {
    this.again = again;
  }

  /** Whether it has been away for long enough; the first question begins to count. */
  hasLasted(path: string): boolean {
    const nowMs = performance.now();
    const sinceMs = this.since.get(path) ?? nowMs;
    this.since.set(path, sinceMs);
    const leftMs = sinceMs + FILE_PATIENCE_MS - nowMs;
    if (leftMs > 0) this.lookAgainIn(leftMs);
    return leftMs <= 0;
  }

  /** It is back, or nobody waits for it any more. */
  over(path: string): void {
    this.since.delete(path);
  }

  stop(): void {
    clearTimeout(this.timer);
  }

  /** One timer does: who came later has more patience left, and is asked for again at the look before. */
  private lookAgainIn(leftMs: number): void {
    this.timer ??= setTimeout(() => {
      this.timer = undefined;
      this.again();
    }, leftMs).unref();
  }
}
