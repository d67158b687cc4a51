/** Watches listening sockets that nobody accepts on, and tells once when somebody waits there. */
import { closeSync } from "node:fs";
import { EPOLLIN, EPOLLONESHOT, type Epoll } from "../../system/epoll.ts";

/** Slots from here on are listeners: no process has such a pid. */
const FIRST_SLOT = 0x8000_0000;

export class ListenerWatch {
  readonly #epoll: Epoll;
  readonly #tell: (listener: number) => void;
  /** This thread's own descriptors, by the number that the main thread knows. A watch ends only by the descriptor that it began with. */
  readonly #copies = new Map<number, number>();

  constructor(epoll: Epoll, tell: (listener: number) => void) {
    this.#epoll = epoll;
    this.#tell = tell;
  }

  /** Whether a slot is a listener's. */
  has(slot: number): boolean {
    return slot >= FIRST_SLOT;
  }

  /** Tells of the next who waits, or of one who waits already. */
  watch(listener: number, fd: number | null): void {
    const known = this.#copies.get(listener);
    if (known !== undefined) return this.#epoll.change(known, EPOLLIN | EPOLLONESHOT, FIRST_SLOT + listener);
    if (fd === null) return;
    this.#copies.set(listener, fd);
    this.#epoll.add(fd, EPOLLIN | EPOLLONESHOT, FIRST_SLOT + listener);
  }

  unwatch(listener: number): void {
    const fd = this.#copies.get(listener);
    if (fd === undefined) return;
    this.#copies.delete(listener);
    this.#epoll.remove(fd);
    closeSync(fd);
  }

  /** To be called with each event of a listener. */
  happened(slot: number): void {
    this.#tell(slot - FIRST_SLOT);
  }
}
