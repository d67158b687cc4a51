import type { HistoryEntry } from "../../core/api/wire.ts";
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
  const entries = of.flatMap((process) => source.history(process, limit, sinceMs, NOTHING));
  return entries.sort((a, b) => a.seq - b.seq).slice(-limit);
}
