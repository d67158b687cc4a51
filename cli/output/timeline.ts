import type { HistoryEntry, Status } from "../../core/api/wire.ts";
import type { Paint } from "./paint.ts";
import { formatMoment } from "./quantities.ts";
import { fullName, paintOfStatus } from "./status.ts";
import { cut, displayWidth, pad, tame } from "./width.ts";
import { wrapWords } from "./wrap.ts";

/** A name's column is at most this wide. */
const NAME_CELLS_MAX = 40;
const CHANGE_CELLS = "unhealthy → unhealthy".length;
/** A cause that does not fit is wrapped in its column while that has so many cells, else below its line: it is what was asked for, so it is never cut. */
const CAUSE_CELLS_MIN = 30;
const GAP = "  ";

/** The lines of `ghost why`: time, name (if `named`), change, cause and what the cause knew; the oldest first. */
export function renderTimeline(
  entries: readonly HistoryEntry[],
  { columns, paint, named }: { columns: number; paint: Paint; named: boolean },
): string[] {
  const sorted = [...entries].sort((a, b) => a.seq - b.seq);
  const names = named ? sorted.map(nameOf) : [];
  const nameCells = Math.min(NAME_CELLS_MAX, Math.max(0, ...names.map(displayWidth)));
  return sorted.flatMap((entry, index) => {
    const moment = formatMoment(new Date(entry.time));
    const name = named ? GAP + pad(cut(names[index] ?? "", nameCells), nameCells) : "";
    const change = pad(changeOf(entry), CHANGE_CELLS);
    const before = paint.dim(moment) + paint.bold(name) + GAP + paintChange(entry, change, paint);
    return withCause(before, displayWidth(moment + name + GAP + change + GAP), moment.length + GAP.length, causeOf(entry), columns);
  });
}

/** The cause behind its line, or below it, as far in as the moment is wide. */
function withCause(before: string, used: number, indent: number, cause: string, columns: number): string[] {
  const room = columns - used;
  const below = room < CAUSE_CELLS_MIN && displayWidth(cause) > room;
  const lines = wrapWords(cause, below ? columns - indent : room);
  const [first = "", ...rest] = below ? ["", ...lines] : lines;
  return [`${before}${GAP}${first}`.trimEnd(), ...rest.map((line) => " ".repeat(below ? indent : used) + line)];
}

function nameOf({ project, name, instance }: HistoryEntry): string {
  return project === null || name === null ? "daemon" : tame(fullName({ project, name, instance }));
}

function changeOf({ from, to }: HistoryEntry): string {
  if (to === null || from === to) return to ?? "";
  return from === null ? to : `${from} → ${to}`;
}

function paintChange({ to }: HistoryEntry, text: string, paint: Paint): string {
  return to === null ? text : paintOfStatus(to as Status, paint)(text);
}

/** The cause's phrase, and those of its facts that the phrase does not already tell. */
function causeOf({ cause }: HistoryEntry): string {
  const extra = Object.entries(cause.facts ?? {}).filter(([key, value]) => isTellable(key, value) && !cause.text.includes(String(value)));
  const facts = extra.map(([key, value]) => `${key} ${tame(String(value))}`).join(", ");
  return tame(cause.text) + (facts ? ` (${facts})` : "");
}

/** Milliseconds are for programs: the phrase says them in units that people read. */
function isTellable(key: string, value: unknown): boolean {
  return (typeof value === "string" && value !== "" && !value.includes("\n")) || (typeof value === "number" && !key.endsWith("Ms"));
}
