import type { ProcessView } from "../../core/api/wire.ts";
import { GhostError } from "../../core/errors/ghost-error.ts";
import type { CiOutcome, Verdict } from "../../runtime/ci/run.ts";

/** What became of NAME, as a phrase that follows its name: `exited with code 3`. */
export function describeVerdict(verdict: Verdict, view: Pick<ProcessView, "exitSignal"> | undefined): string {
  switch (verdict.kind) {
    case "ended":
      if (verdict.code === null) return "ended, and nobody could tell how";
      return view?.exitSignal ? `was killed by ${view.exitSignal}` : verdict.code === 0 ? "passed" : `exited with code ${verdict.code}`;
    case "not-started":
      return `was not run: ${verdict.error.message}`;
    case "timed-out":
      return "was not done when the time was up";
    case "interrupted":
      return "was interrupted";
    case "broken":
      return `could not be run: ${verdict.error instanceof GhostError ? verdict.error.message : String(verdict.error)}`;
    default:
      return verdict satisfies never;
  }
}

/** One process that was still there: `pid 812 (sleep 1000), of test`. */
export function describeLeftover({ pid, command, from }: CiOutcome["leftovers"][number]): string {
  return `${pid > 0 ? `pid ${pid} (${command})` : command}${from === null ? "" : `, of ${from}`}`;
}
