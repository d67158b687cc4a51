import { GhostError } from "../../core/errors/ghost-error.ts";
import { type LogRecord, recordJson } from "../../core/logs/record.ts";
import { type LogSource, readLogs } from "../../runtime/logs/read.ts";
import { usage } from "../arguments.ts";
import type { Command } from "../command.ts";
import { type Context, countOption } from "../context.ts";
import { findLogs, type LogPlace } from "../log-choice.ts";
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
    { flags: "-f, --follow", about: "Go on with what is written from now on" },
    { flags: "-n, --lines <N>", about: `The last N lines (default ${LINES_BY_DEFAULT}; with --since or --grep all)` },
    { flags: "--since <D>", about: "Only from the last 10m, 2h, … or since a date" },
    { flags: "--err", about: "Only standard error" },
    { flags: "-t, --timestamps", about: "With the time at which each line was written" },
    { flags: "-g, --grep <RE>", about: "Only lines that match a regular expression" },
  ],
  argumentsMax: Number.POSITIVE_INFINITY,
  examples: ["ghost logs api -f", "ghost logs --since 10m --err", "ghost logs 'shop/*' --grep 'timeout|refused' --json"],
  hintFor: (option) => (option === "--tail" ? "the last N lines are -n N" : null),
  async run(context) {
    const selection = { lines: linesWanted(context), since: sinceOption(context, new Date()), grep: grepOption(context) };
    const places = await findLogs(context);
    if (places.length === 0)
      throw new GhostError("NOT_FOUND", `cannot show logs: there are none in ${context.home}`, {
        hint: "ghost list shows what is registered",
      });
    const follow = context.flag("follow");
    const records = readLogs({
      streams: sourcesOf(places, context.flag("err")),
      ...selection,
      follow: follow ? context.interruption : undefined,
    });
    await writeOut(context, records, await lineMaker(context, places));
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

function grepOption(context: Context): RegExp | undefined {
  const text = context.text("grep");
  if (text === undefined) return undefined;
  try {
    return new RegExp(text, "u");
  } catch (error) {
    throw usage(context.verb, `--grep takes a regular expression: ${(error as Error).message}`);
  }
}

async function lineMaker(context: Context, places: readonly LogPlace[]): Promise<(record: LogRecord) => string> {
  if (context.json) return recordJson;
  const withProject = spansProjects(places);
  const nameCells = places.length > 1 ? Math.max(...places.map((place) => displayWidth(labelOf(place, withProject)))) : 0;
  const { isTerminal } = context.output;
  return makeLogRenderer({ nameCells, timestamps: context.flag("timestamps"), withProject, isTerminal }, await context.paint());
}

/** Writes lines in batches: at once when many are there, after a moment when they trickle. */
async function writeOut(context: Context, records: AsyncIterable<LogRecord>, line: (record: LogRecord) => string): Promise<void> {
  const batch = makeBatch(context);
  const iterator = records[Symbol.asyncIterator]();
  for (;;) {
    const next = await Promise.race([iterator.next(), batch.broken]);
    if (next.done) break;
    batch.add(line(next.value));
  }
  batch.flush();
}

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
    if (characters >= BATCH_CHARACTERS) flush();
    else timer ??= setTimeout(flushLate, BATCH_WAIT_MS);
  };
  return { broken, add, flush };
}
