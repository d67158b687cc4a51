import { readListeningSockets } from "../net/socket-table.ts";
import { signalProcess, type Target } from "../process/signal.ts";
import { obstacleOn, portOf } from "./port-holders.ts";
import type { Supervised } from "./supervised.ts";
import type { Supervisor } from "./supervisor.ts";

/** How often the ports that processes wait for are looked at, in ms: one look at the system's table for all of them. */
const LOOK_MS = 1_000;
/** The same while what an earlier run left behind is being ended, in ms. */
const ENDING_LOOK_MS = 20;

/** One process that waits for a port. */
interface Waiter {
  readonly port: number;
  /** What is being ended, and when it is killed, in ms of `performance.now`. */
  readonly escapees: readonly Target[];
  readonly killAtMs: number;
  killed: boolean;
}

/**
 * Starts processes that wait for a port as soon as it is free. What an earlier run of the very process left on the port
 * is ended: asked first, killed when the stop timeout is up.
 */
export class PortWatch {
  private readonly supervisor: Supervisor;
  private readonly waiters = new Map<Supervised, Waiter>();
  private timer: ReturnType<typeof setTimeout> | undefined;

  constructor(supervisor: Supervisor) {
    this.supervisor = supervisor;
  }

  /** To be called at every change of a process, and once for those that a daemon before this one left waiting. */
  update(process: Supervised): void {
    const { state } = process.machine;
    const port = state.at === "waiting" && state.blockedBy !== null ? portOf(state.blockedBy) : null;
    const known = this.waiters.get(process);
    if (known?.port === port) return;
    this.waiters.delete(process);
    if (port !== null && this.supervisor.processes.get(process.key) === process) this.begin(process, port);
    if (this.waiters.size === 0) this.stop();
  }

  private stop(): void {
    clearTimeout(this.timer);
    this.timer = undefined;
  }

  private begin(process: Supervised, port: number): void {
    const escapees = obstacleOn(this.supervisor, process, port, { shared: false })?.escapees ?? [];
    const { signal, timeoutMs } = process.definition.stop;
    for (const target of escapees) signalProcess(target, signal as NodeJS.Signals);
    if (escapees.length > 0) this.tellOfEscapees(process, port, escapees);
    this.waiters.set(process, { port, escapees, killAtMs: performance.now() + timeoutMs, killed: false });
    this.stop();
    this.lookLater();
  }

  private tellOfEscapees(process: Supervised, port: number, escapees: readonly Target[]): void {
    const pids = escapees.map(({ pid }) => pid);
    const text = `an earlier run left pid ${pids.join(", ")} on port ${port}, which is ended`;
    this.supervisor.record(process, null, null, { kind: "escapee-ended", text, facts: { port, pids } });
  }

  private lookLater(): void {
    const endsSome = [...this.waiters.values()].some(({ escapees }) => escapees.length > 0);
    this.timer = setTimeout(() => this.look(), endsSome ? ENDING_LOOK_MS : LOOK_MS).unref();
  }

  private look(): void {
    const held = new Set(readListeningSockets().flatMap(({ port, reach }) => (reach === "other" ? [] : [port])));
    for (const [process, waiter] of [...this.waiters]) {
      if (!held.has(waiter.port)) this.release(process, waiter);
      else if (performance.now() >= waiter.killAtMs) kill(waiter);
    }
    if (this.waiters.size > 0) this.lookLater();
  }

  private release(process: Supervised, { port }: Waiter): void {
    this.waiters.delete(process);
    const cause = { kind: "port-free", text: `port ${port} is free now`, facts: { port } };
    this.supervisor.dispatch(process, { type: "available", unblocked: true, cause });
  }
}

function kill(waiter: Waiter): void {
  if (waiter.killed) return;
  waiter.killed = true;
  for (const target of waiter.escapees) signalProcess(target, "SIGKILL");
}
