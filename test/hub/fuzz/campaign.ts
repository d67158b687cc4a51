import { Random } from "../../rig/random.ts";
import { pause, waitFor } from "../../rig/wait.ts";
import type { Server } from "../servers/redis.ts";
import { Connection } from "../wire/connection.ts";
import { ATTACKS } from "./attackers.ts";
import { residentBytes, type Sight, Watcher } from "./watcher.ts";

/** Attackers at a time. */
const ATTACKERS = 8;
/** How long an attacker stays away that was not let in, in ms. */
const REFUSED_MS = 20;
/** A part of the time goes by before the memory is looked at for the first time: caches and pools have filled by then. */
const WARM_UP = 0.25;
/** How much more memory a server may have at the end than after the warm-up, in bytes. */
const GROWTH_BYTES_MAX = 64 * 1024 * 1024;
/** How long a server may take to give memory back when all attackers are gone, in ms. */
const CALM_MS = 20_000;
/** Ordinary work between two looks at its memory: so many texts of so many bytes are sent back. */
const WORK_BETWEEN_LOOKS = 200;
const WORK_BYTES = 10_000;

/** What a campaign does. */
export interface FuzzOptions {
  readonly seconds: number;
  readonly seed: number;
  readonly say?: (line: string) => void;
}

/** What it came to. */
export interface Fuzzed extends Sight {
  readonly visits: number;
  readonly frames: number;
  readonly bytesAfterWarmUp: number;
  readonly bytesAtEnd: number;
}

interface Count {
  visits: number;
  frames: number;
  /** What each attacker does. */
  readonly underWay: string[];
}

/** Attacks the server for a while. Throws when it dies, hangs, forgets or grows. */
export async function fuzz(server: Server, { seconds, seed, say = () => undefined }: FuzzOptions): Promise<Fuzzed> {
  const count: Count = { visits: 0, frames: 0, underWay: [] };
  const watcher = new Watcher(server, () => count.underWay);
  const watching = watcher.watch();
  await Promise.race([watching, attackFor(server, seconds * WARM_UP, seed, count)]);
  const bytesAfterWarmUp = await calm(server, 0);
  say(`warmed up: ${told(count)}, ${megabytes(bytesAfterWarmUp)}`);
  await Promise.race([watching, attackFor(server, seconds * (1 - WARM_UP), seed + 1, count)]);
  const bytesAtEnd = await calm(server, bytesAfterWarmUp + GROWTH_BYTES_MAX);
  const sight = watcher.stop();
  await watching;
  if (bytesAtEnd > bytesAfterWarmUp + GROWTH_BYTES_MAX)
    throw new Error(`${server.name} grew from ${megabytes(bytesAfterWarmUp)} to ${megabytes(bytesAtEnd)}`);
  return { visits: count.visits, frames: count.frames, ...sight, bytesAfterWarmUp, bytesAtEnd };
}

async function attackFor(server: Server, seconds: number, seed: number, count: Count): Promise<void> {
  const until = performance.now() + seconds * 1000;
  const attacker = async (number: number): Promise<void> => {
    const random = new Random(seed * 31 + number);
    while (performance.now() < until) {
      const attack = random.weighted(ATTACKS);
      count.underWay[number] = attack.name;
      count.frames += await attack(server.socket, random).catch(whenRefused);
      count.visits += 1;
    }
  };
  await Promise.all(Array.from({ length: ATTACKERS }, (_, number) => attacker(number)));
}

/** So many have gone before they were accepted that the system takes no more for now. Whether the server lives is for the watcher to see. */
async function whenRefused(error: NodeJS.ErrnoException): Promise<number> {
  if (error.code !== "ECONNREFUSED" && error.code !== "EAGAIN") throw error;
  await pause(REFUSED_MS);
  return 0;
}

/**
 * Empties the server and gives what it has in memory then, once that is at most `wantedBytes` or the time is up. Meanwhile it gets ordinary work: a
 * collector of garbage looks at what can be given back only while there is some.
 */
async function calm(server: Server, wantedBytes: number): Promise<number> {
  const connection = await Connection.open(server.socket);
  await connection.call("FLUSHDB");
  await pause(500);
  const isSmall = async (): Promise<boolean> => {
    for (let work = 0; work < WORK_BETWEEN_LOOKS; work += 1) await connection.call("ECHO", "x".repeat(WORK_BYTES));
    return residentBytes(server.pid) <= wantedBytes;
  };
  await waitFor(isSmall, { what: "memory to be given back", limitMs: wantedBytes > 0 ? CALM_MS : 1_000 }).catch(() => undefined);
  connection.close();
  return residentBytes(server.pid);
}

function told({ visits, frames }: Count): string {
  return `${visits} visits, ${frames} frames`;
}

/** Bytes for people. */
export function megabytes(bytes: number): string {
  return `${(bytes / 1e6).toFixed(1)} MB`;
}
