import type { ProcessDetail, RunResult } from "../../core/api/wire.ts";
import { quoteWord } from "../../core/config/command-line.ts";
import type { Paint } from "./paint.ts";
import { uptimeOf } from "./process-table.ts";
import { count, formatBytes, formatDuration, formatMoment, formatPercent } from "./quantities.ts";
import { fullName, paintOfStatus } from "./status.ts";
import { renderTable } from "./table.ts";
import { renderTimeline } from "./timeline.ts";
import { tame } from "./width.ts";
import { hang } from "./wrap.ts";

/** Cells of the column with the names of the facts. */
const LABEL_CELLS = 11;
/** Of the runs of a one-shot so many are shown; `--json` has all that are kept. */
const RUNS_SHOWN = 5;

/** The full account that `ghost status NAME` gives of one process. */
export function renderAccount(process: ProcessDetail, { columns, paint, now }: { columns: number; paint: Paint; now: number }): string[] {
  const state = paintOfStatus(process.status, paint)(process.status) + (process.crashLooping ? paint.red(" (crash-looping)") : "");
  const facts = factsOf(process, now).filter((fact): fact is [string, string] => fact[1] !== null);
  const lines = facts.flatMap(([label, value]) => hang(`  ${paint.dim(label.padEnd(LABEL_CELLS))}`, LABEL_CELLS + 2, value, columns));
  const history = renderTimeline(process.history, { columns: columns - 2, paint, named: false }).map((line) => `  ${line}`);
  const runs = renderRuns(process, columns - 2, paint).map((line) => `  ${line}`);
  return [
    `${paint.bold(fullName(process))}  ${state}`,
    ...lines,
    ...runs,
    ...(history.length > 0 ? [`  ${paint.dim("history")}`, ...history] : []),
  ];
}

function factsOf(process: ProcessDetail, now: number): [string, string | null][] {
  return [
    ["why", tame(process.why)],
    ["desired", process.desired === "up" ? null : "down"],
    ["health", process.health === "none" ? null : process.health],
    ["app", appOf(process)],
    ...checksOf(process),
    ["waits for", process.waitingFor.length > 0 ? process.waitingFor.join(", ") : null],
    ["pid", process.pid === null ? null : String(process.pid)],
    ["up", upFor(process, now)],
    ["schedule", scheduleOf(process)],
    ["next start", nextStart(process, now)],
    ["last exit", lastExit(process)],
    ["stopped", process.pid === null && process.stoppedAt !== null ? formatMoment(new Date(process.stoppedAt)) : null],
    ["usage", process.pid === null ? null : usageOf(process)],
    ["restarts", `${process.restarts} (policy: ${process.restartPolicy})`],
    ["ports", portsOf(process)],
    ["command", tame(process.command.map(quoteWord).join(" "))],
    ["folder", process.workingDirectory],
    ["source", process.source === null ? null : process.source + (process.line === null ? "" : `:${process.line}`)],
    ["logs", process.logs.out],
    ["", process.logs.err],
    ...process.tree.map(({ pid, command }, index): [string, string] => [index === 0 ? "tree" : "", `${pid} ${tame(command)}`]),
  ];
}

function appOf({ app }: ProcessDetail): string | null {
  if (!app) return null;
  const version = app.version === null ? "" : ` ${app.version}`;
  const about = !app.description ? "" : `, ${app.description.split("\n")[0]}`;
  return tame(`${app.name}${version} (${app.mode})${about}`);
}

/** What the app's own checks said with its last beat. */
function checksOf({ app }: ProcessDetail): [string, string | null][] {
  const checks = Object.entries(app?.health?.checks ?? {});
  return checks.map(([name, { status, ms, error }], index) => {
    const took = ms === undefined ? "" : ` (${Math.round(ms)} ms)`;
    return [index === 0 ? "checks" : "", tame(`${name} ${status}${took}${error ? `: ${error}` : ""}`)];
  });
}

/** How the last runs of a one-shot ended; nothing for a service. */
function renderRuns({ results }: ProcessDetail, columns: number, paint: Paint): string[] {
  if (results.length === 0) return [];
  const head = [{ title: "last runs" }, { title: "ended" }, { title: "took", align: "right" as const }, { title: "by", flexible: true }];
  const rows = results
    .slice(0, RUNS_SHOWN)
    .map((run) => [
      { text: outcomeOf(run), paint: run.ok ? paint.green : paint.red },
      { text: formatMoment(new Date(run.endedAt)) },
      { text: run.startedAt === null ? "" : formatDuration(Date.parse(run.endedAt) - Date.parse(run.startedAt)) },
      { text: run.by },
    ]);
  return renderTable(head, rows, columns, paint);
}

function outcomeOf({ ok, exitCode, exitSignal, startedAt }: RunResult): string {
  if (exitSignal !== null) return exitSignal;
  if (exitCode !== null) return ok ? "ok" : `code ${exitCode}`;
  return startedAt === null ? "not started" : "unknown";
}

function portsOf({ ports }: ProcessDetail): string | null {
  const all = Object.entries(ports).map(([name, port]) => `${name} ${port}`);
  return all.length > 0 ? all.join(", ") : null;
}

function upFor(process: ProcessDetail, now: number): string | null {
  const span = uptimeOf(process, now);
  return span === null || process.startedAt === null ? null : `${span}, since ${formatMoment(new Date(process.startedAt))}`;
}

/** A daemon of an older version does not tell it. */
function scheduleOf({ schedule }: ProcessDetail): string | null {
  return schedule ? `${schedule.cron} (${schedule.timezone ?? "the daemon's time zone"})` : null;
}

function nextStart({ nextStartAt }: ProcessDetail, now: number): string | null {
  return nextStartAt === null ? null : `in ${formatDuration(Date.parse(nextStartAt) - now)}`;
}

function lastExit({ exitCode, exitSignal, exitKnown, stoppedAt }: ProcessDetail): string | null {
  if (!exitKnown) return "unknown: it ended while no daemon was there to see how";
  if (exitSignal !== null) return `by ${exitSignal}`;
  return exitCode === null || stoppedAt === null ? null : `code ${exitCode}`;
}

function usageOf({ cpuPercent, memoryBytes, privateBytes, threads }: ProcessDetail): string {
  if (threads === 0) return "not measured";
  return `${formatPercent(cpuPercent)} cpu, ${formatBytes(memoryBytes)} memory (${formatBytes(privateBytes)} private), ${count(threads, "thread")}`;
}
