import { readFileSync, realpathSync } from "node:fs";

/** What a running daemon leaves in `run/daemon.pid`. */
export interface DaemonAddress {
  readonly pid: number;
  /** Absolute path of the socket; outside the home where the home's path is too long for one. */
  readonly socket: string;
  /** The same of the hub's socket; absent in addresses of older daemons. */
  readonly hub?: string;
  readonly version: string;
  readonly startedAt: string;
}

/** Reads the address, or gives null where there is none or it is not whole. The file is a claim only: whoever answers at the socket is the daemon. */
export function readAddress(pidFile: string): DaemonAddress | null {
  try {
    const value = JSON.parse(readFileSync(pidFile, "utf8")) as Partial<DaemonAddress> | null;
    const whole = value && typeof value.pid === "number" && typeof value.socket === "string" && typeof value.version === "string";
    return whole ? (value as DaemonAddress) : null;
  } catch {
    return null;
  }
}

/** Where the daemon listens, as far as that can be told: by its address, else by the socket itself, where a full disk kept the address from being written. Null: neither is there. */
export function findSocket(places: {
  readonly pidFile: string;
  readonly socket: string;
}): { socket: string; address: DaemonAddress | null } | null {
  const address = readAddress(places.pidFile);
  if (address) return { socket: address.socket, address };
  try {
    // A link, where the home's path is too long for a socket.
    return { socket: realpathSync(places.socket), address: null };
  } catch {
    return null;
  }
}
