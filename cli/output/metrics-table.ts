import { isMeasured, type ProcessMetrics } from "../../core/metrics/values.ts";
import type { Paint } from "./paint.ts";
import { formatBytes, formatDuration, formatPercent } from "./quantities.ts";
import { fullName, paintOfStatus, spansProjects } from "./status.ts";
import { type Cell, type Column, renderTable, TABLE_GAP_CELLS } from "./table.ts";
import { displayWidth } from "./width.ts";

const COLUMNS: readonly Column[] = [
  { title: "NAME", flexible: true },
  { title: "STATUS" },
  { title: "UPTIME", align: "right" },
  { title: "CPU", align: "right" },
  { title: "CPU TIME", align: "right" },
  { title: "MEM", align: "right" },
  { title: "PRIVATE", align: "right" },
  { title: "THREADS", align: "right" },
  { title: "RESTARTS", align: "right" },
  { title: "HEALTH" },
  { title: "PROBE", align: "right" },
  { title: "EXIT", align: "right" },
];

/** What a narrow terminal goes without, the first first. */
const SPARE_TITLES: readonly string[] = ["CPU TIME", "THREADS", "PRIVATE", "EXIT", "PROBE"];

/** The lines of `ghost metrics`: one an instance, by name. Columns that find no room are left out, rather than cut. */
export function renderMetricsTable(values: readonly ProcessMetrics[], { columns, paint }: { columns: number; paint: Paint }): string[] {
  const named = spansProjects(values);
  const rows = values.map((each) => rowOf(each, named, paint));
  rows.sort(([a], [b]) => ((a?.text ?? "") < (b?.text ?? "") ? -1 : 1));
  let kept = COLUMNS.map((_, index) => index);
  for (const title of SPARE_TITLES) {
    if (widthOf(kept, rows) <= columns) break;
    kept = kept.filter((index) => COLUMNS[index]?.title !== title);
  }
  const chosen = rows.map((row) => kept.map((index) => row[index] as Cell));
  return renderTable(
    kept.map((index) => COLUMNS[index] as Column),
    chosen,
    columns,
    paint,
  );
}

/** Cells of the widest line that these columns make. */
function widthOf(kept: readonly number[], rows: readonly (readonly Cell[])[]): number {
  const widths = kept.map((index) =>
    Math.max(COLUMNS[index]?.title.length ?? 0, ...rows.map((row) => displayWidth(row[index]?.text ?? ""))),
  );
  return widths.reduce((sum, width) => sum + width, TABLE_GAP_CELLS * (widths.length - 1));
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
