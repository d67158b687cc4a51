import type { HistoryEntry } from "../../core/api/wire.ts";
import { isOwnName } from "../../core/config/own-processes.ts";
import { GhostError } from "../../core/errors/ghost-error.ts";
import { type Selectable, type SelectableGroup, selectProcesses } from "../../core/graph/select.ts";
import type { HistoryOf } from "./history-table.ts";

/** Changes that only follow from those before them. */
const STEPS: ReadonlySet<string> = new Set(["adopted", "spawned", "restarted"]);

/** Where the history is kept: the running daemon's store, or the table of one that was stopped. */
interface HistorySource {
  history(of: HistoryOf | null, limit: number, sinceMs: number, without: ReadonlySet<string>): HistoryEntry[];
}

const NOTHING: ReadonlySet<string> = new Set();

/** Which part of the history is wanted. */
export interface TimelineQuery {
  /** The newest so many. */
  readonly limit: number;
  /** From then on, in ms since 1970. */
  readonly sinceMs: number;
  /** Leaves steps out where all processes are told of: a crash-looper would push all else out. */
  readonly brief: boolean;
}

/** The one timeline of these instances, or (null) of everything, daemon included; oldest first. */
export function timelineOf(
  source: HistorySource,
  of: readonly HistoryOf[] | null,
  { limit, sinceMs, brief }: TimelineQuery,
): HistoryEntry[] {
  if (of === null) return source.history(null, limit, sinceMs, brief ? STEPS : NOTHING);
  // What runs in the foreground twice has one history.
  const once = new Map(of.map((process) => [nameOf(process), process]));
  const entries = [...once.values()].flatMap((process) => source.history(process, limit, sinceMs, NOTHING));
  return entries.sort((a, b) => a.seq - b.seq).slice(-limit);
}

/**
 * Whose history `names` mean: what is there, and where a name fits nothing of that, also what ran in the foreground or was deleted, as long as anything is kept of it
 * (`past`). Throws what `selectProcesses` throws.
 */
export function selectHistories(
  names: readonly string[],
  there: readonly (HistoryOf & Selectable)[],
  groups: readonly SelectableGroup[],
  past: () => readonly HistoryOf[],
): readonly HistoryOf[] {
  try {
    return selectProcesses(names, there, groups);
  } catch (error) {
    if (!(error instanceof GhostError) || error.code !== "NOT_FOUND") throw error;
    const known = new Set(there.map(nameOf));
    const gone = past().filter((process) => !known.has(nameOf(process)));
    return orElse(error, () => selectProcesses(names, [...there, ...gone.map((each) => ({ ...each, own: isOwnName(each) }))], groups));
  }
}

/** That nothing has such a name is said of what is there. */
function orElse<T>(first: GhostError, attempt: () => T): T {
  try {
    return attempt();
  } catch (error) {
    throw error instanceof GhostError && error.code === "NOT_FOUND" ? first : error;
  }
}

function nameOf({ project, name, instance }: HistoryOf): string {
  return `${project}/${name}:${instance}`;
}
