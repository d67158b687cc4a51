/** Free TCP ports that the daemon gives away. */
import { closeSync, readFileSync } from "node:fs";
import { canBind, claimName } from "./sockets.ts";

/** Numbers are taken from here: above what services use by custom, below the Kubernetes node ports (30000) and the kernel's own choice (32768 on Linux, 49152 elsewhere). */
const FIRST = 20_000;
const LAST = 29_999;
/** With fewer left than this (somebody widened the kernel's range) all of them are used: each is tried anyway. */
const POOL_MIN = 1_000;

/** A port that is claimed for one process of one home. */
export interface ClaimedPort {
  readonly port: number;
  /** Descriptor of the claim; null where claims cannot be made. It lasts until it is closed, or its holder dies. */
  readonly claim: number | null;
}

/** A port that nobody listens on, that no daemon of this machine has claimed, and that `isTaken` does not know as taken; null when there is none. `seed`, any number: where to begin to look. */
export function chooseFreePort(seed: number, isTaken: (port: number) => boolean): ClaimedPort | null {
  const pool = portPool(readEphemeralRange());
  for (let step = 0; step < pool.length; step += 1) {
    const port = pool[(Math.abs(seed) + step) % pool.length] as number;
    if (isTaken(port)) continue;
    const claim = claimPort(port);
    if (claim !== "taken" && canBind(port, { reusing: false })) return { port, claim };
    if (typeof claim === "number") closeSync(claim);
  }
  return null;
}

/**
 * Claims a port among the daemons of this machine, whoever runs them. A trial bind alone would give the same number to
 * two daemons that look at the same moment; the claim is a name in the kernel, of the same reach as the port itself (the
 * network namespace), made by one call, and gone with its holder, so that no file is left to go stale. Where there are no
 * such names (macOS, Node) two homes begin to look at places that are unlikely to be close.
 */
export function claimPort(port: number): number | "taken" | null {
  return claimName(`ghost-port-${port}`);
}

/** All numbers that may be given away. `ephemeral`: the range that the kernel gives to outgoing connections, first and last. */
export function portPool([low, high]: readonly [number, number]): number[] {
  const all = Array.from({ length: LAST - FIRST + 1 }, (_, index) => FIRST + index);
  const outside = all.filter((port) => port < low || port > high);
  return outside.length < POOL_MIN ? all : outside;
}

function readEphemeralRange(): [number, number] {
  try {
    const [low, high] = readFileSync("/proc/sys/net/ipv4/ip_local_port_range", "latin1").trim().split(/\s+/).map(Number);
    return [low ?? LAST + 1, high ?? LAST + 1];
  } catch {
    return [LAST + 1, LAST + 1];
  }
}
