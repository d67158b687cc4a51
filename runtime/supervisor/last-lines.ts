import { maskValues } from "../../core/config/secrets.ts";
import { type LogMark, lastLines, markEnd } from "../logs/last-lines.ts";
import { logTargets } from "./run.ts";
import type { Supervised } from "./supervised.ts";
import type { Supervisor } from "./supervisor.ts";

/** Lines of a dead program that its error shows (contracts, "Errors read"). */
const LAST_LINES = 20;

/** How far the logs of a process went at some moment. */
export interface LogMarks {
  readonly out: LogMark;
  readonly err: LogMark;
}

/** Where the logs of a process end now, to tell later what was written since. */
export function markLogs(supervisor: Supervisor, process: Supervised): LogMarks {
  const [out, err] = logTargets(supervisor, process, null);
  return { out: markEnd(out.file), err: markEnd(err.file) };
}

/** The last lines that a process wrote (with `since` after these marks), secrets masked: of stderr, or of stdout when it wrote nothing there. */
export function lastLinesOf(supervisor: Supervisor, process: Supervised, since?: LogMarks): string[] {
  const [out, err] = logTargets(supervisor, process, null);
  const lines = lastLines(err.file, LAST_LINES, since?.err);
  const shown = lines.length > 0 ? lines : lastLines(out.file, LAST_LINES, since?.out);
  return shown.map((line) => maskValues(line, process.secretValues));
}
