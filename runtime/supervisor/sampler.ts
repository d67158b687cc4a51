import { pidOf } from "../../core/lifecycle/view.ts";
import { environmentOf } from "../process/environ.ts";
import { signalProcess } from "../process/signal.ts";
import { isRuntimeChild } from "../process/spawn.ts";
import { reap } from "../process/subreaper.ts";
import { type ProcessEntry, type ProcessTable, readPrivateBytes, readProcessTable, TICKS_PER_SECOND } from "../process/table.ts";
import type { Supervised, Usage } from "./supervised.ts";
import { NO_USAGE } from "./supervised.ts";
import type { Supervisor } from "./supervisor.ts";

/** Without monitoring the machine is still looked at so often: orphans have to be reaped, members recorded, memory limits kept. */
const UNMONITORED_INTERVAL_MS = 5_000;
/** A fresh look for somebody who asks is not taken more often than this. */
const FRESH_MS = 500;

export interface Monitoring {
  readonly enabled: boolean;
  readonly intervalMs: number;
}

/** Looks at all trees in one pass per interval: usage, members, limits, orphans. */
export class Sampler {
  private readonly supervisor: Supervisor;
  private timer: ReturnType<typeof setInterval> | undefined;
  private sampledMs = Number.NEGATIVE_INFINITY;
  monitoring: Monitoring;
  /** Told after each sample while usage is measured. */
  onSample: () => void = () => {};

  constructor(supervisor: Supervisor, monitoring: Monitoring) {
    this.supervisor = supervisor;
    this.monitoring = monitoring;
  }

  start(): void {
    this.timer = setInterval(() => this.sample(), this.monitoring.enabled ? this.monitoring.intervalMs : UNMONITORED_INTERVAL_MS);
  }

  stop(): void {
    clearInterval(this.timer);
  }

  /** Goes on with another interval, at once, or without measuring: then nothing stale is shown. */
  change(monitoring: Monitoring): void {
    if (JSON.stringify(monitoring) === JSON.stringify(this.monitoring)) return;
    this.monitoring = monitoring;
    this.stop();
    this.start();
    if (!monitoring.enabled) for (const process of this.supervisor.processes.values()) process.usage = NO_USAGE;
    this.sample();
  }

  /** Takes a sample if a running process has none yet, so that a list right after a start shows memory. */
  ensureFresh(): void {
    if (!this.monitoring.enabled || performance.now() - this.sampledMs < FRESH_MS) return;
    for (const process of this.supervisor.processes.values()) {
      if (process.cpuSample === null && pidOf(process.machine) !== null) {
        this.sample();
        return;
      }
    }
  }

  sample(): void {
    const table = readProcessTable();
    this.sampledMs = performance.now();
    this.adoptOrphans(table);
    for (const process of this.supervisor.processes.values()) this.sampleProcess(process, table);
    for (const process of this.supervisor.processes.values()) enforceMemory(this.supervisor, process);
    if (this.monitoring.enabled) this.onSample();
  }

  private sampleProcess(process: Supervised, table: ProcessTable): void {
    const pid = pidOf(process.machine);
    if (pid === null) {
      process.usage = NO_USAGE;
      process.cpuSample = null;
      return;
    }
    const tree = liveTree(process, pid, table);
    if (this.monitoring.enabled || process.definition.limits.memoryBytes !== null) measure(process, tree, this.sampledMs);
    if (rememberMembers(process, tree)) this.supervisor.parts.store.saveMembers(process.key, process.members);
  }

  /** As a subreaper this process inherits what others leave: zombies are reaped, the living given to the run whose token they bear. */
  private adoptOrphans(table: ProcessTable): void {
    if (!this.supervisor.parts.subreaper) return;
    const mains = new Set([...this.supervisor.processes.values()].map((supervised) => pidOf(supervised.machine)));
    for (const entry of table.childrenOf(process.pid)) {
      if (isRuntimeChild(entry.pid) || mains.has(entry.pid)) continue;
      if (entry.state === "Z") reap(entry.pid);
      else this.placeOrphan(entry);
    }
  }

  private placeOrphan(orphan: ProcessEntry): void {
    for (const process of this.supervisor.processes.values()) if (process.members.has(orphan.pid)) return;
    const token = environmentOf(orphan.pid).get("GHOST_PROCESS");
    if (token === undefined) return;
    for (const process of this.supervisor.processes.values()) {
      const { state } = process.machine;
      const current =
        state.at === "running" ? state.identity.token : state.at === "starting" || state.at === "stopping" ? state.token : null;
      if (current === token) {
        process.members.set(orphan.pid, orphan.startTicks);
        return;
      }
    }
    // It escaped from a run that is over: nobody's any more, and perhaps holding a port that its successor needs.
    signalProcess(orphan, "SIGKILL");
  }
}

/** The main process, its descendants, and recorded members that still live with theirs. */
export function liveTree(process: Supervised, pid: number, table: ProcessTable): ProcessEntry[] {
  const members = [...process.members].filter(([member, startTicks]) => table.find(member, startTicks)).map(([member]) => member);
  return table.treeOf([pid, ...members]);
}

function measure(process: Supervised, tree: readonly ProcessEntry[], nowMs: number): void {
  const before = process.cpuSample;
  const ticks = new Map(tree.map((entry) => [entry.pid, entry.cpuTicks]));
  const startedMs = process.machine.startedMs ?? Date.now();
  const spanMs = before ? nowMs - before.atMs : Math.max(1, Date.now() - startedMs);
  const used = tree.reduce((total, entry) => total + entry.cpuTicks - (before?.ticks.get(entry.pid) ?? 0), 0);
  process.cpuSeconds += Math.max(0, used) / TICKS_PER_SECOND;
  process.usage = { ...sum(tree), cpuPercent: round(Math.max(0, (used / TICKS_PER_SECOND / spanMs) * 1000 * 100)) };
  process.cpuSample = { atMs: nowMs, ticks };
}

function sum(tree: readonly ProcessEntry[]): Omit<Usage, "cpuPercent"> {
  return {
    memoryBytes: tree.reduce((total, entry) => total + entry.residentBytes, 0),
    privateBytes: tree.reduce((total, entry) => total + readPrivateBytes(entry.pid), 0),
    threads: tree.reduce((total, entry) => total + entry.threads, 0),
  };
}

function round(percent: number): number {
  return Math.round(percent * 10) / 10;
}

/** Gives true when the set of members changed. */
function rememberMembers(process: Supervised, tree: readonly ProcessEntry[]): boolean {
  // The first member stays first: it leads the group even when it is gone.
  const [first] = process.members;
  const members = new Map([...(first ? [first] : []), ...tree.map((entry) => [entry.pid, entry.startTicks] as const)]);
  const same = members.size === process.members.size && [...members].every(([pid, startTicks]) => process.members.get(pid) === startTicks);
  process.members = members;
  return !same;
}

function enforceMemory(supervisor: Supervisor, process: Supervised): void {
  const limit = process.definition.limits.memoryBytes;
  if (limit === null || process.machine.state.at !== "running" || process.usage.memoryBytes <= limit) return;
  const used = process.usage.memoryBytes;
  const text = `used ${megabytes(used)} of memory, over its limit of ${megabytes(limit)}`;
  supervisor.dispatch(process, {
    type: "restart",
    free: false,
    cause: { kind: "memory", text, facts: { memoryBytes: used, limitBytes: limit } },
  });
}

function megabytes(bytes: number): string {
  return `${(bytes / 1024 / 1024).toFixed(1)} MB`;
}
