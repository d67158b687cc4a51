import type { ProcessView } from "../core/api/wire.ts";

/** Verbs that do something only to what runs, or is about to. */
const OF_RUNNING: ReadonlySet<string> = new Set(["stop", "restart", "reload", "signal"]);

/** Those of the processes to which a verb may do something; all, where it may do it to each. */
export function offerFor(verb: string, processes: readonly ProcessView[]): readonly ProcessView[] {
  if (OF_RUNNING.has(verb)) return processes.filter(({ pid, desired }) => pid !== null || desired === "up");
  if (verb === "start") return processes.filter(({ pid }) => pid === null);
  return verb === "trigger" ? processes.filter(({ type }) => type === "oneshot") : processes;
}
