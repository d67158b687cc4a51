import { readFileSync } from "node:fs";
import { isAlive } from "../../rig/processes.ts";
import { pause } from "../../rig/wait.ts";
import type { Server } from "../servers/redis.ts";
import { Connection } from "../wire/connection.ts";
import { show, textOf } from "../wire/reply.ts";

/** How long a well-behaved client may have to wait while others misbehave, in ms; the machine may be busy. */
const ANSWER_MS_MAX = 15_000;
/** Between two looks, in ms. */
const EVERY_MS = 50;
const BYTES_PER_KB = 1024;

/** What a watcher has seen. */
export interface Sight {
  readonly slowestMs: number;
  /** The attacks that were under way then. */
  readonly slowestDuring: readonly string[];
  readonly largestBytes: number;
  readonly looks: number;
}

/** Looks at a server again and again: it must live, answer in time, and keep what it is given. */
export class Watcher {
  private slowestMs = 0;
  private largestBytes = 0;
  private looks = 0;
  private running = true;
  private slowestDuring: readonly string[] = [];
  private readonly server: Server;
  private readonly underWay: () => readonly string[];

  /** `underWay` names the attacks that are going on. */
  constructor(server: Server, underWay: () => readonly string[]) {
    this.server = server;
    this.underWay = underWay;
  }

  /** Looks until `stop`. Rejects at the first thing that is not as it must be. */
  async watch(): Promise<void> {
    while (this.running) {
      await this.look();
      await pause(EVERY_MS);
    }
  }

  /** Ends watching; gives what was seen. */
  stop(): Sight {
    this.running = false;
    return { slowestMs: this.slowestMs, slowestDuring: this.slowestDuring, largestBytes: this.largestBytes, looks: this.looks };
  }

  private async look(): Promise<void> {
    if (!isAlive(this.server.pid)) throw new Error(`${this.server.name} is dead`);
    this.largestBytes = Math.max(this.largestBytes, residentBytes(this.server.pid));
    const [startedMs, during] = [performance.now(), [...this.underWay()]];
    const connection = await Connection.open(this.server.socket);
    try {
      await this.roundTrip(connection);
    } finally {
      connection.close();
    }
    const tookMs = performance.now() - startedMs;
    if (tookMs > this.slowestMs) [this.slowestMs, this.slowestDuring] = [tookMs, during];
    this.looks += 1;
  }

  private async roundTrip(connection: Connection): Promise<void> {
    const value = `look ${this.looks}`;
    const replies = [];
    connection.send(["SET", "the watcher's own", value]);
    connection.send(["GET", "the watcher's own"]);
    for (let reply = 0; reply < 2; reply += 1) replies.push(await connection.nextOrNull(ANSWER_MS_MAX));
    if (replies.includes(null))
      throw new Error(`${this.server.name} gave no answer within ${ANSWER_MS_MAX} ms during ${this.underWay().join(", ")}`);
    // A fuzzer that guesses an id may end this connection, and one that says FLUSHDB may take the key.
    const [, got] = replies;
    if (!got || got.kind === "closed" || got.kind === "null") return;
    if (textOf(got) !== value) throw new Error(`${this.server.name} answered ${show(got)} instead of ${value}`);
  }
}

/** What a process has in memory, in bytes. */
export function residentBytes(pid: number): number {
  const match = /^VmRSS:\s+(\d+) kB/m.exec(readFileSync(`/proc/${pid}/status`, "utf8"));
  return Number(match?.[1] ?? 0) * BYTES_PER_KB;
}
