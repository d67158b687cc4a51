/** Watches processes that are not this runtime's own children, and tells when and how they ended. */
import { closeSync } from "node:fs";
import { EPOLLHUP, EPOLLIN, type Epoll } from "../../system/epoll.ts";
import { exitStatus, type PumpLibc } from "./linux.ts";

/** How long a dead process may wait for its parent to reap it before its end is told without its status, in milliseconds. */
const REAP_PATIENCE_MS = 500;

interface Watch {
  readonly pid: number;
  readonly pidfd: number;
  /** Set once the process is dead, but not reaped. */
  giveUpAtMs: number | null;
}

export class ExitWatch {
  readonly #libc: PumpLibc;
  readonly #epoll: Epoll;
  readonly #tell: (pid: number, status: number | null) => void;
  /** By pid, which is also the slot in the epoll instance. */
  readonly #watches = new Map<number, Watch>();

  constructor(libc: PumpLibc, epoll: Epoll, tell: (pid: number, status: number | null) => void) {
    this.#libc = libc;
    this.#epoll = epoll;
    this.#tell = tell;
  }

  /** Begins to watch; the pidfd is closed in the end. */
  watch(pid: number, pidfd: number): void {
    this.unwatch(pid);
    this.#watches.set(pid, { pid, pidfd, giveUpAtMs: null });
    this.#epoll.add(pidfd, EPOLLIN, pid);
  }

  unwatch(pid: number): void {
    const watch = this.#watches.get(pid);
    if (!watch) return;
    this.#watches.delete(pid);
    this.#epoll.remove(watch.pidfd);
    closeSync(watch.pidfd);
  }

  /** To be called with each event of a watched process. */
  happened(pid: number, events: number, nowMs: number): void {
    const watch = this.#watches.get(pid);
    if (!watch) return;
    const status = exitStatus(this.#libc, pid, watch.pidfd);
    if (status !== null || (events & EPOLLHUP) !== 0) return this.#end(watch, status);
    // Dead, but not reaped: of that the descriptor would tell without end. The hang-up comes when it is reaped.
    this.#epoll.change(watch.pidfd, 0, pid);
    watch.giveUpAtMs ??= nowMs + REAP_PATIENCE_MS;
  }

  /** Milliseconds until `tick` has something to do; null when there is nothing. */
  waitMs(nowMs: number): number | null {
    let wait: number | null = null;
    for (const { giveUpAtMs } of this.#watches.values()) {
      if (giveUpAtMs !== null) wait = Math.min(wait ?? REAP_PATIENCE_MS, Math.max(0, giveUpAtMs - nowMs));
    }
    return wait;
  }

  /** Tells of those that nobody reaps. */
  tick(nowMs: number): void {
    for (const watch of this.#watches.values()) {
      if (watch.giveUpAtMs !== null && nowMs >= watch.giveUpAtMs) this.#end(watch, exitStatus(this.#libc, watch.pid, watch.pidfd));
    }
  }

  #end(watch: Watch, status: number | null): void {
    this.unwatch(watch.pid);
    this.#tell(watch.pid, status);
  }
}
