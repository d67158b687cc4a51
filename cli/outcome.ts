import type { ActionResult, ActionWait } from "../core/api/wire.ts";
import { catalogue, exitCodeOf } from "../core/errors/catalogue.ts";
import type { ErrorBody } from "../core/errors/ghost-error.ts";
import { type ActionLine, isWait } from "../runtime/client/client.ts";
import type { Context } from "./context.ts";
import { renderError } from "./output/errors.ts";
import { type Paint, plain } from "./output/paint.ts";
import { renderCounter, renderResult, renderTally } from "./output/progress.ts";
import { count } from "./output/quantities.ts";
import { writeFully } from "./output/stream.ts";
import { renderWaiting, WaitingList } from "./output/waiting.ts";
import { cut, displayWidth } from "./output/width.ts";

/** With more processes than this a terminal shows a counter instead of a line each. */
const LINES_MAX = 12;
/** Of more failures than this only the first are told in full; the others are one line each. */
const FAILURES_IN_FULL_MAX = 3;
/** Cells that `  waiting: ` takes in that line, and one that stays free. */
const WAITING_CELLS = 12;
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
export async function reportResults(context: Context, stream: AsyncIterable<ActionLine>, reporting: Reporting): Promise<number> {
  const results = await watch(context, stream, reporting);
  const failed = results.filter(({ ok }) => !ok);
  const error = failed.length > 0 ? summarize(failed, results.length) : null;
  if (context.json) context.printJson(error || reporting.extra ? { ...(error && { error }), ...reporting.extra, results } : results);
  else await conclude(context, results, failed, reporting.quietWhenEmpty ?? false);
  return error ? exitCodeOf(error.code) : 0;
}

async function watch(context: Context, stream: AsyncIterable<ActionLine>, reporting: Reporting): Promise<ActionResult[]> {
  const spoken = !context.json && !context.quiet;
  const shown = new Progress(context, reporting, spoken ? await context.messagePaint() : plain);
  try {
    for await (const line of stream) {
      if (isWait(line)) shown.wait(line);
      else shown.result(line);
    }
  } finally {
    shown.clear();
  }
  return shown.results;
}

/** What is seen while an action is at work: on a terminal a line that is rewritten, elsewhere a line for each change. */
class Progress {
  readonly results: ActionResult[] = [];
  private readonly context: Context;
  private readonly reporting: Reporting;
  private readonly paint: Paint;
  private readonly live: boolean;
  private readonly waiting = new WaitingList();

  constructor(context: Context, reporting: Reporting, paint: Paint) {
    this.context = context;
    this.reporting = reporting;
    this.paint = paint;
    this.live = !context.json && !context.quiet && context.messages.isTerminal;
    this.rewrite();
  }

  wait(line: ActionWait): void {
    const news = this.waiting.note(line);
    if (this.live) this.rewrite();
    else if (news !== null) this.context.say(renderWaiting([news], this.paint));
  }

  result(result: ActionResult): void {
    this.results.push(result);
    this.waiting.settle(result);
    this.clear();
    const { total } = this.reporting;
    if (result.ok && (!this.live || total === null || total <= LINES_MAX)) this.context.say(renderResult(result, this.paint));
    this.rewrite();
  }

  clear(): void {
    if (this.live) writeFully(2, CLEAR_LINE);
  }

  private rewrite(): void {
    if (!this.live) return;
    const failures = this.results.filter(({ ok }) => !ok).length;
    const counter = renderCounter(this.reporting.doing, this.results.length, this.reporting.total, failures, this.paint);
    const phrases = this.waiting.phrases();
    // A line that wraps could not be rewritten.
    const room = this.context.messages.columns - displayWidth(counter) - WAITING_CELLS;
    const waiting = phrases.length === 0 || room < WAITING_CELLS ? "" : `  ${renderWaiting([cut(phrases.join(", "), room)], this.paint)}`;
    writeFully(2, CLEAR_LINE + counter + waiting);
  }
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
    index < FAILURES_IN_FULL_MAX && result.error
      ? renderError(result.error, context.directory, paint, context.messages.isTerminal)
      : [renderResult(result, paint)],
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
