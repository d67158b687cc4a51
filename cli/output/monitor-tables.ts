import type { ProcessView, SystemView } from "../../core/api/wire.ts";
import { type BoxRow, renderBox } from "./box.ts";
import type { Paint } from "./paint.ts";
import { count, formatBytes, formatClock, formatDuration, formatPercent } from "./quantities.ts";
import { fullName, paintOfStatus, spansProjects } from "./status.ts";
import type { Cell } from "./table.ts";

interface View {
  readonly columns: number;
  readonly paint: Paint;
  /** Milliseconds since 1970. */
  readonly now: number;
}

/** The three tables of `ghost monitor`: the system, the services (the daemon among them) and the one-shot applications, if there are any. */
export function renderMonitor(system: SystemView, processes: readonly ProcessView[], view: View): string[] {
  const services = processes.filter(({ type }) => type === "service");
  const oneshots = processes.filter(({ type }) => type === "oneshot");
  const named = spansProjects(processes);
  return [
    ...renderBox("System Status", ["Component", "Status", "Info"], systemRows(system, services.length, oneshots.length, view), {
      ruled: false,
      ...view,
    }),
    ...renderBox(
      "Services",
      ["Service", "Status", "Started", "Stopped", "Resource Usage", "Actions"],
      [...services.map((each) => serviceRow(each, named, view)), daemonRow(system, view)],
      { ruled: true, ...view },
    ),
    ...(oneshots.length > 0 ? renderApps(oneshots, named, view) : []),
  ];
}

function renderApps(oneshots: readonly ProcessView[], named: boolean, view: View): string[] {
  return renderBox(
    "One-Shot Applications",
    ["App", "Status", "Started", "Completed", "Resource Usage"],
    oneshots.map((each) => appRow(each, named, view)),
    { ruled: true, ...view },
  );
}

function systemRows(system: SystemView, services: number, oneshots: number, { now }: View): BoxRow[] {
  const up = formatDuration(now - Date.parse(system.startedAt));
  return [
    row("CPU", formatPercent(system.cpuPercent), `Threads: ${system.threads}`),
    row("Memory", formatBytes(system.memoryBytes), `Private: ${formatBytes(system.privateBytes)}`),
    row("Runtime", system.runtime, `Ghost ${system.version}, up ${up}`),
    row("Monitoring", count(services + oneshots, "process", "processes"), `Services: ${services}, One-shot: ${oneshots}`),
  ];
}

function serviceRow(process: ProcessView, named: boolean, { paint, now }: View): BoxRow {
  return [...stateCells(process, named, paint, now), usageCells(process), actionsOf(process).map((text) => ({ text, paint: paint.dim }))];
}

function appRow(process: ProcessView, named: boolean, { paint, now }: View): BoxRow {
  return [...stateCells(process, named, paint, now), usageCells(process)];
}

function daemonRow({ startedAt, cpuPercent, memoryBytes }: SystemView, { paint, now }: View): BoxRow {
  return [
    [{ text: "ghost-father" }],
    [{ text: "Running", paint: paint.green }],
    [{ text: timeOf(startedAt, now) }],
    [],
    usageCells({ cpuPercent, memoryBytes }),
    [],
  ];
}

function stateCells(process: ProcessView, named: boolean, paint: Paint, now: number): BoxRow {
  const full = fullName(process);
  const name = named ? full : full.slice(process.project.length + 1);
  const status = process.status.charAt(0).toUpperCase() + process.status.slice(1);
  const stopped = process.pid === null ? timeOf(process.stoppedAt, now) : "";
  return [
    [{ text: name }],
    [{ text: status, paint: paintOfStatus(process.status, paint) }],
    [{ text: timeOf(process.startedAt, now) }],
    [{ text: stopped }],
  ];
}

function usageCells({ cpuPercent, memoryBytes }: Pick<ProcessView, "cpuPercent" | "memoryBytes">): Cell[] {
  return [{ text: `CPU: ${formatPercent(cpuPercent)}` }, { text: `MEM: ${memoryBytes === 0 ? "0.0MB" : formatBytes(memoryBytes)}` }];
}

/** What `ghost VERB NAME` can do for it now. */
function actionsOf({ status }: ProcessView): string[] {
  return status === "stopped" || status === "failed" || status === "exited" ? ["start"] : ["restart", "stop"];
}

const DAY_MS = 24 * 60 * 60 * 1000;

/** The time of day, with the date where it is more than a day ago. */
function timeOf(iso: string | null, now: number): string {
  if (iso === null) return "";
  const date = new Date(iso);
  const clock = formatClock(date);
  return now - date.getTime() < DAY_MS ? clock : `${date.getMonth() + 1}/${date.getDate()} ${clock}`;
}

function row(...texts: readonly string[]): BoxRow {
  return texts.map((text) => [{ text }]);
}
