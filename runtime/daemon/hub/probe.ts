import type { HubHealth } from "../../../core/api/wire.ts";
import { type Reply, ReplyError } from "../../../core/bus/resp/reply.ts";
import { type Answer, failure, type Prober } from "../../health/prober.ts";
import { readProcess, TICKS_PER_SECOND } from "../../process/table.ts";
import type { HubLine } from "./line.ts";

/** How long is waited before something is made of silence. */
const PATIENCE = {
  /** An answer to PING that takes longer is none, in ms. */
  answerMs: 2_000,
  /** One that works is believed to have much to do for so long, in ms; who computes longer without looking up will not look up any more. */
  busyMs: 30_000,
};
/** Who did not answer in time, and used so much of the CPU meanwhile, works: in seconds of CPU. */
const BUSY_CPU_SECONDS = 0.05;
/** The one that asks. */
const OWN_CONNECTIONS = 1;
/** `T`, and `t` under a debugger: it does nothing until it is told to go on. */
const STOPPED = new Set(["T", "t"]);
/** It computes, or waits for its turn on a machine with much to do; it waits for a disk. */
const AT_WORK = new Set(["R", "D"]);

/** Whoever wants to know what the hub says. */
export interface HubNews {
  /** How long an answer to PING took, in ms. */
  latency(ms: number): void;
  health(health: HubHealth): void;
}

/**
 * Asks one run of the hub whether it is well. PING says that it lives, GHOST.HEALTH, which is sent along, how its backends are. A hub that is saturated
 * answers late: that it computes, or waits for a disk, passes for an answer for a while, so that it is not killed for being busy.
 */
export class HubProber implements Prober {
  readonly timed = true;
  readonly unhurried = true;
  readonly once = false;
  private readonly line: HubLine;
  private readonly pid: number;
  private readonly told: HubNews;
  private readonly patience: typeof PATIENCE;
  private busySinceMs: number | null = null;
  private hasAnswered = false;

  constructor(line: HubLine, pid: number, told: HubNews, patience = PATIENCE) {
    this.line = line;
    this.patience = patience;
    this.pid = pid;
    this.told = told;
  }

  async ask(signal: AbortSignal): Promise<Answer> {
    const before = readProcess(this.pid)?.cpuTicks ?? 0;
    const beganMs = performance.now();
    try {
      const pong = await within(this.patience.answerMs, signal, this.line.ask("PING"), () => this.askHealth());
      if (pong === null) return this.judgeSilence(before);
      this.busySinceMs = null;
      // The first answer of a run came when it began to accept.
      if (this.hasAnswered) this.told.latency(performance.now() - beganMs);
      this.hasAnswered = true;
      return { ok: true, detail: "it answers PING" };
    } catch (error) {
      return failure(`cannot be asked: ${describe(error as NodeJS.ErrnoException)}`);
    }
  }

  /** Has its account told, whenever it comes. */
  private askHealth(): void {
    askHealth(this.line).then(
      (health) => health && this.told.health(health),
      () => {},
    );
  }

  private judgeSilence(ticksBefore: number): Answer {
    const now = readProcess(this.pid);
    const silence = `no answer to PING within ${this.patience.answerMs / 1000} s`;
    if (!now) return failure(silence);
    if (STOPPED.has(now.state)) return failure(`${silence}: it is stopped (SIGSTOP)`);
    const used = (now.cpuTicks - ticksBefore) / TICKS_PER_SECOND;
    this.busySinceMs ??= performance.now();
    const isBusy = AT_WORK.has(now.state) || used >= BUSY_CPU_SECONDS;
    if (!isBusy || !this.hasAnswered) return failure(`${silence}, and it used ${used.toFixed(2)} s of CPU meanwhile`);
    const busyMs = performance.now() - this.busySinceMs;
    if (busyMs > this.patience.busyMs) return failure(`${silence}, for ${Math.round(busyMs / 1000)} s now`);
    return { ok: true, detail: `${silence}, but it is at work (${used.toFixed(2)} s of CPU meanwhile)` };
  }
}

/** Bun's errors of sockets say only in their code what is the matter. */
function describe({ message, code }: NodeJS.ErrnoException): string {
  return code === undefined || message.includes(code) ? message : `${message} (${code})`;
}

/** The reply; null when it does not come in time. */
async function within(limitMs: number, signal: AbortSignal, asked: Promise<Reply>, meanwhile: () => void): Promise<Reply | null> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const late = new Promise<null>((resolve) => {
    timer = setTimeout(() => resolve(null), limitMs);
    signal.addEventListener("abort", () => resolve(null), { once: true });
  });
  meanwhile();
  try {
    return await Promise.race([asked, late]);
  } finally {
    clearTimeout(timer);
  }
}

/** The hub's own account; null of a hub that has none to give. Rejects when the connection ends. */
export async function askHealth(line: HubLine): Promise<HubHealth | null> {
  try {
    return healthIn(await line.ask("GHOST.HEALTH"));
  } catch (error) {
    if (error instanceof ReplyError) return null;
    throw error;
  }
}

/** Null for what is no account: a hub of an older version. */
function healthIn(reply: Reply): HubHealth | null {
  try {
    const text = reply instanceof Uint8Array ? Buffer.from(reply.buffer, reply.byteOffset, reply.length).toString() : "null";
    const value = JSON.parse(text) as Partial<HubHealth> | null;
    if (value === null || typeof value.status !== "string") return null;
    const clients = typeof value.clients === "number" ? { clients: Math.max(0, value.clients - OWN_CONNECTIONS) } : {};
    return { ...value, ...clients, time: new Date().toISOString(), status: value.status, checks: value.checks ?? {} };
  } catch {
    return null;
  }
}
