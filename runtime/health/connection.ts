/** Connections of probes: plain or TLS, always ended with the answer. */
import { connect, isIP, type Socket } from "node:net";
import { connect as connectTls } from "node:tls";

/** Where to connect to. */
export interface Endpoint {
  /** A name or an address; IPv6 without brackets. */
  readonly host: string;
  readonly port: number;
  readonly tls: boolean;
}

/**
 * Begins to connect. Certificates are not verified, as in Kubernetes' probes: the question is whether the server answers, and
 * on 127.0.0.1 no certificate fits.
 */
export function openConnection({ host, port, tls }: Endpoint): Socket {
  if (!tls) return connect({ host, port, autoSelectFamily: true });
  return connectTls({ host, port, rejectUnauthorized: false, ...(isIP(host) === 0 && { servername: host }) });
}

/** `127.0.0.1:80`, `[::1]:80`. */
export function addressOf({ host, port }: Pick<Endpoint, "host" | "port">): string {
  return isIP(host) === 6 ? `[${host}]:${port}` : `${host}:${port}`;
}

/** Why a connection failed, as people say it. */
export function connectionProblem(error: unknown, endpoint: Pick<Endpoint, "host" | "port">): string {
  // Several addresses were tried: the first tells enough.
  const first = error instanceof AggregateError ? error.errors[0] : error;
  const { code, message } = (first ?? error) as NodeJS.ErrnoException;
  const address = addressOf(endpoint);
  switch (code) {
    case "ECONNREFUSED":
      return `connection refused at ${address}`;
    case "ECONNRESET":
      return `the connection to ${address} was reset`;
    case "ENOTFOUND":
    case "EAI_AGAIN":
      return `no address is known of ${endpoint.host}`;
    case "EHOSTUNREACH":
    case "ENETUNREACH":
      return `no way leads to ${address}`;
    case "ETIMEDOUT":
      return `${address} does not answer`;
    default:
      return `${address}: ${message || code}`;
  }
}
