/** Tells when something may have changed in some folders. */
import { type FSWatcher, watch } from "node:fs";

/** Where the system tells nothing (network drives, folders that do not exist yet), one looks this often, in milliseconds. */
const POLL_MS = 500;
/** The same where the system tells, in case that it misses something. */
const WATCHED_POLL_MS = 2_000;
/** A change is told before its bytes can be read: with nothing found, one looks again after this time, in milliseconds. */
const SECOND_LOOK_MS = 20;

export class Changes {
  readonly #folders: ReadonlySet<string>;
  readonly #watchers = new Map<string, FSWatcher>();
  #changed = false;
  #lookAgain = false;
  #wake: (() => void) | null = null;

  constructor(folders: Iterable<string>) {
    this.#folders = new Set(folders);
    this.#watchAll();
  }

  /** Resolves when it is time to look; soon after a look that came too early (`found` false), at once when `found` and more came meanwhile. */
  async next(found: boolean, signal: AbortSignal): Promise<void> {
    const waitMs = found ? 0 : this.#lookAgain ? SECOND_LOOK_MS : this.#pollMs();
    if (!this.#changed && waitMs > 0) await this.#sleep(waitMs, signal);
    this.#lookAgain = this.#changed;
    this.#changed = false;
    this.#watchAll();
  }

  close(): void {
    for (const watcher of this.#watchers.values()) watcher.close();
    this.#watchers.clear();
  }

  #pollMs(): number {
    return this.#watchers.size === this.#folders.size ? WATCHED_POLL_MS : POLL_MS;
  }

  #sleep(waitMs: number, signal: AbortSignal): Promise<void> {
    return new Promise((resolve) => {
      const wake = () => {
        clearTimeout(timer);
        signal.removeEventListener("abort", wake);
        this.#wake = null;
        resolve();
      };
      const timer = setTimeout(wake, waitMs);
      signal.addEventListener("abort", wake);
      this.#wake = wake;
      if (signal.aborted) wake();
    });
  }

  #watchAll(): void {
    for (const folder of this.#folders) if (!this.#watchers.has(folder)) this.#watch(folder);
  }

  #watch(folder: string): void {
    try {
      const watcher = watch(folder, () => {
        this.#changed = true;
        this.#wake?.();
      });
      watcher.on("error", () => this.#forget(folder));
      this.#watchers.set(folder, watcher);
    } catch {
      // The folder is not there yet, or there are no more watches to be had: polling does it.
    }
  }

  #forget(folder: string): void {
    this.#watchers.get(folder)?.close();
    this.#watchers.delete(folder);
  }
}
