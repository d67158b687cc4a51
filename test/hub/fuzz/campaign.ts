import { Random } from "../../rig/random.ts";
import { pause, waitFor } from "../../rig/wait.ts";
import type { Server } from "../servers/redis.ts";
import { Connection } from "../wire/connection.ts";
import { ATTACKS } from "./attackers.ts";
import { residentBytes, type Sight, Watcher } from "./watcher.ts";

/** Attackers at a time. */
const ATTACKERS = 8;
/** A part of the time goes by before the memory is looked at for the first time: caches and pools have filled by then. */
const WARM_UP = 0.25;
/** How much more memory a server may have at the end than after the warm-up, in bytes. */
const GROWTH_BYTES_MAX = 64 * 1024 * 1024;
/** How long a server may take to give memory back when all attackers are gone, in ms. */
const CALM_MS = 10_000;

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
      count.frames += await attack(server.socket, random);
      count.visits += 1;
    }
  };
  await Promise.all(Array.from({ length: ATTACKERS }, (_, number) => attacker(number)));
}

/** Empties the server and gives what it has in memory then, once that is at most `wantedBytes` or the time is up. */
async function calm(server: Server, wantedBytes: number): Promise<number> {
  const connection = await Connection.open(server.socket);
  await connection.call("FLUSHDB");
  connection.close();
  await pause(500);
  if (wantedBytes > 0)
    await waitFor(() => residentBytes(server.pid) <= wantedBytes, { what: "memory to be given back", limitMs: CALM_MS }).catch(
      () => undefined,
    );
  return residentBytes(server.pid);
}

function told({ visits, frames }: Count): string {
  return `${visits} visits, ${frames} frames`;
}

/** Bytes for people. */
export function megabytes(bytes: number): string {
  return `${(bytes / 1e6).toFixed(1)} MB`;
}
