import { resolve } from "node:path";
import type { ProcessView } from "../../core/api/wire.ts";
import { junitXml } from "../../core/ci/junit.ts";
import { manifestForCi } from "../../core/ci/manifest.ts";
import type { Manifest } from "../../core/config/definition.ts";
import { parseDuration } from "../../core/config/units.ts";
import { GhostError } from "../../core/errors/ghost-error.ts";
import type { PrivateHome } from "../../runtime/ci/private-home.ts";
import type { CiOutcome } from "../../runtime/ci/run.ts";
import { signalExitCode } from "../../runtime/process/exit-code.ts";
import { usage } from "../arguments.ts";
import { casesOf } from "../ci/cases.ts";
import { CI_FAILURE, CI_TIMEOUT, conclude } from "../ci/conclude.ts";
import { copyLogs, prepareFiles, writeReport } from "../ci/files.ts";
import { Passage } from "../ci/passage.ts";
import type { Command } from "../command.ts";
import type { Context } from "../context.ts";
import { type Interruptions, listenForInterruptions } from "../foreground/interruptions.ts";
import { loadManifestFrom } from "../manifest.ts";
import { renderError } from "../output/errors.ts";
import { OutputClosed, writeFully } from "../output/stream.ts";

/** Where programs are looked for when a pipeline has no PATH at all, as shells do. */
const DEFAULT_PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";

export const command: Command = {
  usage: "FILE… --until NAME [--timeout D] [--junit F] [--logs DIR]",
  summary: "For pipelines: start what NAME needs, run NAME to its end, stop all",
  about:
    "Files merge in order. Has a daemon and a home of its own, which are gone at the end; needs no terminal and no HOME, and may be run several times at once (`ports: auto`). What NAME writes goes " +
    "to standard output and standard error as it comes, everything else to standard error. The exit code is NAME's (128+N after signal N); 124: the time was up; 125: NAME " +
    "could not be run, or Ghost failed; 1 also if NAME ended with 0 and it, or a one-shot that it needs, left a process running, which is named and ended.",
  flags: [
    { flags: "--until <NAME>", about: "The process that is run to its end, e.g. the tests" },
    { flags: "--timeout <D>", about: "For everything together, e.g. 10m (default: none)" },
    { flags: "--junit <F>", about: "Write a JUnit report with a case for each process; its folder is made if that lies in this one" },
    { flags: "--logs <DIR>", about: "Copy the logs of all to DIR, which is made: NAME.out.log, NAME.err.log" },
  ],
  argumentsMax: Number.POSITIVE_INFINITY,
  failureCode: CI_FAILURE,
  examples: ["ghost ci processes.yaml --until test --timeout 10m", "ghost ci processes.yaml --until test --junit report.xml --logs logs"],
  async run(context) {
    const { name, timeoutMs, junit, logs } = readOptions(context);
    const interruptions = listenForInterruptions();
    const environment = { PATH: DEFAULT_PATH, ...context.environment };
    const manifest = await loadManifestFrom(context, context.names, environment, (all) => manifestForCi(all, name, environment));
    prepareFiles(context.directory, junit, logs);
    const startedAt = new Date();
    const { makePrivateHome } = await import("../../runtime/ci/private-home.ts");
    const home = await makePrivateHome();
    try {
      const outcome = await run(context, interruptions, { manifest, name, timeoutMs, home });
      const nowMs = Date.now();
      const durationMs = nowMs - startedAt.getTime();
      const report = (): string =>
        junitXml({
          name: manifest.project,
          startedAt: startedAt.toISOString(),
          durationMs,
          cases: casesOf(outcome, manifest, name, nowMs),
        });
      // What cannot be written must not keep the rest from being told: the report first, because others read it, the logs last.
      const unwritten = [junit === null ? null : problemOf(() => writeReport(junit, report()))];
      await conclude(context, outcome, name, durationMs).catch(unlessClosed);
      if (logs !== null) unwritten.push(problemOf(() => copyLogs(logs, outcome.standing)));
      const isWritten = await tellUnwritten(context, unwritten);
      return exitCode(outcome, interruptions) || (isWritten ? 0 : CI_FAILURE);
    } finally {
      await home.end();
    }
  },
};

/** That nobody reads the last word changes nothing of how the run went. */
function unlessClosed(error: unknown): void {
  if (!(error instanceof OutputClosed)) throw error;
}

function problemOf(write: () => void): GhostError | null {
  try {
    write();
    return null;
  } catch (error) {
    if (error instanceof GhostError) return error;
    throw error;
  }
}

/** On standard error, also with `--json`: standard output has its one value already. Gives whether there was nothing to tell. */
async function tellUnwritten(context: Context, problems: readonly (GhostError | null)[]): Promise<boolean> {
  const errors = problems.filter((problem) => problem !== null);
  const paint = await context.messagePaint();
  for (const error of errors) writeFully(2, `${renderError(error.body(), context.directory, paint).join("\n")}\n`);
  return errors.length === 0;
}

interface CiArguments {
  readonly name: string;
  readonly timeoutMs: number | null;
  readonly junit: string | null;
  readonly logs: string | null;
}

function readOptions(context: Context): CiArguments {
  const name = context.text("until");
  if (context.names.length === 0) throw usage(context.verb, "it needs a FILE");
  if (name === undefined) throw usage(context.verb, "it needs --until NAME: the process that is run to its end");
  const path = (option: string): string | null => {
    const text = context.text(option);
    return text === undefined ? null : resolve(context.directory, text);
  };
  return { name, timeoutMs: timeoutOption(context), junit: path("junit"), logs: path("logs") };
}

function timeoutOption(context: Context): number | null {
  const text = context.text("timeout");
  if (text === undefined) return null;
  const parsed = parseDuration(text);
  if ("value" in parsed && parsed.value > 0) return parsed.value;
  if ("value" in parsed)
    throw usage(context.verb, `--timeout ${text}: nothing can be done in no time; without --timeout there is no limit`);
  throw usage(context.verb, `--timeout: ${parsed.problem}`);
}

interface Prepared {
  readonly manifest: Manifest;
  readonly name: string;
  readonly timeoutMs: number | null;
  readonly home: PrivateHome;
}

async function run(context: Context, interruptions: Interruptions, prepared: Prepared): Promise<CiOutcome> {
  const { runCi } = await import("../../runtime/ci/run.ts");
  const { manifest, name } = prepared;
  const names = manifest.processes.map((definition) => definition.name);
  const passage = new Passage(context, { names, paint: await context.messagePaint(), closed: () => interruptions.interrupt("SIGPIPE") });
  try {
    return await runCi({
      ...prepared,
      interrupted: interruptions.first,
      hurried: interruptions.second,
      onChange: (entry) => passage.change(entry),
      onReady: (views: readonly ProcessView[]) => passage.passOn(views.find((view) => view.name === name)),
    });
  } finally {
    passage.close();
  }
}

function exitCode({ verdict, leftovers }: CiOutcome, { signal }: Interruptions): number {
  switch (verdict.kind) {
    case "ended":
      return verdict.code === 0 && leftovers.length > 0 ? 1 : (verdict.code ?? CI_FAILURE);
    case "timed-out":
      return CI_TIMEOUT;
    case "interrupted":
      return signalExitCode(signal ?? "SIGINT");
    case "not-started":
    case "broken":
      return CI_FAILURE;
    default:
      return verdict satisfies never;
  }
}
