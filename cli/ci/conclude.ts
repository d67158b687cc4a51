import { GhostError } from "../../core/errors/ghost-error.ts";
import type { CiOutcome } from "../../runtime/ci/run.ts";
import type { Context } from "../context.ts";
import { renderError } from "../output/errors.ts";
import { formatDuration } from "../output/quantities.ts";
import { writeFully } from "../output/stream.ts";
import { describeLeftover, describeVerdict } from "./words.ts";

/** The exit code of a failure that is not NAME's. */
export const CI_FAILURE = 125;
/** The exit code when the time was up. */
export const CI_TIMEOUT = 124;

/** Says at the end how it went: on standard error, or as the one JSON value. What failed is said with `--quiet`, too. */
export async function conclude(context: Context, outcome: CiOutcome, name: string, durationMs: number): Promise<void> {
  const { verdict, standing, leftovers } = outcome;
  const own = standing.find((view) => view.name === name);
  if (context.json) return context.printJson(asJson(outcome, name, durationMs));
  const paint = await context.messagePaint();
  const passed = verdict.kind === "ended" && verdict.code === 0 && leftovers.length === 0;
  if (passed) return context.say(`${paint.green("✓")} ${name} passed in ${formatDuration(durationMs)}`);
  const error = errorOf(outcome);
  const unrun = verdict.kind === "not-started" || verdict.kind === "broken";
  const how = unrun
    ? "was not run"
    : verdict.kind === "ended" && verdict.code === 0
      ? "ended with 0, but left processes running"
      : describeVerdict(verdict, own);
  const lines = [
    ...(error ? renderError(error, context.directory, paint, context.messages.isTerminal) : []),
    ...(leftovers.length > 0 ? [`${paint.red("error:")} left running, and ended now: ${leftovers.map(describeLeftover).join("; ")}`] : []),
    `${paint.red("✗")} ${name} ${how} (${formatDuration(durationMs)})`,
  ];
  writeFully(2, `${lines.join("\n")}\n`);
}

function errorOf({ verdict }: CiOutcome) {
  if (verdict.kind === "not-started") return verdict.error;
  if (verdict.kind !== "broken") return null;
  const { error } = verdict;
  return error instanceof GhostError
    ? error.body()
    : new GhostError("INTERNAL", `cannot go on, because of a mistake in Ghost itself: ${String(error)}`).body();
}

function asJson(outcome: CiOutcome, name: string, durationMs: number) {
  const { verdict, standing, leftovers } = outcome;
  const error = errorOf(outcome);
  return {
    ...(error && { error }),
    name,
    verdict: verdict.kind,
    exitCode: verdict.kind === "ended" ? verdict.code : null,
    durationMs,
    leftovers,
    processes: standing.map(({ name: process, instance, status, exitCode, exitSignal, startedAt, stoppedAt, why }) => ({
      name: process,
      instance,
      status,
      exitCode,
      exitSignal,
      startedAt,
      stoppedAt,
      why,
    })),
  };
}
