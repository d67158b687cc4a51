import { isMeasured, type ProcessMetrics } from "../../core/metrics/values.ts";
import type { Paint } from "./paint.ts";
import { formatBytes, formatDuration, formatPercent } from "./quantities.ts";
import { fullName, paintOfStatus, spansProjects } from "./status.ts";
import { type Cell, type Column, renderTable } from "./table.ts";

const COLUMNS: readonly Column[] = [
  { title: "NAME", flexible: true },
  { title: "STATUS" },
  { title: "UPTIME", align: "right" },
  { title: "CPU", align: "right" },
  { title: "CPU TIME", align: "right", spare: 1 },
  { title: "MEM", align: "right" },
  { title: "PRIVATE", align: "right", spare: 3 },
  { title: "THREADS", align: "right", spare: 2 },
  { title: "RESTARTS", align: "right" },
  { title: "HEALTH" },
  { title: "PROBE", align: "right", spare: 5 },
  { title: "EXIT", align: "right", spare: 4 },
];

/** The lines of `ghost metrics`: one an instance, by name. Columns that find no room are left out, rather than cut. */
export function renderMetricsTable(values: readonly ProcessMetrics[], { columns, paint }: { columns: number; paint: Paint }): string[] {
  const named = spansProjects(values);
  const rows = values.map((each) => rowOf(each, named, paint));
  rows.sort(([a], [b]) => ((a?.text ?? "") < (b?.text ?? "") ? -1 : 1));
  return renderTable(COLUMNS, rows, columns, paint);
}

function rowOf(value: ProcessMetrics, named: boolean, paint: Paint): Cell[] {
  const none: Cell = { text: "-", paint: paint.dim };
  const whileUp = (text: string): Cell => (value.up && isMeasured(value) ? { text } : none);
  const known = <Value>(fact: Value | null, show: (fact: Value) => string): Cell => (fact === null ? none : { text: show(fact) });
  const name = fullName(value);
  return [
    { text: named ? name : name.slice(value.project.length + 1), paint: paint.bold },
    { text: value.status, paint: paintOfStatus(value.status, paint) },
    known(value.uptimeSeconds, (seconds) => formatDuration(seconds * 1000)),
    whileUp(formatPercent(value.cpuPercent)),
    { text: formatDuration(value.cpuSeconds * 1000) },
    whileUp(formatBytes(value.memoryBytes)),
    whileUp(formatBytes(value.privateBytes)),
    whileUp(String(value.threads)),
    { text: String(value.restarts), paint: value.restarts > 0 ? paint.yellow : paint.dim },
    value.health === "none" ? none : { text: value.health, paint: value.health === "unhealthy" ? paint.red : undefined },
    known(value.probe, ({ latencySeconds }) => formatDuration(latencySeconds * 1000)),
    known(value.lastExitCode, String),
  ];
}
