/** Bun's own sockets cost half of what node:net's cost there, which counts with hundreds of checks a second. */
import type { Connection, ConnectionEvents } from "./connection.ts";
import { addressOf, type Endpoint } from "./endpoint.ts";

interface BunSocket {
  write(text: string): number;
  /** Says goodbye (FIN). Its sibling `terminate` cuts the line (RST), which servers log as an error at every check. */
  end(): void;
}

/** The part of Bun.connect that is used. */
type BunConnect = (options: {
  readonly hostname: string;
  readonly port: number;
  readonly socket: {
    open(socket: BunSocket): void;
    data(socket: BunSocket, bytes: Buffer): void;
    end(): void;
    close(): void;
    error(socket: BunSocket, error: unknown): void;
    connectError(socket: BunSocket, error: unknown): void;
  };
}) => Promise<unknown>;

/** Bun.connect; undefined in other runtimes. */
export const bunConnect = (globalThis as { Bun?: { connect: BunConnect } }).Bun?.connect;

/** Addresses with an attempt that was given up but cannot be called off: the kernel goes on for up to two minutes. */
const stuck = new Set<string>();

/** Null for an address where an attempt is stuck: there must not be ever more of them, and node:net can call its own off. */
export function openWithBun(connect: BunConnect, { host, port }: Endpoint, events: ConnectionEvents): Connection | null {
  const address = addressOf({ host, port });
  if (stuck.has(address)) return null;
  let socket: BunSocket | null = null;
  let pending = true;
  let closed = false;
  /** Whether somebody still listens; an attempt that was given up is one no more. */
  const isHeard = (): boolean => {
    if (pending && closed) stuck.delete(address);
    pending = false;
    return !closed;
  };
  const failed = (error: unknown): void => {
    if (isHeard()) events.error(error);
  };
  connect({
    hostname: host,
    port,
    socket: {
      open(opened) {
        if (!isHeard()) return opened.end();
        socket = opened;
        events.open();
      },
      // Closing tells of the end at once, when nobody wants to know any more.
      data: (_, bytes) => void (isHeard() && events.data(bytes)),
      end: () => void (isHeard() && events.end()),
      close: () => void (isHeard() && events.end()),
      error: (_, error) => failed(error),
      connectError: (_, error) => failed(error),
    },
  }).catch(failed);
  return {
    write: (text) => void socket?.write(text),
    close() {
      if (closed) return;
      closed = true;
      if (pending) stuck.add(address);
      socket?.end();
    },
  };
}
