import type { ProcessView } from "../../core/api/wire.ts";
import { type Paint, plain, same } from "./paint.ts";
import { formatBytes, formatDuration, formatPercent } from "./quantities.ts";
import { paintOfStatus, spansProjects } from "./status.ts";
import { type Cell, type Column, renderTable, renderTexts } from "./table.ts";
import { tame } from "./width.ts";

/** A cause that is cut off earlier tells nothing. */
const WHY_CELLS_WANTED = 30;

/** What is spare goes by what helps least when something is broken: every command takes a name for a pid, and use is of this moment only. */
const COLUMNS: readonly Column[] = [
  { title: "NAME" },
  { title: "STATUS" },
  { title: "PID", align: "right", spare: 1 },
  { title: "UPTIME", align: "right", spare: 4 },
  { title: "RESTARTS", align: "right", spare: 5 },
  { title: "CPU", align: "right", spare: 2 },
  { title: "MEM", align: "right", spare: 3 },
  { title: "WHY", flexible: true, cellsWanted: WHY_CELLS_WANTED },
];

/** The lines of `ghost list`: one a process, by name; under a line with the project's name where there are several projects. */
export function renderProcesses(
  processes: readonly ProcessView[],
  { columns, paint, now }: { columns: number; paint: Paint; now: number },
): string[] {
  const sorted = inOrder(processes);
  const projects = projectLines(sorted, paint);
  const texts = textsOf(sorted, projects.size > 0 ? "  " : "", now);
  const plainly = paint === plain && columns === Number.POSITIVE_INFINITY ? renderTexts(COLUMNS, texts, projects) : null;
  return plainly ?? renderTable(COLUMNS, paintedRows(sorted, texts, projects, paint), columns, paint);
}

/** By project, name and instance, what somebody runs in the foreground last. Sorted by keys, without a comparison of our own, because that is done for each pair. */
function inOrder(processes: readonly ProcessView[]): ProcessView[] {
  const byKey = new Map<string, ProcessView>();
  for (const process of processes) {
    const run = process.foreground ? `${process.startedAt} ${process.id}` : "";
    byKey.set(`${process.project}\0${process.name}\0${String(process.instance).padStart(6, "0")}\0${process.node}\0${run}`, process);
  }
  return [...byKey.keys()].sort().map((key) => byKey.get(key) as ProcessView);
}

/** The line with a project's name, by the number of its first row; none where there is one project only. */
function projectLines(sorted: readonly ProcessView[], paint: Paint): Map<number, string> {
  const lines = new Map<number, string>();
  if (!spansProjects(sorted)) return lines;
  for (const [row, { project }] of sorted.entries()) if (project !== sorted[row - 1]?.project) lines.set(row, paint.bold(tame(project)));
  return lines;
}

/** All cells' texts, by column. One loop without functions of its own: see `renderTexts`. */
function textsOf(sorted: readonly ProcessView[], indent: string, now: number): string[][] {
  const texts: string[][] = COLUMNS.map(() => []);
  const [names, statuses, pids, uptimes, restarts, cpu, memory, whys] = texts as [
    string[],
    string[],
    string[],
    string[],
    string[],
    string[],
    string[],
    string[],
  ];
  for (const process of sorted) {
    const { pid, startedAt, instance } = process;
    names.push(indent + (instance > 0 ? `${process.name}:${instance}` : process.name));
    const { status } = process;
    // One word: whether it just runs, falls or waits, the other cells tell.
    if (process.crashLooping && status !== "failed") statuses.push("crash-looping");
    // It rests until its time. That the last run failed, somebody needs to see.
    else if (process.nextStartAt !== null && (status === "stopped" || status === "exited")) statuses.push("scheduled");
    else statuses.push(status);
    pids.push(pid === null ? "-" : String(pid));
    uptimes.push(pid === null || startedAt === null ? "-" : formatDuration(now - Date.parse(startedAt)));
    restarts.push(String(process.restarts));
    // What runs has a thread at least, unless nobody looked (`monitoring.enabled: false`).
    const measured = pid !== null && process.threads > 0;
    cpu.push(measured ? formatPercent(process.cpuPercent) : "-");
    memory.push(measured ? formatBytes(process.memoryBytes) : "-");
    whys.push(whyOf(process, now));
  }
  return texts;
}

function paintedRows(
  sorted: readonly ProcessView[],
  texts: readonly (readonly string[])[],
  projects: ReadonlyMap<number, string>,
  paint: Paint,
): (Cell[] | string)[] {
  const rows: (Cell[] | string)[] = [];
  for (const [row, process] of sorted.entries()) {
    const line = projects.get(row);
    if (line !== undefined) rows.push(line);
    const paints = paintsOf(process, paint);
    rows.push(texts.map((cells, column) => ({ text: cells[row] ?? "", paint: paints[column] })));
  }
  return rows;
}

/** The colours of a row's cells, in the order of the columns. */
function paintsOf({ pid, status, restarts, crashLooping, nextStartAt }: ProcessView, paint: Paint): Paint["bold"][] {
  const armed = nextStartAt !== null && status === "stopped";
  const atRest = pid === null ? paint.dim : same;
  return [
    paint.bold,
    crashLooping ? paint.red : paintOfStatus(armed ? "exited" : status, paint),
    atRest,
    atRest,
    restarts > 0 ? paint.yellow : paint.dim,
    atRest,
    atRest,
    status === "failed" ? paint.red : paint.dim,
  ];
}

/** What is awaited comes first, because the end may be cut off. */
function whyOf({ why, nextStartAt }: ProcessView, now: number): string {
  return nextStartAt === null ? why : `next start in ${formatDuration(Date.parse(nextStartAt) - now)}; ${why}`;
}

/** How long the process has been there, or null where it is not. */
export function uptimeOf({ pid, startedAt }: ProcessView, now: number): string | null {
  return pid === null || startedAt === null ? null : formatDuration(now - Date.parse(startedAt));
}
