import type { ProcessView, Status } from "../api/wire.ts";

/** The latest values of one instance: `GET /v1/metrics`, `ghost metrics --json`. Times in seconds, sizes in bytes, of the whole tree. */
export interface ProcessMetrics {
  readonly project: string;
  readonly name: string;
  readonly instance: number;
  readonly status: Status;
  readonly health: ProcessView["health"];
  /** Its main process is there. */
  readonly up: boolean;
  readonly crashLooping: boolean;
  readonly restarts: number;
  /** 100 = one core; between the last two samples. */
  readonly cpuPercent: number;
  /** Of all runs that this daemon saw (of an adopted one from its beginning), as far as samples saw it. */
  readonly cpuSeconds: number;
  readonly memoryBytes: number;
  readonly privateBytes: number;
  /** 0 while nothing runs, and of what runs and was not looked at (`monitoring.enabled: false`). */
  readonly threads: number;
  /** Null while nothing runs. */
  readonly startedAt: string | null;
  readonly uptimeSeconds: number | null;
  /** Of the run before; null when there was none or a signal ended it. */
  readonly lastExitCode: number | null;
  /** Of the last health check; null before the first and without one. */
  readonly probe: { readonly ok: boolean; readonly latencySeconds: number } | null;
}

/** Whether the usage says something: what runs has a thread at least, unless nobody looked. */
export function isMeasured({ up, threads }: Pick<ProcessMetrics, "up" | "threads">): boolean {
  return !up || threads > 0;
}

/** The latest values of the daemon. */
export interface DaemonMetrics {
  readonly version: string;
  readonly runtime: string;
  readonly startedAt: string;
  readonly processes: Readonly<Record<string, number>>;
  /** Of the daemon and its helpers. */
  readonly memoryBytes: number;
  readonly privateBytes: number;
  readonly threads: number;
  /** Of the daemon alone. */
  readonly cpuSeconds: number;
  readonly log: { readonly movedBytes: number; readonly droppedBytes: number; readonly rotations: number; readonly streams: number };
  /** History entries that were ever written in this home. */
  readonly historyEntries: number;
  readonly stateSaved: boolean;
  readonly warnings: number;
  readonly hooks: HookCounts;
}

/** What became of hook commands since the daemon started. */
export interface HookCounts {
  readonly succeeded: number;
  readonly failed: number;
  /** Never run, because too many waited. */
  readonly dropped: number;
  readonly waiting: number;
  readonly running: number;
}
