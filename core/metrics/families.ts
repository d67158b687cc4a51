import type { Status } from "../api/wire.ts";
import type { MetricFamily, Sample } from "./exposition.ts";
import { type DaemonMetrics, isMeasured, type ProcessMetrics } from "./values.ts";

const STATUSES = [
  "stopped",
  "waiting",
  "starting",
  "running",
  "unhealthy",
  "stopping",
  "backoff",
  "exited",
  "failed",
] as const satisfies readonly Status[];

type Describe = Omit<MetricFamily, "samples">;

/** What is told of each instance; a value of null is left out. */
const OF_PROCESS: readonly (readonly [Describe, (process: ProcessMetrics) => number | null])[] = [
  [{ name: "ghost_process_up", type: "gauge", help: "Whether its main process is there" }, ({ up }) => Number(up)],
  [
    {
      name: "ghost_process_healthy",
      type: "gauge",
      help: "What its health check says: 1 healthy, 0 unhealthy or not known yet; absent without a check",
    },
    ({ health }) => (health === "none" ? null : Number(health === "healthy")),
  ],
  [
    { name: "ghost_process_crash_looping", type: "gauge", help: "Whether it keeps falling over" },
    ({ crashLooping }) => Number(crashLooping),
  ],
  [{ name: "ghost_process_restarts", type: "counter", help: "Restarts that nobody asked for" }, ({ restarts }) => restarts],
  [
    { name: "ghost_process_cpu_seconds", type: "counter", unit: "seconds", help: "CPU time of the whole tree, as far as samples saw it" },
    ({ cpuSeconds }) => cpuSeconds,
  ],
  [
    {
      name: "ghost_process_cpu_ratio",
      type: "gauge",
      unit: "ratio",
      help: "Share of one core that the whole tree used between the last two samples",
    },
    (value) => (isMeasured(value) ? value.cpuPercent / 100 : null),
  ],
  [
    { name: "ghost_process_memory_bytes", type: "gauge", unit: "bytes", help: "Resident memory of the whole tree" },
    (value) => (isMeasured(value) ? value.memoryBytes : null),
  ],
  [
    {
      name: "ghost_process_private_memory_bytes",
      type: "gauge",
      unit: "bytes",
      help: "Memory of the whole tree that is shared with nobody",
    },
    (value) => (isMeasured(value) ? value.privateBytes : null),
  ],
  [
    { name: "ghost_process_threads", type: "gauge", help: "Threads of the whole tree" },
    (value) => (isMeasured(value) ? value.threads : null),
  ],
  [
    { name: "ghost_process_start_time_seconds", type: "gauge", unit: "seconds", help: "When the current run began, in seconds since 1970" },
    ({ up, startedAt }) => (up && startedAt !== null ? Date.parse(startedAt) / 1000 : null),
  ],
  [
    { name: "ghost_process_uptime_seconds", type: "gauge", unit: "seconds", help: "How long the current run has lasted" },
    ({ uptimeSeconds }) => uptimeSeconds,
  ],
  [
    { name: "ghost_process_last_exit_code", type: "gauge", help: "Exit code of the run before; absent after a signal" },
    ({ lastExitCode }) => lastExitCode,
  ],
  [
    { name: "ghost_process_probe_success", type: "gauge", help: "Whether the last health check passed" },
    ({ probe }) => (probe === null ? null : Number(probe.ok)),
  ],
  [
    { name: "ghost_process_probe_latency_seconds", type: "gauge", unit: "seconds", help: "How long the last health check took" },
    ({ probe }) => probe?.latencySeconds ?? null,
  ],
];

const OF_DAEMON: readonly (readonly [Describe, (daemon: DaemonMetrics) => readonly Sample[]])[] = [
  [
    { name: "ghost_daemon", type: "info", help: "Which daemon this is" },
    ({ version, runtime }) => [{ labels: { version, runtime }, value: 1 }],
  ],
  single(
    "ghost_daemon_start_time_seconds",
    "gauge",
    "When the daemon started, in seconds since 1970",
    ({ startedAt }) => Date.parse(startedAt) / 1000,
  ),
  single("ghost_daemon_cpu_seconds", "counter", "CPU time of the daemon", ({ cpuSeconds }) => cpuSeconds),
  single("ghost_daemon_memory_bytes", "gauge", "Resident memory of the daemon and its helpers", ({ memoryBytes }) => memoryBytes),
  single(
    "ghost_daemon_private_memory_bytes",
    "gauge",
    "Memory of the daemon and its helpers that is shared with nobody",
    ({ privateBytes }) => privateBytes,
  ),
  single("ghost_daemon_threads", "gauge", "Threads of the daemon and its helpers", ({ threads }) => threads),
  [
    { name: "ghost_daemon_processes", type: "gauge", help: "Registered processes by status" },
    ({ processes }) => STATUSES.map((status) => ({ labels: { status }, value: processes[status] ?? 0 })),
  ],
  single("ghost_daemon_log_moved_bytes", "counter", "Bytes of output that were moved into logs", ({ log }) => log.movedBytes),
  single("ghost_daemon_log_dropped_bytes", "counter", "Bytes of output that were lost on a full disk", ({ log }) => log.droppedBytes),
  single("ghost_daemon_log_rotations", "counter", "Logs that were rotated", ({ log }) => log.rotations),
  single("ghost_daemon_log_streams", "gauge", "Outputs that are being moved", ({ log }) => log.streams),
  single(
    "ghost_daemon_history_entries",
    "counter",
    "History entries that were ever written in this home",
    ({ historyEntries }) => historyEntries,
  ),
  single("ghost_daemon_state_saved", "gauge", "Whether all state is on disk", ({ stateSaved }) => Number(stateSaved)),
  single("ghost_daemon_warnings", "gauge", "Warnings that `ghost daemon status` shows", ({ warnings }) => warnings),
  [
    { name: "ghost_daemon_hooks", type: "counter", help: "Hook commands by what became of them" },
    ({ hooks }) => (["succeeded", "failed", "dropped"] as const).map((outcome) => ({ labels: { outcome }, value: hooks[outcome] })),
  ],
  single("ghost_daemon_hooks_waiting", "gauge", "Hook commands that wait for their turn", ({ hooks }) => hooks.waiting),
];

/** All metrics of `/metrics`. */
export function metricFamilies(daemon: DaemonMetrics, processes: readonly ProcessMetrics[]): MetricFamily[] {
  return [
    ...OF_DAEMON.map(([about, samples]) => ({ ...about, samples: samples(daemon) })),
    ...OF_PROCESS.map(([about, value]) => ({ ...about, samples: processes.flatMap((process) => sampleOf(process, value(process))) })),
    {
      name: "ghost_process_status",
      type: "gauge",
      help: "1 for the status that it has, 0 for all others",
      samples: processes.flatMap((process) =>
        STATUSES.map((status) => ({ labels: { ...labelsOf(process), status }, value: Number(process.status === status) })),
      ),
    },
  ];
}

function single(
  name: string,
  type: "gauge" | "counter",
  help: string,
  value: (daemon: DaemonMetrics) => number,
): (typeof OF_DAEMON)[number] {
  const unit = ["seconds", "bytes"].find((known) => name.endsWith(`_${known}`));
  return [{ name, type, help, ...(unit !== undefined && { unit }) }, (daemon) => [{ labels: {}, value: value(daemon) }]];
}

function sampleOf(process: ProcessMetrics, value: number | null): Sample[] {
  return value === null ? [] : [{ labels: labelsOf(process), value }];
}

function labelsOf({ project, name, instance }: ProcessMetrics): Sample["labels"] {
  return { project, name, instance: String(instance) };
}
