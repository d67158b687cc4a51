import { GhostError } from "../../core/errors/ghost-error.ts";
import { compilePattern, type Pattern } from "../../core/health/pattern.ts";
import { type LogRecord, recordJson } from "../../core/logs/record.ts";
import { type LogSource, readLogs } from "../../runtime/logs/read.ts";
import { usage } from "../arguments.ts";
import type { Command } from "../command.ts";
import { type Context, countOption } from "../context.ts";
import { findLogs, type LogPlace } from "../log-choice.ts";
import type { Marks } from "../log-marks.ts";
import { labelOf, makeLogRenderer } from "../output/log-lines.ts";
import { spansProjects } from "../output/status.ts";
import { displayWidth } from "../output/width.ts";
import { sinceOption } from "../since.ts";

const LINES_BY_DEFAULT = 100;
/** Lines are written together up to this many characters, because each write costs a system call. */
const BATCH_CHARACTERS = 64 * 1024;
/** A batch waits at most this long when lines come slowly. */
const BATCH_WAIT_MS = 20;

export const command: Command = {
  usage: "[NAME…] [-f] [-n N] [--since D] [--err] [--timestamps] [--grep RE]",
  summary: "Show what processes wrote, merged by time; the daemon need not run",
  flags: [
    { flags: "-f, --follow", about: "Go on with what is written from now on; on a terminal with starts and ends between the lines" },
    { flags: "-n, --lines <N>", about: `The last N lines (default ${LINES_BY_DEFAULT}; with --since or --grep all)` },
    { flags: "--since <D>", about: "Only from the last 10m, 2h, … or since 22:05, yesterday, 2026-11-26T22:05" },
    { flags: "--err", about: "Only standard error" },
    { flags: "-t, --timestamps", about: "With the time at which each line was written" },
    { flags: "-g, --grep <RE>", about: "Only lines that match a regular expression, as RE2 has them" },
  ],
  argumentsMax: Number.POSITIVE_INFINITY,
  examples: ["ghost logs api -f", "ghost logs --since 10m --err", "ghost logs 'shop/*' --grep 'timeout|refused' --json"],
  hintFor: (option) => (option === "--tail" ? "the last N lines are -n N" : null),
  async run(context) {
    const selection = { lines: linesWanted(context), since: sinceOption(context, new Date()), grep: await grepOption(context) };
    const places = await findLogs(context);
    if (places.length === 0)
      throw new GhostError("NOT_FOUND", `cannot show logs: there are none in ${context.home}`, {
        hint: "ghost list shows what is registered",
      });
    for (const { name } of places.filter(({ foreground }) => foreground))
      context.warn(`${name} runs in the foreground: what it writes is on its terminal, and is not kept`);
    const follow = context.flag("follow");
    const records = readLogs({
      streams: sourcesOf(places, context.flag("err")),
      ...selection,
      follow: follow ? context.interruption : undefined,
    });
    const line = await lineMaker(context, places);
    const batch = makeBatch(context);
    const marks = follow && marksWanted(context) ? await marksOf(context, places, { write: batch.add, line }) : null;
    await writeOut(batch, records, marks ? marks.record : (record) => batch.add(line(record)));
    marks?.close();
    batch.flush();
    return follow && context.interruption.aborted ? 130 : 0;
  },
};

function sourcesOf(places: readonly LogPlace[], onlyErrors: boolean): LogSource[] {
  return places.flatMap(({ project, name, instance, out, err }) => [
    ...(onlyErrors ? [] : [{ project, name, instance, stream: "out" as const, file: out }]),
    { project, name, instance, stream: "err" as const, file: err },
  ]);
}

function linesWanted(context: Context): number | undefined {
  const all = context.text("lines") === undefined && (context.text("since") !== undefined || context.text("grep") !== undefined);
  return all ? undefined : countOption(context, "lines", LINES_BY_DEFAULT);
}

/** The same patterns as those that the daemon takes. */
async function grepOption(context: Context): Promise<Pattern | undefined> {
  const text = context.text("grep");
  if (text === undefined) return undefined;
  try {
    return await compilePattern(text);
  } catch (error) {
    if (!(error instanceof GhostError)) throw error;
    throw usage(context.verb, `--grep takes a regular expression: ${error.message}`, `${error.hint}; `);
  }
}

async function lineMaker(context: Context, places: readonly LogPlace[]): Promise<(record: LogRecord) => string> {
  if (context.json) return recordJson;
  const withProject = spansProjects(places);
  const nameCells = places.length > 1 ? Math.max(...places.map((place) => displayWidth(labelOf(place, withProject)))) : 0;
  const { isTerminal } = context.output;
  return makeLogRenderer({ nameCells, timestamps: context.flag("timestamps"), withProject, isTerminal }, await context.paint());
}

/** Starts and ends are for people who look on, and not between the lines that match a pattern. */
function marksWanted(context: Context): boolean {
  return context.output.isTerminal && !context.json && !context.quiet && context.text("grep") === undefined;
}

async function marksOf(
  context: Context,
  places: readonly LogPlace[],
  how: { write: (text: string) => void; line: (record: LogRecord) => string },
): Promise<Marks> {
  const { startMarks } = await import("../log-marks.ts");
  return startMarks(context, places, { ...how, withProject: spansProjects(places) });
}

/** Gives all records on, until nobody reads any more. */
async function writeOut(batch: Batch, records: AsyncIterable<LogRecord>, give: (record: LogRecord) => void): Promise<void> {
  const iterator = records[Symbol.asyncIterator]();
  for (;;) {
    const next = await Promise.race([iterator.next(), batch.broken]);
    if (next.done) break;
    give(next.value);
  }
}

/** Lines are written in batches: at once when many are there, after a moment when they trickle. */
interface Batch {
  /** Rejects when nobody reads our output any more, also while no new line comes. */
  readonly broken: Promise<never>;
  add(line: string): void;
  flush(): void;
}

function makeBatch(context: Context): Batch {
  let lines: string[] = [];
  let characters = 0;
  let timer: ReturnType<typeof setTimeout> | undefined;
  let fail: (error: unknown) => void = () => undefined;
  const broken = new Promise<never>((_, reject) => {
    fail = reject;
  });
  const flush = (): void => {
    clearTimeout(timer);
    timer = undefined;
    const full = lines;
    lines = [];
    characters = 0;
    context.print(...full);
  };
  const flushLate = (): void => {
    try {
      flush();
    } catch (error) {
      fail(error);
    }
  };
  const add = (line: string): void => {
    lines.push(line);
    characters += line.length;
    if (characters >= BATCH_CHARACTERS) flushLate();
    else timer ??= setTimeout(flushLate, BATCH_WAIT_MS);
  };
  return { broken, add, flush };
}
