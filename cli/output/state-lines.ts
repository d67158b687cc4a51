import type { HistoryEntry } from "../../core/api/wire.ts";
import { labelOf } from "./log-lines.ts";
import type { Paint } from "./paint.ts";
import { paintOfStatus } from "./status.ts";
import { pad, tame } from "./width.ts";

/** Between the name and what happened to it, where log lines have `│` or, from standard error, `!`. */
const MARK = "─";

/** A change of state between log lines: `api ─ exited with code 3; restarts in 100ms`; null for what nobody needs to know. Of the daemon itself under the name `ghost`. */
export function renderStateLine(entry: HistoryEntry, nameCells: number, paint: Paint): string | null {
  const text = describe(entry);
  if (text === null) return null;
  const label =
    entry.name === null ? "ghost" : labelOf({ project: entry.project ?? "", name: entry.name, instance: entry.instance }, false);
  const colour = entry.to === null ? paint.dim : paintOfStatus(entry.to as Parameters<typeof paintOfStatus>[0], paint);
  return `${paint.dim(`${pad(label, nameCells)} ${MARK}`)} ${colour(tame(text))}`;
}

/** Where nothing of the process runs any more. */
const ENDS: ReadonlySet<string> = new Set(["stopped", "exited", "failed", "backoff"]);

/** A start or an end, between log lines that are followed: `── api started (pid 812) ──`; null for every other change. */
export function renderMark(entry: HistoryEntry, label: string, paint: Paint): string | null {
  const { from, to, cause } = entry;
  const started = cause.kind === "spawned";
  // A restart goes from one run to the next without a rest in between.
  const ended = to !== null && from !== null && from !== "waiting" && !ENDS.has(from) && (ENDS.has(to) || from === "stopping");
  const text = started ? describe(entry) : ended ? cause.text : null;
  return text === null ? null : paint.dim(`── ${label} ${tame(text)} ──`);
}

/** Beginnings that the word of the run follows at once. */
const BEGINNINGS: ReadonlySet<string> = new Set(["start", "dependencies-met", "restarted", "schedule", "trigger", "armed"]);

function describe({ from, to, cause }: HistoryEntry): string | null {
  // The word that it is stopped follows.
  if (to === "stopping" && cause.kind === "stop") return null;
  // What is at rest was told to stay so.
  if (cause.kind === "stop" && (from === to || from === "failed")) return null;
  if (cause.kind === "spawned") return `started (pid ${cause.facts?.pid ?? "?"})`;
  return to === "starting" && BEGINNINGS.has(cause.kind) ? null : cause.text;
}
