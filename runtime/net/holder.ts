import { descriptorTarget } from "../process/environ.ts";
import { readProcess } from "../process/table.ts";
import { descriptorsOf, SocketOwners } from "./socket-owners.ts";
import { type ListeningSocket, readListeningSockets } from "./socket-table.ts";

/** One for the whole process: the sockets are the machine's. */
const owners = new SocketOwners();

/** Who holds a port. */
export interface PortHolder {
  /** All processes that have the socket, the oldest first; none when they are not ours to see. */
  readonly pids: readonly number[];
  /** Whose socket it is; null where unknown. */
  readonly uid: number | null;
}

/**
 * Who listens on a TCP port where a program that takes it on all or on the loopback address would; null when nobody
 * does. One that listens on another address of the machine alone is in nobody's way. Whether the port is held is as it is
 * now; who has it, as it was up to half a second ago (`SocketOwners`).
 */
export function findPortHolder(port: number): PortHolder | null {
  const listening = readListeningSockets();
  const sockets = listening.filter((socket) => socket.port === port && socket.reach !== "other");
  const [first] = sockets;
  if (!first) return null;
  return { pids: oldestFirst(pidsOf(sockets, listening)), uid: first.uid };
}

/** The number of the descriptor by which a process holds the listener of a port; null when it has none. */
export function listenerDescriptorOf(pid: number, port: number): number | null {
  const inodes = new Set(readListeningSockets().flatMap((socket) => (socket.port === port ? [`socket:[${socket.inode}]`] : [])));
  return descriptorsOf(pid).find((descriptor) => inodes.has(descriptorTarget(pid, descriptor) ?? "")) ?? null;
}

/** Some systems' tables name the processes themselves. */
function pidsOf(sockets: readonly ListeningSocket[], listening: readonly ListeningSocket[]): number[] {
  const named = sockets.flatMap(({ pid }) => pid ?? []);
  const inodes = (of: readonly ListeningSocket[]): number[] => of.flatMap(({ pid, inode }) => (pid === null ? (inode ?? []) : []));
  const wanted = inodes(sockets);
  return [...new Set([...named, ...(wanted.length > 0 ? owners.of(wanted, inodes(listening)) : [])])];
}

function oldestFirst(pids: readonly number[]): number[] {
  const age = new Map(pids.map((pid) => [pid, readProcess(pid)?.startTicks ?? Number.POSITIVE_INFINITY]));
  return [...pids].sort((a, b) => (age.get(a) ?? 0) - (age.get(b) ?? 0) || a - b);
}
