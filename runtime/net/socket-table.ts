/** Who listens on which TCP port: Linux tells in /proc/net/tcp and tcp6, elsewhere `lsof` does. */
import { readFileSync } from "node:fs";
import { type LsofListener, listLsofListeners } from "../process/lsof.ts";

/** A socket that listens. */
export interface ListeningSocket {
  readonly port: number;
  /** Which addresses it takes: all of the machine, the usual loopback one, or another one alone. */
  readonly reach: "all" | "loopback" | "other";
  /** Its number in the kernel, which `/proc/PID/fd` shows; null where processes are known directly. */
  readonly inode: number | null;
  /** The user who made it; null where unknown. */
  readonly uid: number | null;
  /** Who has it, where the table tells. */
  readonly pid: number | null;
}

const TABLES = ["/proc/net/tcp", "/proc/net/tcp6"];

/** All TCP sockets that listen, now. */
export function readListeningSockets(): ListeningSocket[] {
  if (process.platform !== "linux") return listLsofListeners().map(fromLsof);
  return TABLES.flatMap((path) => parseSocketTable(readTable(path)));
}

/** Whether anybody listens where a program that takes this port on all or on the loopback address would. */
export function isListenedOn(port: number): boolean {
  return readListeningSockets().some((socket) => socket.port === port && socket.reach !== "other");
}

/** Lines as in proc_net_tcp(5): `sl local_address rem_address st tx_queue:rx_queue tr:tm->when retrnsmt uid timeout inode`. */
export function parseSocketTable(text: string): ListeningSocket[] {
  const sockets: ListeningSocket[] = [];
  for (const line of text.split("\n")) {
    const [, local = "", , state, , , , uid, , inode] = line.trim().split(/\s+/);
    if (state !== LISTEN) continue;
    const [address = "", port = "0"] = local.split(":");
    sockets.push({ port: Number.parseInt(port, 16), reach: reachOf(address), inode: Number(inode), uid: Number(uid), pid: null });
  }
  return sockets;
}

const LISTEN = "0A";
/** Words of four bytes, each in the machine's order (little-endian on all that Ghost is built for). */
const LOOPBACKS = new Set(["0100007F", "00000000000000000000000001000000", "0000000000000000FFFF00000100007F"]);
const WILDCARD = /^(0{8}|0{32}|0{16}FFFF00000{8})$/;

function reachOf(address: string): ListeningSocket["reach"] {
  if (WILDCARD.test(address)) return "all";
  return LOOPBACKS.has(address) ? "loopback" : "other";
}

function fromLsof({ pid, host, port }: LsofListener): ListeningSocket {
  const reach = host === "*" ? "all" : host === "127.0.0.1" || host === "[::1]" ? "loopback" : "other";
  return { port, reach, inode: null, uid: null, pid };
}

/** A kernel without IPv6 has no tcp6. */
function readTable(path: string): string {
  try {
    return readFileSync(path, "latin1");
  } catch {
    return "";
  }
}
