import { closeSync } from "node:fs";
import { EPOLL_SIGNATURES, EPOLLIN, Epoll } from "../../system/epoll.ts";
import { type Libc, openLibc } from "../../system/native.ts";
import { ROUND_LIMITS } from "./limits.ts";
import { Patience } from "./patience.ts";
import type { RoundsSource } from "./rounds.ts";

const SIGNATURES = {
  ...EPOLL_SIGNATURES,
  recv: { args: ["i32", "ptr", "u64", "i32"], returns: "i32" },
  send: { args: ["i32", "ptr", "u64", "i32"], returns: "i32" },
} as const;

type SocketLibc = Libc<keyof typeof SIGNATURES>;

const MSG_DONTWAIT = 0x40;
const MSG_NOSIGNAL = 0x4000;
/** Bytes that are read of one socket at a time; the rest in the next round. */
const READ_BYTES = 256 * 1024;

/** A socket that belongs to the runtime, and is read from and written to by the system's calls as well. */
export interface DirectSocket {
  /** Gives how many bytes the system took; fewer than all also where something is wrong with the socket, which the runtime finds out. */
  send(bytes: Uint8Array): number;
  /** Whether it is read from. */
  listen(isWanted: boolean): void;
  /** The descriptor is, or may soon be, somebody else's. */
  forget(): void;
}

/**
 * Reads from many sockets at once, and writes, without the runtime's event loop: Linux under Bun. The loop keeps the sockets: it accepts, waits, ends and closes them, and
 * is told of what was not read here, because it waits by level. What it costs to go through it for each command, a tenth of a durable one, is saved
 * while there is always somebody whose next command has come.
 */
export class DirectSockets<Owner> implements RoundsSource {
  private readonly libc: SocketLibc;
  private readonly epoll: Epoll;
  private readonly buffer = Buffer.allocUnsafeSlow(READ_BYTES);
  /** By descriptor. */
  private readonly owners: (Owner | undefined)[] = [];
  private readonly patience = new Patience();
  private readonly take: (owner: Owner, bytes: Uint8Array) => void;

  private constructor(libc: SocketLibc, epoll: Epoll, take: (owner: Owner, bytes: Uint8Array) => void) {
    this.libc = libc;
    this.epoll = epoll;
    this.take = take;
  }

  /** `take` gets what was read, as bytes that are others once it returns. Null where it cannot be done: then the runtime's loop does it all. */
  static open<Owner>(take: (owner: Owner, bytes: Uint8Array) => void): DirectSockets<Owner> | null {
    const libc = process.platform === "linux" ? openLibc(SIGNATURES) : null;
    if (!libc) return null;
    const epoll = new Epoll(libc);
    return epoll.fd < 0 ? null : new DirectSockets(libc, epoll, take);
  }

  /** A socket that is open, by its descriptor. */
  add(fd: number, owner: Owner): DirectSocket {
    const { libc, epoll, owners } = this;
    let isOurs = true;
    owners[fd] = owner;
    let isHeard = epoll.add(fd, EPOLLIN, fd);
    const forget = (): void => {
      if (!isOurs) return;
      isOurs = false;
      owners[fd] = undefined;
      if (isHeard) epoll.remove(fd);
    };
    return {
      send: (bytes) => (isOurs ? Math.max(libc.call.send(fd, bytes, bytes.length, MSG_DONTWAIT | MSG_NOSIGNAL), 0) : 0),
      listen(isWanted) {
        if (!isOurs || isWanted === isHeard) return;
        if (isWanted) isHeard = epoll.add(fd, EPOLLIN, fd);
        else {
          epoll.remove(fd);
          isHeard = false;
        }
      },
      forget,
    };
  }

  /** Reads once from each socket where something waits; gives how many there were. `isPatient`: a moment may be spent on more of them. */
  read(isPatient: boolean): number {
    const { owners, buffer, libc, patience } = this;
    const count = isPatient ? this.waitForMore(this.epoll.wait(0)) : this.epoll.wait(0);
    let read = 0;
    for (let index = 0; index < count; index++) {
      const descriptor = this.epoll.slot(index);
      const owner = owners[descriptor];
      if (owner === undefined) continue;
      const size = libc.call.recv(descriptor, buffer, READ_BYTES, MSG_DONTWAIT);
      // Its end, and what is wrong with it, the runtime finds out.
      if (size <= 0) continue;
      read++;
      patience.note(descriptor);
      this.take(owner, buffer.subarray(0, size));
    }
    return read;
  }

  close(): void {
    closeSync(this.epoll.fd);
  }

  private waitForMore(count: number): number {
    if (count === 0) return 0;
    const now = performance.now();
    const wanted = this.patience.wanted(count, now);
    if (wanted <= count) return count;
    let there = count;
    while (there < wanted && performance.now() < now + ROUND_LIMITS.waitMs) there = this.epoll.wait(0);
    this.patience.learn(there >= wanted || there > count + 1);
    return there;
  }
}
