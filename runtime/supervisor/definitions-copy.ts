import { RETRY_MS } from "./write-retry.ts";

/** Changes are copied together, this long after the first, in ms: each copy is of everything, and a thousand files may be registered one after the other. */
const COPY_DELAY_MS = 500;

/** Keeps `definitions.json` in step with `state.db`, a moment later. What cannot be written to it is no reason to refuse anything: it is a help after damage. */
export class DefinitionsCopy {
  private readonly write: () => boolean;
  private timer: ReturnType<typeof setTimeout> | undefined;

  /** `write` copies everything; false when that failed. */
  constructor(write: () => boolean) {
    this.write = write;
  }

  /** Something that it holds was changed. */
  touch(): void {
    this.writeAfter(COPY_DELAY_MS);
  }

  /** Writes what waits; nothing comes after it. */
  close(): void {
    clearTimeout(this.timer);
    if (this.timer) this.write();
    this.timer = undefined;
  }

  private writeAfter(delayMs: number): void {
    this.timer ??= setTimeout(() => {
      this.timer = undefined;
      if (!this.write()) this.writeAfter(RETRY_MS);
    }, delayMs).unref();
  }
}
