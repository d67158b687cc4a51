import { readdirSync } from "node:fs";
import { descriptorTarget } from "../process/environ.ts";
import { readProcess } from "../process/table.ts";

/** A look at the descriptors of all processes is good for so long, in ms: a hundred programs that fall over the same port ask within it. */
const LOOK_AGE_MS = 500;

/** What a look needs; tests put their own in its place. */
export interface OwnersParts {
  /** Who has each of these sockets, by their numbers in the kernel; those whose owners are not ours to see are there with none. */
  readonly scan: (inodes: ReadonlySet<number>) => ReadonlyMap<number, readonly number[]>;
  readonly isAlive: (pid: number) => boolean;
  /** Milliseconds of a clock that never goes back. */
  readonly clock: () => number;
}

/** Tells which processes have a socket. Looks at the descriptors of all processes, some 10 µs for each of them, and shares one look among those that ask within a moment. */
export class SocketOwners {
  private readonly parts: OwnersParts;
  private look: ReadonlyMap<number, readonly number[]> = new Map();
  private lookedMs = Number.NEGATIVE_INFINITY;

  constructor(parts: OwnersParts = { scan: scanDescriptors, isAlive, clock: () => performance.now() }) {
    this.parts = parts;
  }

  /** The processes that have one of these sockets, in any order. `listening`: all sockets that whoever asks next may want. */
  of(inodes: readonly number[], listening: readonly number[]): number[] {
    const { scan, clock } = this.parts;
    if (clock() - this.lookedMs >= LOOK_AGE_MS || !inodes.every((inode) => this.isKnown(inode))) {
      this.look = scan(new Set([...listening, ...inodes]));
      this.lookedMs = clock();
    }
    return [...new Set(inodes.flatMap((inode) => this.look.get(inode) ?? []))].filter(this.parts.isAlive);
  }

  /** A socket that was made since the look, or that outlived all whom the look saw with it, needs another one. */
  private isKnown(inode: number): boolean {
    const pids = this.look.get(inode);
    return pids !== undefined && (pids.length === 0 || pids.some(this.parts.isAlive));
  }
}

/** The numbers of the descriptors of a process; none when it ended, or is another user's. */
export function descriptorsOf(pid: number): number[] {
  return numbersIn(`/proc/${pid}/fd`);
}

function scanDescriptors(inodes: ReadonlySet<number>): Map<number, number[]> {
  const owners = new Map([...inodes].map((inode): [number, number[]] => [inode, []]));
  for (const pid of numbersIn("/proc"))
    for (const descriptor of descriptorsOf(pid)) {
      const inode = SOCKET.exec(descriptorTarget(pid, descriptor) ?? "")?.[1];
      if (inode !== undefined) owners.get(Number(inode))?.push(pid);
    }
  return owners;
}

const SOCKET = /^socket:\[(\d+)\]$/;

function isAlive(pid: number): boolean {
  const entry = readProcess(pid);
  return entry !== undefined && entry.state !== "Z";
}

function numbersIn(folder: string): number[] {
  try {
    return readdirSync(folder).map(Number).filter(Number.isInteger);
  } catch {
    return [];
  }
}
