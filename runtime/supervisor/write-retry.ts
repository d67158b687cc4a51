import { GhostError } from "../../core/errors/ghost-error.ts";

/** How often what could not be written is tried again, in ms. */
export const RETRY_MS = 2_000;

/** Writes that a full disk may refuse, which stops nothing: remembers why, and has them tried again. */
export class WriteRetry {
  /** Why the last write failed; null while everything is on disk. */
  problem: GhostError | null = null;
  private readonly again: () => void;
  private timer: ReturnType<typeof setTimeout> | undefined;

  /** `again` writes what is still to be written. */
  constructor(again: () => void) {
    this.again = again;
  }

  /** False when it failed. */
  attempt(work: () => void): boolean {
    try {
      work();
      return true;
    } catch (error) {
      this.note(error);
      return false;
    }
  }

  stop(): void {
    clearTimeout(this.timer);
  }

  private note(error: unknown): void {
    this.problem =
      error instanceof GhostError
        ? error
        : new GhostError("DATABASE_FAILED", `cannot save state: ${(error as Error).message}`, { cause: error });
    this.timer ??= setTimeout(() => {
      this.timer = undefined;
      this.again();
    }, RETRY_MS).unref();
  }
}
