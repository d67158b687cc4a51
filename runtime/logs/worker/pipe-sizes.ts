/** Gives busy writers a larger pipe, so that they and the pump change places less often, and takes it back from idle ones. */

/** What a pipe holds unless it is resized, in bytes. */
const PIPE_BYTES = 65_536;
/** What the pipe of a busy writer holds, in bytes. */
const LARGE_PIPE_BYTES = 1_048_576;
/** Large pipes at a time: with 1 MiB each a quarter of what Linux lets a user's pipes hold (`pipe-user-pages-soft`, 64 MiB). */
const LARGE_PIPES_MAX = 16;
/** A pipe found at least half full so many times in a row is a busy one. */
const BUSY_ROUNDS = 4;
const HALF = 0.5;
/** A large pipe that was never half full for this time is made small again, in milliseconds. */
const IDLE_MS = 10_000;

/** The pipe of a stream. */
export interface SizedPipe {
  pipeBytes(): number;
  resize(bytes: number): boolean;
}

interface Size {
  bytes: number;
  busyRounds: number;
  lastBusyMs: number;
}

export class PipeSizes {
  readonly #sizes = new Map<SizedPipe, Size>();
  readonly #large = new Set<SizedPipe>();
  #nextLookMs = 0;

  add(pipe: SizedPipe): void {
    const bytes = pipe.pipeBytes();
    this.#sizes.set(pipe, { bytes, busyRounds: 0, lastBusyMs: 0 });
    if (bytes > PIPE_BYTES) this.#large.add(pipe);
  }

  remove(pipe: SizedPipe): void {
    this.#sizes.delete(pipe);
    this.#large.delete(pipe);
  }

  /** Notes that `moved` bytes were found in the pipe; gives how full it was, 0 to 1. */
  record(pipe: SizedPipe, moved: number, nowMs: number): number {
    const size = this.#sizes.get(pipe);
    if (!size || moved === 0) return 0;
    const load = moved / size.bytes;
    if (load < HALF) {
      size.busyRounds = 0;
      return load;
    }
    size.busyRounds++;
    size.lastBusyMs = nowMs;
    if (size.busyRounds >= BUSY_ROUNDS && size.bytes < LARGE_PIPE_BYTES) this.#enlarge(pipe, size, nowMs);
    return load;
  }

  /** Milliseconds until `tick` has something to do; null when there is nothing. */
  waitMs(nowMs: number): number | null {
    return this.#large.size === 0 ? null : Math.max(0, this.#nextLookMs - nowMs);
  }

  tick(nowMs: number): void {
    if (this.#large.size === 0 || nowMs < this.#nextLookMs) return;
    this.#nextLookMs = nowMs + IDLE_MS;
    for (const pipe of this.#large) this.#shrinkIfIdle(pipe, nowMs);
  }

  #enlarge(pipe: SizedPipe, size: Size, nowMs: number): void {
    size.busyRounds = 0;
    if (this.#large.size >= LARGE_PIPES_MAX || !pipe.resize(LARGE_PIPE_BYTES)) return;
    if (this.#large.size === 0) this.#nextLookMs = nowMs + IDLE_MS;
    size.bytes = LARGE_PIPE_BYTES;
    this.#large.add(pipe);
  }

  #shrinkIfIdle(pipe: SizedPipe, nowMs: number): void {
    const size = this.#sizes.get(pipe);
    if (!size || nowMs - size.lastBusyMs < IDLE_MS || !pipe.resize(PIPE_BYTES)) return;
    size.bytes = PIPE_BYTES;
    this.#large.delete(pipe);
  }
}
