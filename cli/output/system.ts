import type { SystemView } from "../../core/api/wire.ts";
import type { Paint } from "./paint.ts";
import { count, formatBytes, formatDuration, formatPercent } from "./quantities.ts";
import { paintOfStatus } from "./status.ts";

const SHOWN_IN_SUMMARY = ["running", "unhealthy", "starting", "waiting", "backoff", "stopping", "failed", "exited", "stopped"] as const;

/** One line about the daemon: `daemon running (pid 812, version 0.1.0), up 2h 5m, 0.1% cpu, 40.0MB`. */
export function renderDaemonLine({ pid, version, startedAt, cpuPercent, memoryBytes }: SystemView, paint: Paint, now: number): string {
  const up = formatDuration(now - Date.parse(startedAt));
  return `${paint.bold("daemon")} ${paint.green("running")} (pid ${pid}, version ${version}), up ${up}, ${formatPercent(cpuPercent)} cpu, ${formatBytes(memoryBytes)}`;
}

/** One line about all processes: `5 processes: 3 running, 2 stopped`. */
export function renderCounts({ processes }: SystemView, paint: Paint): string {
  const parts = SHOWN_IN_SUMMARY.filter((status) => (processes[status] ?? 0) > 0).map((status) =>
    paintOfStatus(status, paint)(`${processes[status]} ${status}`),
  );
  return count(processes.total, "process", "processes") + (parts.length > 0 ? `: ${parts.join(", ")}` : "");
}
