/**
 * Connects sessions to a hub: sockets of Bun where it runs on Bun, which cost half of node:net's (and node:net lost bytes
 * after partial writes in Bun 1.2.14 to 1.3.6), and node:net elsewhere.
 */
import { HubSession, type SessionOptions } from "../../core/bus/session/session.ts";
import type { Clock, Connect, Link, LinkEvents } from "../../core/bus/session/transport.ts";
import type { HubAddress } from "./hub-address.ts";

/** With nothing heard over TCP for so long, in ms, the hub is asked whether it is there: above the longest query. */
const TCP_SILENCE_MS = 45_000;

/** Time as the system has it. */
export const systemClock: Clock = {
  now: () => Date.now(),
  after(ms, callback) {
    const timer = setTimeout(callback, ms);
    return () => clearTimeout(timer);
  },
};

/** A session with the hub at an address, which may be found anew for each connection. It connects at its first use; whoever opened it closes it. */
export function hubSession(address: HubAddress | (() => HubAddress), options: Partial<SessionOptions> = {}): HubSession {
  const find = typeof address === "function" ? address : () => address;
  const silenceMs = "path" in find() ? 0 : TCP_SILENCE_MS;
  return new HubSession({ connect: connectTo(find), clock: systemClock, random: Math.random, silenceMs, ...options });
}

/** Opens connections to an address. */
export function connectTo(find: () => HubAddress): Connect {
  return async (events) => (bunConnect ? connectWithBun(find(), events, bunConnect) : connectWithNode(find(), events));
}

interface BunSocket {
  write(bytes: Uint8Array): number;
  end(): void;
  pause(): void;
  resume(): void;
}

type BunConnect = (options: Record<string, unknown>) => Promise<BunSocket>;

const bunConnect = (globalThis as { Bun?: { connect: BunConnect } }).Bun?.connect;

async function connectWithBun(address: HubAddress, events: LinkEvents, connect: BunConnect): Promise<Link> {
  let link: BunLink | undefined;
  const socket = await connect({
    ...("path" in address ? { unix: address.path } : { hostname: address.host, port: address.port }),
    socket: {
      binaryType: "uint8array",
      data: (_socket: BunSocket, bytes: Uint8Array) => events.onData(bytes),
      drain: () => link?.drain(),
      close: (_socket: BunSocket, error?: Error) => events.onClose(error),
      end: () => link?.close(),
      error: (_socket: BunSocket, error: Error) => events.onClose(error),
      // Without it Bun reports a failure twice, once as nobody's.
      connectError: () => undefined,
    },
  });
  link = new BunLink(socket, events);
  return link;
}

/** Bun's sockets keep nothing: what they do not take is the caller's to send again. */
class BunLink implements Link {
  private readonly socket: BunSocket;
  private readonly events: LinkEvents;
  private rest: Uint8Array | null = null;
  private isEnding = false;
  private isPaused = false;

  constructor(socket: BunSocket, events: LinkEvents) {
    this.socket = socket;
    this.events = events;
  }

  write(bytes: Uint8Array): boolean {
    const written = this.socket.write(bytes);
    // Below zero: the connection is gone, which `close` tells.
    if (written < 0 || written === bytes.length) return true;
    this.rest = bytes.subarray(written);
    return false;
  }

  drain(): void {
    if (this.rest === null) return;
    const { rest } = this;
    this.rest = null;
    if (!this.write(rest)) return;
    if (this.isEnding) this.socket.end();
    else this.events.onDrain();
  }

  pause(): void {
    if (!this.isPaused) this.socket.pause();
    this.isPaused = true;
  }

  resume(): void {
    if (this.isPaused) this.socket.resume();
    this.isPaused = false;
  }

  close(): void {
    if (this.isEnding) return;
    this.isEnding = true;
    if (this.rest === null) this.socket.end();
  }
}

async function connectWithNode(address: HubAddress, events: LinkEvents): Promise<Link> {
  const { connect } = await import("node:net");
  return new Promise((resolve, reject) => {
    const socket = connect(address);
    let cause: Error | undefined;
    socket.setNoDelay(true);
    socket.on("error", (error) => {
      cause = error;
      reject(error);
    });
    socket.on("data", (bytes) => events.onData(bytes));
    socket.on("drain", () => events.onDrain());
    socket.on("close", () => events.onClose(cause));
    socket.on("connect", () =>
      resolve({
        // Node keeps what it cannot send at once, and these bytes are the caller's.
        write: (bytes) => socket.write(Uint8Array.from(bytes)),
        pause: () => void socket.pause(),
        resume: () => void socket.resume(),
        close: () => void socket.end(),
      }),
    );
  });
}
