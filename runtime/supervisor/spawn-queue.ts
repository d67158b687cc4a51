/** The longest that spawning may keep the event loop from anything else, in ms. */
const SLICE_MS = 10;

/** Runs jobs in order and at once, but lets the event loop breathe when many come together: a thousand starts must not make the daemon deaf. */
export class SpawnQueue {
  private readonly jobs: (() => void)[] = [];
  private sliceStart = 0;
  private draining = false;
  private held = false;

  add(job: () => void): void {
    this.jobs.push(job);
    if (!this.draining && !this.held) this.drain();
  }

  /** Lets no job begin until `work` is through, so that what the jobs need is prepared for all at once. */
  holdDuring<T>(work: () => T): T {
    if (this.held) return work();
    this.held = true;
    try {
      return work();
    } finally {
      this.held = false;
      if (!this.draining) this.drain();
    }
  }

  private drain(): void {
    this.draining = true;
    const now = performance.now();
    // A new slice only after the loop had its turn.
    if (now - this.sliceStart > SLICE_MS) this.sliceStart = now;
    for (let job = this.jobs.shift(); job; job = this.jobs.shift()) {
      job();
      if (this.jobs.length > 0 && performance.now() - this.sliceStart > SLICE_MS) {
        setImmediate(() => {
          this.sliceStart = performance.now();
          this.drain();
        });
        return;
      }
    }
    this.draining = false;
  }
}
