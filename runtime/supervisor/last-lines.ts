import { maskValues } from "../../core/config/secrets.ts";
import { lastLines } from "../logs/last-lines.ts";
import { logTargets } from "./run.ts";
import type { Supervised } from "./supervised.ts";
import type { Supervisor } from "./supervisor.ts";

/** Lines of a dead program that its error shows (contracts, "Errors read"). */
const LAST_LINES = 20;

/** The last lines that a process wrote, secrets masked: of stderr, or of stdout when it wrote nothing there. */
export function lastLinesOf(supervisor: Supervisor, process: Supervised): string[] {
  const [out, err] = logTargets(supervisor, process, null);
  const lines = lastLines(err.file, LAST_LINES);
  const shown = lines.length > 0 ? lines : lastLines(out.file, LAST_LINES);
  return shown.map((line) => maskValues(line, process.secretValues));
}
