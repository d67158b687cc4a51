/** Connections of probes: plain or TLS, always ended with the answer. */
import { connect, isIP } from "node:net";
import { connect as connectTls } from "node:tls";
import { bunConnect, openWithBun } from "./bun-connection.ts";
import type { Endpoint } from "./endpoint.ts";

/** What happens on a connection. Anything may come more than once, and after `close`. */
export interface ConnectionEvents {
  open(): void;
  data(bytes: Buffer): void;
  /** Nothing more comes. */
  end(): void;
  error(error: unknown): void;
}

export interface Connection {
  write(text: string): void;
  close(): void;
}

/**
 * Begins to connect. Certificates are not verified, as in Kubernetes' probes: the question is whether the server answers, and
 * on 127.0.0.1 no certificate fits.
 */
export function openConnection(endpoint: Endpoint, events: ConnectionEvents): Connection {
  return (!endpoint.tls && bunConnect && openWithBun(bunConnect, endpoint, events)) || openWithNode(endpoint, events);
}

function openWithNode({ host, port, tls }: Endpoint, events: ConnectionEvents): Connection {
  const socket = tls
    ? connectTls({ host, port, rejectUnauthorized: false, ...(isIP(host) === 0 && { servername: host }) })
    : connect({ host, port, autoSelectFamily: true });
  socket.once(tls ? "secureConnect" : "connect", () => events.open());
  socket.on("data", (bytes: Buffer) => events.data(bytes));
  socket.once("end", () => events.end());
  // A connection that vanishes without an error is an end, too.
  socket.once("close", () => events.end());
  socket.on("error", (error) => events.error(error));
  return { write: (text) => void socket.write(text), close: () => void socket.destroy() };
}
