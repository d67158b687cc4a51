import type { ProcessView } from "../../core/api/wire.ts";
import type { Paint } from "./paint.ts";
import { formatBytes, formatDuration, formatPercent } from "./quantities.ts";
import { paintOfStatus, spansProjects } from "./status.ts";
import { type Cell, type Column, renderTable } from "./table.ts";
import { tame } from "./width.ts";

const COLUMNS: readonly Column[] = [
  { title: "NAME" },
  { title: "STATUS" },
  { title: "PID", align: "right" },
  { title: "UPTIME", align: "right" },
  { title: "RESTARTS", align: "right" },
  { title: "CPU", align: "right" },
  { title: "MEM", align: "right" },
  { title: "WHY", flexible: true },
];

/** The lines of `ghost list`: one a process, by name; under a line with the project's name where there are several projects. */
export function renderProcesses(processes: readonly ProcessView[], { columns, paint, now }: { columns: number; paint: Paint; now: number }): string[] {
  const sorted = [...processes].sort((a, b) => compare(a.project, b.project) || compare(a.name, b.name) || a.instance - b.instance);
  const grouped = spansProjects(sorted);
  const rows: (Cell[] | string)[] = [];
  for (const [index, process] of sorted.entries()) {
    if (grouped && process.project !== sorted[index - 1]?.project) rows.push(paint.bold(tame(process.project)));
    rows.push(rowOf(process, grouped ? "  " : "", paint, now));
  }
  return renderTable(COLUMNS, rows, columns, paint);
}

function rowOf(process: ProcessView, indent: string, paint: Paint, now: number): Cell[] {
  const { pid, restarts, cpuPercent, memoryBytes } = process;
  const alive = pid !== null;
  const name = process.instance > 0 ? `${process.name}:${process.instance}` : process.name;
  return [
    { text: indent + tame(name), paint: paint.bold },
    statusCell(process, paint),
    { text: alive ? String(pid) : "-", paint: alive ? undefined : paint.dim },
    { text: uptimeOf(process, now) ?? "-", paint: alive ? undefined : paint.dim },
    { text: String(restarts), paint: restarts > 0 ? paint.yellow : paint.dim },
    { text: alive ? formatPercent(cpuPercent) : "-", paint: alive ? undefined : paint.dim },
    { text: alive ? formatBytes(memoryBytes) : "-", paint: alive ? undefined : paint.dim },
    { text: tame(process.why), paint: process.status === "failed" ? paint.red : paint.dim },
  ];
}

function statusCell({ status, crashLooping }: ProcessView, paint: Paint): Cell {
  return crashLooping ? { text: `${status}, crash-looping`, paint: paint.red } : { text: status, paint: paintOfStatus(status, paint) };
}

/** How long the process has been there, or null where it is not. */
export function uptimeOf({ pid, startedAt }: ProcessView, now: number): string | null {
  return pid === null || startedAt === null ? null : formatDuration(now - Date.parse(startedAt));
}

/** By code units: a fixed order that does not load the collation tables. */
function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
