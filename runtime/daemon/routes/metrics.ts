import { appFamilies } from "../../../core/metrics/app-families.ts";
import { MEDIA_TYPES, renderMetrics } from "../../../core/metrics/exposition.ts";
import { metricFamilies } from "../../../core/metrics/families.ts";
import { chooseFormat } from "../../../core/metrics/negotiate.ts";
import type { DaemonMetrics, ProcessMetrics } from "../../../core/metrics/values.ts";
import type { Supervised } from "../../supervisor/supervised.ts";
import { countByStatus, viewOf } from "../../supervisor/views.ts";
import type { Call } from "../call.ts";
import type { Route } from "../http.ts";
import type { DaemonNode } from "../node.ts";
import { readNames } from "../query.ts";
import { select } from "./processes.ts";
import { runtimeName } from "./system.ts";

/** The latest values, as text for monitoring systems and as JSON. */
export function metricRoutes(node: DaemonNode): Route[] {
  return [
    { method: "GET", pattern: "/metrics", handle: (call) => exposition(node, call) },
    { method: "GET", pattern: "/v1/metrics", handle: (call) => values(node, call) },
  ];
}

async function exposition(node: DaemonNode, call: Call): Promise<void> {
  node.sampler.ensureFresh();
  const format = chooseFormat(call.headers.accept);
  const processes = node.supervisor.shown().map((process) => metricsOf(node, process));
  const families = [...metricFamilies(daemonMetrics(node), processes), ...appFamilies(await node.hub.appMetrics())];
  call.text(renderMetrics(families, format), MEDIA_TYPES[format]);
}

function values(node: DaemonNode, call: Call): void {
  const names = readNames(call.query, "names");
  const processes = names ? select(node, names) : node.supervisor.shown();
  node.sampler.ensureFresh();
  call.json(processes.map((process) => metricsOf(node, process)));
}

function metricsOf({ supervisor }: DaemonNode, process: Supervised): ProcessMetrics {
  const { project, name, instance, status, health, pid, crashLooping, restarts, startedAt, exitCode, ...view } = viewOf(
    supervisor,
    process,
  );
  const { cpuPercent, memoryBytes, privateBytes, threads } = view;
  const up = pid !== null;
  return {
    project,
    name,
    instance,
    status,
    health,
    up,
    crashLooping,
    restarts,
    cpuPercent,
    cpuSeconds: process.cpuSeconds,
    memoryBytes,
    privateBytes,
    threads,
    startedAt,
    uptimeSeconds: up && startedAt !== null ? Math.max(0, (Date.now() - Date.parse(startedAt)) / 1000) : null,
    lastExitCode: exitCode,
    probe: process.probe && { ok: process.probe.ok, latencySeconds: process.probe.latencyMs / 1000 },
  };
}

function daemonMetrics(node: DaemonNode): DaemonMetrics {
  const { store, pump } = node.supervisor.parts;
  const { total: _, ...processes } = countByStatus(node.supervisor);
  const { user, system } = process.cpuUsage();
  const { memoryBytes, privateBytes, threads } = node.ownUsage.look();
  const { movedBytes, droppedBytes, rotations, streams } = pump.stats();
  return {
    version: node.version,
    runtime: runtimeName(),
    startedAt: node.startedAt,
    processes,
    memoryBytes,
    privateBytes,
    threads,
    cpuSeconds: (user + system) / 1_000_000,
    log: { movedBytes, droppedBytes, rotations, streams },
    historyEntries: store.historyCount,
    stateSaved: store.problem === null,
    warnings: node.warnings().length,
    hooks: node.settings.hooks.counts(),
  };
}
