import { isIP } from "node:net";

/** Where to connect to. */
export interface Endpoint {
  /** A name or an address; IPv6 without brackets. */
  readonly host: string;
  readonly port: number;
  readonly tls: boolean;
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
    case "DNS_ENOTFOUND":
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
