/** Waiting for many descriptors at once: epoll(7), on Linux where the C library can be called. */
import type { Libc } from "./native.ts";

/** What `openLibc` must open for it. */
export const EPOLL_SIGNATURES = {
  epoll_create1: { args: ["i32"], returns: "i32" },
  epoll_ctl: { args: ["i32", "i32", "i32", "ptr"], returns: "i32" },
  epoll_wait: { args: ["i32", "ptr", "i32", "i32"], returns: "i32" },
} as const;

export const EPOLLIN = 1;
export const EPOLLHUP = 16;
/** After one event nothing more is told until the watch is changed. */
export const EPOLLONESHOT = 0x4000_0000;
const EPOLL_CTL_ADD = 1;
const EPOLL_CTL_DEL = 2;
const EPOLL_CTL_MOD = 3;
const CLOEXEC = 0o2000000;

/** Events that one `epoll_wait` brings at most; the rest comes with the next one, in turn. */
const EVENTS_MAX = 64;
/** `struct epoll_event` is packed on x86-64 alone. */
const EVENT_BYTES = process.arch === "x64" ? 12 : 16;
const EVENT_DATA_AT = process.arch === "x64" ? 4 : 8;

/** An epoll instance whose events carry a number each. */
export class Epoll {
  readonly fd: number;
  readonly #libc: Pick<Libc<keyof typeof EPOLL_SIGNATURES>, "call">;
  readonly #events = new DataView(new ArrayBuffer(EVENTS_MAX * EVENT_BYTES));
  readonly #change = new DataView(new ArrayBuffer(EVENT_BYTES));

  constructor(libc: Pick<Libc<keyof typeof EPOLL_SIGNATURES>, "call">) {
    this.#libc = libc;
    this.fd = libc.call.epoll_create1(CLOEXEC);
  }

  /** Watches `fd` for `events`; `slot` (32 bits) comes back with each event. False when the kernel refuses. */
  add(fd: number, events: number, slot: number): boolean {
    return this.#control(EPOLL_CTL_ADD, fd, events, slot);
  }

  /** Changes what `fd` is watched for; with 0 only hang-ups are told. */
  change(fd: number, events: number, slot: number): void {
    this.#control(EPOLL_CTL_MOD, fd, events, slot);
  }

  remove(fd: number): void {
    this.#control(EPOLL_CTL_DEL, fd, 0, 0);
  }

  /** Waits up to `timeoutMs` (-1: for ever) and gives the number of events, 0 also after a signal. */
  wait(timeoutMs: number): number {
    const count: number = this.#libc.call.epoll_wait(this.fd, this.#events, EVENTS_MAX, timeoutMs);
    return Math.max(count, 0);
  }

  /** The slot of event `index` of the last wait. */
  slot(index: number): number {
    return this.#events.getUint32(index * EVENT_BYTES + EVENT_DATA_AT, true);
  }

  /** What happened in event `index` of the last wait. */
  happened(index: number): number {
    return this.#events.getUint32(index * EVENT_BYTES, true);
  }

  #control(operation: number, fd: number, events: number, slot: number): boolean {
    this.#change.setUint32(0, events, true);
    this.#change.setUint32(EVENT_DATA_AT, slot, true);
    return this.#libc.call.epoll_ctl(this.fd, operation, fd, this.#change) === 0;
  }
}
