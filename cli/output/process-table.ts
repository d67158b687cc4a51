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
export function renderProcesses(
  processes: readonly ProcessView[],
  { columns, paint, now }: { columns: number; paint: Paint; now: number },
): string[] {
  const sorted = inOrder(processes);
  const grouped = spansProjects(sorted);
  const rows: (Cell[] | string)[] = [];
  let project: string | null = null;
  for (const process of sorted) {
    if (grouped && process.project !== project) rows.push(paint.bold(tame(process.project)));
    project = process.project;
    rows.push(rowOf(process, grouped ? "  " : "", paint, now));
  }
  return renderTable(COLUMNS, rows, columns, paint);
}

/** By project, name and instance. Sorted by keys, without a comparison of our own, because that is done for each pair. */
function inOrder(processes: readonly ProcessView[]): ProcessView[] {
  const byKey = new Map<string, ProcessView>();
  for (const process of processes)
    byKey.set(`${process.project}\0${process.name}\0${String(process.instance).padStart(6, "0")}\0${process.node}`, process);
  return [...byKey.keys()].sort().map((key) => byKey.get(key) as ProcessView);
}

function rowOf(process: ProcessView, indent: string, paint: Paint, now: number): Cell[] {
  const { pid, restarts, startedAt } = process;
  const name = process.instance > 0 ? `${process.name}:${process.instance}` : process.name;
  const head = [{ text: indent + name, paint: paint.bold }, statusCell(process, paint)];
  const restarted = { text: String(restarts), paint: restarts > 0 ? paint.yellow : paint.dim };
  const why = { text: whyOf(process, now), paint: process.status === "failed" ? paint.red : paint.dim };
  if (pid === null) {
    const none = { text: "-", paint: paint.dim };
    return [...head, none, none, restarted, none, none, why];
  }
  const uptime = startedAt === null ? "-" : formatDuration(now - Date.parse(startedAt));
  return [
    ...head,
    { text: String(pid) },
    { text: uptime },
    restarted,
    { text: formatPercent(process.cpuPercent) },
    { text: formatBytes(process.memoryBytes) },
    why,
  ];
}

/** What is awaited comes first, because the end may be cut off. */
function whyOf({ why, nextStartAt }: ProcessView, now: number): string {
  return nextStartAt === null ? why : `next start in ${formatDuration(Date.parse(nextStartAt) - now)}; ${why}`;
}

function statusCell({ status, crashLooping }: ProcessView, paint: Paint): Cell {
  return crashLooping ? { text: `${status}, crash-looping`, paint: paint.red } : { text: status, paint: paintOfStatus(status, paint) };
}

/** How long the process has been there, or null where it is not. */
export function uptimeOf({ pid, startedAt }: ProcessView, now: number): string | null {
  return pid === null || startedAt === null ? null : formatDuration(now - Date.parse(startedAt));
}
