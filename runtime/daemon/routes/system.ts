import type { ProcessView, SystemView } from "../../../core/api/wire.ts";
import { readPrivateBytes, readProcess } from "../../process/table.ts";
import { countByStatus, viewOf } from "../../supervisor/views.ts";
import type { Route } from "../http.ts";
import type { DaemonNode } from "../node.ts";

/** The daemon itself. */
export function systemRoutes(node: DaemonNode): Route[] {
  const meter = new CpuMeter();
  return [
    { method: "GET", pattern: "/v1/system", handle: (call) => call.json(systemView(node, meter)) },
    { method: "GET", pattern: "/v1/overview", handle: (call) => call.json({ system: systemView(node, meter), processes: listAll(node) }) },
    {
      method: "GET",
      pattern: "/v1/openapi.json",
      handle: async (call) => call.json((await import("../openapi.ts")).openApi(node.version)),
    },
    { method: "GET", pattern: "/healthz", handle: (call) => call.text("ok\n") },
  ];
}

function listAll(node: DaemonNode): ProcessView[] {
  node.sampler.ensureFresh();
  return [...node.supervisor.processes.values()].map((process) => viewOf(node.supervisor, process));
}

function systemView(node: DaemonNode, meter: CpuMeter): SystemView {
  const helperPids = node.helperPids();
  return {
    running: true,
    pid: process.pid,
    version: node.version,
    runtime: runtimeName(),
    home: node.home.root,
    socket: node.home.socket,
    startedAt: node.startedAt,
    helperPids,
    processes: countByStatus(node.supervisor),
    cpuPercent: meter.percent(),
    ...ownUsage(helperPids),
    http: node.settings.tcpDoor.address,
    warnings: node.warnings(),
    monitoring: node.sampler.monitoring,
    limits: node.supervisor.parts.limits.account(),
  };
}

/** What the daemon and its helpers use. */
export function ownUsage(helperPids: readonly number[]): { memoryBytes: number; privateBytes: number; threads: number } {
  const own = [process.pid, ...helperPids].map((pid) => readProcess(pid)).filter((entry) => entry !== undefined);
  return {
    memoryBytes: own.reduce((total, entry) => total + entry.residentBytes, 0),
    privateBytes: own.reduce((total, entry) => total + readPrivateBytes(entry.pid), 0),
    threads: own.reduce((total, entry) => total + entry.threads, 0),
  };
}

/** e.g. `Bun 1.4.5`. */
export function runtimeName(): string {
  const { bun, deno, node } = process.versions as Record<string, string | undefined>;
  if (bun) return `Bun ${bun}`;
  return deno ? `Deno ${deno}` : `Node ${node}`;
}

/** Looks that come closer than this share an answer, in ms. */
const METER_MS = 1000;

/** The daemon's own CPU use since the look before. */
class CpuMeter {
  private usage = process.cpuUsage();
  private atMs = performance.now() - process.uptime() * 1000;
  private last = 0;

  percent(): number {
    const nowMs = performance.now();
    if (nowMs - this.atMs < METER_MS) return this.last;
    const usage = process.cpuUsage();
    const usedMs = (usage.user + usage.system - this.usage.user - this.usage.system) / 1000;
    this.last = Math.round((usedMs / (nowMs - this.atMs)) * 1000) / 10;
    this.usage = usage;
    this.atMs = nowMs;
    return this.last;
  }
}
