import type { ProcessView } from "../../core/api/wire.ts";
import type { Manifest } from "../../core/config/definition.ts";
import { maskValues } from "../../core/config/secrets.ts";
import { type ErrorBody, GhostError } from "../../core/errors/ghost-error.ts";
import { lastLines } from "../logs/last-lines.ts";

/** Lines of a program that an error shows (contracts, "Errors read"). */
const LAST_LINES = 20;

/** The last lines that a process wrote, secrets masked: of stderr, or of stdout when it wrote nothing there. */
export function lastLinesOf({ logs }: ProcessView, { secrets }: Manifest): string[] {
  const lines = lastLines(logs.err, LAST_LINES);
  return (lines.length > 0 ? lines : lastLines(logs.out, LAST_LINES)).map((line) => maskValues(line, Object.values(secrets)));
}

/** Why what needs `view` cannot begin. */
export function whyNotStarted(view: ProcessView, manifest: Manifest): ErrorBody {
  const how = view.crashLooping && view.status !== "failed" ? "it keeps falling over: " : "";
  return new GhostError("START_FAILED", `cannot start ${view.name}: ${how}${view.why}`, {
    details: { lastLines: lastLinesOf(view, manifest) },
  }).body();
}
