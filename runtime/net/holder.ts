import { readdirSync } from "node:fs";
import { descriptorTarget } from "../process/environ.ts";
import { readProcess } from "../process/table.ts";
import { type ListeningSocket, readListeningSockets } from "./socket-table.ts";

/** Who holds a port. */
export interface PortHolder {
  /** All processes that have the socket, the oldest first; none when they are not ours to see. */
  readonly pids: readonly number[];
  /** Whose socket it is; null where unknown. */
  readonly uid: number | null;
}

/**
 * Who listens on a TCP port where a program that takes it on all or on the loopback address would; null when nobody
 * does. One that listens on another address of the machine alone is in nobody's way. Looks at the descriptors of all
 * processes, some 10 µs for each of them.
 */
export function findPortHolder(port: number): PortHolder | null {
  const sockets = readListeningSockets().filter((socket) => socket.port === port && socket.reach !== "other");
  const [first] = sockets;
  if (!first) return null;
  return { pids: oldestFirst([...new Set(sockets.flatMap(pidsOf))]), uid: first.uid };
}

/** The number of the descriptor by which a process holds the listener of a port; null when it has none. */
export function listenerDescriptorOf(pid: number, port: number): number | null {
  const inodes = new Set(readListeningSockets().flatMap((socket) => (socket.port === port ? [`socket:[${socket.inode}]`] : [])));
  return descriptorsOf(pid).find((descriptor) => inodes.has(descriptorTarget(pid, descriptor) ?? "")) ?? null;
}

function pidsOf({ pid, inode }: ListeningSocket): number[] {
  if (pid !== null) return [pid];
  const target = `socket:[${inode}]`;
  return allPids().filter((candidate) => descriptorsOf(candidate).some((descriptor) => descriptorTarget(candidate, descriptor) === target));
}

function oldestFirst(pids: readonly number[]): number[] {
  const age = new Map(pids.map((pid) => [pid, readProcess(pid)?.startTicks ?? Number.POSITIVE_INFINITY]));
  return [...pids].sort((a, b) => (age.get(a) ?? 0) - (age.get(b) ?? 0) || a - b);
}

function allPids(): number[] {
  return numbersIn("/proc");
}

function descriptorsOf(pid: number): number[] {
  return numbersIn(`/proc/${pid}/fd`);
}

/** Of a process that ended, or is another user's, there is nothing to see. */
function numbersIn(folder: string): number[] {
  try {
    return readdirSync(folder).map(Number).filter(Number.isInteger);
  } catch {
    return [];
  }
}
