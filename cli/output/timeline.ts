import type { HistoryEntry, Status } from "../../core/api/wire.ts";
import type { Paint } from "./paint.ts";
import { formatMoment } from "./quantities.ts";
import { fullName, paintOfStatus } from "./status.ts";
import { cut, displayWidth, pad, tame } from "./width.ts";

/** A name's column is at most this wide. */
const NAME_CELLS_MAX = 40;
const CHANGE_CELLS = "unhealthy → unhealthy".length;

/** The lines of `ghost why`: time, name (if `named`), change, cause and what the cause knew; the oldest first. */
export function renderTimeline(
  entries: readonly HistoryEntry[],
  { columns, paint, named }: { columns: number; paint: Paint; named: boolean },
): string[] {
  const sorted = [...entries].sort((a, b) => a.seq - b.seq);
  const names = named ? sorted.map(nameOf) : [];
  const nameCells = Math.min(NAME_CELLS_MAX, Math.max(0, ...names.map(displayWidth)));
  return sorted.map((entry, index) => {
    const moment = formatMoment(new Date(entry.time));
    const name = named ? `  ${pad(cut(names[index] ?? "", nameCells), nameCells)}` : "";
    const change = changeOf(entry);
    const used = moment.length + (named ? nameCells + 2 : 0) + Math.max(displayWidth(change), CHANGE_CELLS) + 4;
    const cause = cut(causeOf(entry), columns - used);
    return `${paint.dim(moment)}${paint.bold(name)}  ${paintChange(entry, pad(change, CHANGE_CELLS), paint)}  ${cause}`.trimEnd();
  });
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
