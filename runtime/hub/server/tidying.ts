import type { Keyspace } from "../keyspace/keyspace.ts";

/** Between two rounds of work in quiet moments, and how long one may take, milliseconds. */
const TIDY_MS = 5;
const TIDY_SLICE_MS = 2;
/** A full disk is not asked again at once. */
const RETRY_MS = 1000;
/** As long as a timer waits. */
const WAIT_MAX_MS = 2 ** 30;

/** Has the keyspace do in quiet moments what is due, one timer for all. */
export class Tidying {
  private readonly keyspace: Keyspace;
  private readonly fatal: (error: unknown) => void;
  private timer: ReturnType<typeof setTimeout> | null = null;
  private timerAt = 0;
  private isOver = false;

  constructor(keyspace: Keyspace, fatal: (error: unknown) => void) {
    this.keyspace = keyspace;
    this.fatal = fatal;
  }

  /** To be called when something may have become due. */
  schedule(): void {
    const at = this.keyspace.tidyAt;
    if (this.isOver || at === Number.POSITIVE_INFINITY || (this.timer && at >= this.timerAt)) return;
    const ms = Math.min(Math.max(at - Date.now(), this.keyspace.failure ? RETRY_MS : TIDY_MS), WAIT_MAX_MS);
    // What is due at once is not put off by being asked for again.
    if (this.timer && Date.now() + ms >= this.timerAt) return;
    if (this.timer) clearTimeout(this.timer);
    this.timerAt = Date.now() + ms;
    this.timer = setTimeout(() => this.work(), ms);
  }

  /** Nothing is done from now on. */
  stop(): void {
    this.isOver = true;
    if (this.timer) clearTimeout(this.timer);
  }

  private work(): void {
    this.timer = null;
    const end = performance.now() + TIDY_SLICE_MS;
    try {
      while (this.keyspace.tidy() && performance.now() < end);
    } catch (error) {
      if (this.keyspace.isDirty) this.fatal(error);
    }
    this.schedule();
  }
}
