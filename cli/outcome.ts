import type { ActionResult } from "../core/api/wire.ts";
import { catalogue } from "../core/errors/catalogue.ts";
import type { ErrorBody } from "../core/errors/ghost-error.ts";
import type { Context } from "./context.ts";
import { renderError } from "./output/errors.ts";
import { plain } from "./output/paint.ts";
import { renderCounter, renderResult, renderTally } from "./output/progress.ts";
import { count } from "./output/quantities.ts";
import { writeFully } from "./output/stream.ts";

/** With more processes than this a terminal shows a counter instead of a line each. */
const LINES_MAX = 12;
/** Of more failures than this only the first are told in full; the others are one line each. */
const FAILURES_IN_FULL_MAX = 3;
const CLEAR_LINE = "\r\u001b[K";

/** How to tell about an action while it runs. */
export interface Reporting {
  /** e.g. `starting`. */
  readonly doing: string;
  /** How many outcomes will come, where it is known. */
  readonly total: number | null;
  /** Goes into the JSON value beside the results, e.g. the changes of `register`. */
  readonly extra?: Readonly<Record<string, unknown>>;
  /** True: no outcome at all is nothing to speak of. Default false. */
  readonly quietWhenEmpty?: boolean;
}

/** Shows outcomes as they happen and, at the end, what stands; gives the exit code. */
export async function reportResults(context: Context, stream: AsyncIterable<ActionResult>, reporting: Reporting): Promise<number> {
  const results = await watch(context, stream, reporting);
  const failed = results.filter(({ ok }) => !ok);
  const error = failed.length > 0 ? summarize(failed, results.length) : null;
  if (context.json) context.printJson(error || reporting.extra ? { ...(error && { error }), ...reporting.extra, results } : results);
  else await conclude(context, results, failed, reporting.quietWhenEmpty ?? false);
  return error ? catalogue[error.code].exit : 0;
}

async function watch(context: Context, stream: AsyncIterable<ActionResult>, { doing, total }: Reporting): Promise<ActionResult[]> {
  const spoken = !context.json && !context.quiet;
  const paint = spoken ? await context.messagePaint() : plain;
  const live = spoken && context.messages.isTerminal;
  const counter = (done: number, failures: number): void =>
    live ? writeFully(2, CLEAR_LINE + renderCounter(doing, done, total, failures, paint)) : undefined;
  const clear = (): void => (live ? writeFully(2, CLEAR_LINE) : undefined);
  const results: ActionResult[] = [];
  let failures = 0;
  counter(0, 0);
  try {
    for await (const result of stream) {
      results.push(result);
      if (!result.ok) failures += 1;
      clear();
      if (result.ok && (!live || total === null || total <= LINES_MAX)) context.say(renderResult(result, paint));
      counter(results.length, failures);
    }
  } finally {
    clear();
  }
  return results;
}

async function conclude(
  context: Context,
  results: readonly ActionResult[],
  failed: readonly ActionResult[],
  quietWhenEmpty: boolean,
): Promise<void> {
  const paint = await context.messagePaint();
  if (results.length === 0 && !quietWhenEmpty) context.say("nothing to do");
  if (results.length > 1) context.say(renderTally(results, paint));
  const lines = failed.flatMap((result, index) =>
    index < FAILURES_IN_FULL_MAX && result.error ? renderError(result.error, context.directory, paint) : [renderResult(result, paint)],
  );
  if (lines.length > 0) writeFully(2, `${lines.join("\n")}\n`);
}

/** One error for all that failed: the first one's code and last lines. */
function summarize(failed: readonly ActionResult[], total: number): ErrorBody {
  const first = failed.find(({ error }) => error)?.error ?? {
    code: "FAILED" as const,
    message: "cannot do this: the daemon did not say why",
  };
  const error = first.code in catalogue ? first : { ...first, code: "FAILED" as const };
  return failed.length === 1
    ? error
    : { ...error, message: `${error.message} (and ${count(failed.length - 1, "other")} of ${total} failed)` };
}
