import { readPrivateBytes, readProcess } from "../process/table.ts";

/** Looks that come closer than this share an answer, in ms: a table that a person refreshes costs a few reads of /proc less. */
const SHARED_MS = 1_000;

/** What the daemon and its helpers use; CPU is the daemon's alone since the look before, 100 = one core. */
export interface OwnUsage {
  readonly cpuPercent: number;
  readonly memoryBytes: number;
  readonly privateBytes: number;
  readonly threads: number;
}

/** Looks at what the daemon and its helpers use. */
export class OwnUsageMeter {
  private readonly helperPids: () => readonly number[];
  private cpu = process.cpuUsage();
  private atMs = performance.now() - process.uptime() * 1000;
  private last: OwnUsage | null = null;

  constructor(helperPids: () => readonly number[]) {
    this.helperPids = helperPids;
  }

  look(): OwnUsage {
    const nowMs = performance.now();
    if (this.last !== null && nowMs - this.atMs < SHARED_MS) return this.last;
    const cpu = process.cpuUsage();
    const usedMs = (cpu.user + cpu.system - this.cpu.user - this.cpu.system) / 1000;
    const cpuPercent = Math.round((usedMs / Math.max(1, nowMs - this.atMs)) * 1000) / 10;
    [this.cpu, this.atMs] = [cpu, nowMs];
    this.last = { cpuPercent, ...memoryOf([process.pid, ...this.helperPids()]) };
    return this.last;
  }
}

function memoryOf(pids: readonly number[]): Omit<OwnUsage, "cpuPercent"> {
  const own = pids.map((pid) => readProcess(pid)).filter((entry) => entry !== undefined);
  return {
    memoryBytes: own.reduce((total, entry) => total + entry.residentBytes, 0),
    privateBytes: own.reduce((total, entry) => total + readPrivateBytes(entry.pid), 0),
    threads: own.reduce((total, entry) => total + entry.threads, 0),
  };
}
