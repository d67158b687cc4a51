/** Connections of Bun's own sockets. */
import type { Link, LinkEvents } from "../../core/bus/session/transport.ts";
import { isAwaited } from "./awaited.ts";
import type { HubAddress } from "./hub-address.ts";

interface BunSocket {
  write(bytes: Uint8Array): number;
  end(): void;
  pause(): void;
  resume(): void;
  ref(): void;
  unref(): void;
}

type BunConnect = (options: Record<string, unknown>) => Promise<BunSocket>;

/** Opens a connection. Rejects with the system's error, in Node's words: Bun's do not say where. */
export async function open(address: HubAddress, events: LinkEvents): Promise<Link> {
  const { connect } = (globalThis as unknown as { Bun: { connect: BunConnect } }).Bun;
  let link: BunLink | undefined;
  const socket = await connect({
    ...("path" in address ? { unix: address.path } : { hostname: address.host, port: address.port }),
    socket: {
      binaryType: "uint8array",
      data: (socket: BunSocket, bytes: Uint8Array) => {
        events.onData(bytes);
        if (!isAwaited(events)) socket.unref();
      },
      drain: () => link?.drain(),
      close: (_socket: BunSocket, error?: Error) => events.onClose(error),
      end: () => link?.close(),
      error: (_socket: BunSocket, error: Error) => events.onClose(error),
      // Without it Bun reports a failure twice, once as nobody's.
      connectError: () => undefined,
    },
  }).catch((error: NodeJS.ErrnoException) => {
    throw error.syscall === "connect" ? Object.assign(error, { message: `connect ${error.code} ${textOf(address)}` }) : error;
  });
  link = new BunLink(socket, events);
  return link;
}

function textOf(address: HubAddress): string {
  return "path" in address ? address.path : `${address.host}:${address.port}`;
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
    this.socket.ref();
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
