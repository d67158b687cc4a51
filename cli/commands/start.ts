import { resolve } from "node:path";
import type { Program } from "../../core/config/from-program.ts";
import { GhostError } from "../../core/errors/ghost-error.ts";
import type { DaemonClient } from "../../runtime/client/client.ts";
import { act, wantsProgress } from "../act.ts";
import { usage } from "../arguments.ts";
import type { Command } from "../command.ts";
import type { Context } from "../context.ts";
import { namesOrChoice } from "../names.ts";
import { reportResults } from "../outcome.ts";
import { isProgramFile } from "../program-words.ts";

export const command: Command = {
  usage: "NAME… | PROGRAM [--name N] [-- ARGUMENT…]",
  summary: "Start processes, or register a program and start it",
  about:
    "A NAME is a name, project/name, a glob or `all`. A file that is no registered name is registered and started: .js, .ts and .py by the runtime for them that is in PATH, " +
    "anything else is executed. It is restarted when it ends, until it is stopped. Waits until all of them run.",
  flags: [
    { flags: "--name <N>", about: "The program's name (default: the file's)" },
    { flags: "--no-wait", about: "Return at once instead of waiting until they run" },
  ],
  argumentsMax: Number.POSITIVE_INFINITY,
  examples: ["ghost start api", "ghost start all", "ghost start server.js --name web -- --port 8080"],
  async run(context) {
    const client = context.connect("always");
    const names = await namesOrChoice(context, client, true);
    const programs = await programsAmong(names, context, client);
    if (context.passed.length > 0 || context.text("name") !== undefined) requireOneProgram(names, programs, context);
    if (programs.length === 0)
      return act(context, client, { verb: "start", doing: "starting", names, request: { noWait: !context.flag("wait") } });
    return startEach(
      context,
      client,
      programs,
      names.filter((name) => !programs.includes(name)),
    );
  },
};

/** Which of the words are files, and not names of something registered. Throws NOT_FOUND for a file that is not there. */
async function programsAmong(words: readonly string[], context: Context, client: DaemonClient): Promise<string[]> {
  const files = words.filter((word) => isProgramFile(word, context.directory));
  const unknown = await Promise.all(files.map(async (word) => (!word.includes(",") && (await isRegistered(client, word)) ? [] : [word])));
  return unknown.flat();
}

async function isRegistered(client: DaemonClient, name: string): Promise<boolean> {
  try {
    return (await client.processes([name])).length > 0;
  } catch (error) {
    if (error instanceof GhostError && (error.code === "NOT_FOUND" || error.code === "USAGE")) return false;
    throw error;
  }
}

function requireOneProgram(names: readonly string[], programs: readonly string[], { verb }: Context): void {
  if (names.length === 1 && programs.length === 1) return;
  const [name] = names;
  if (names.length === 1) throw usage(verb, `--name and -- go with a program, and ${name} is not a file that could be run`);
  throw usage(verb, "--name and -- go with one program alone");
}

async function startEach(context: Context, client: DaemonClient, programs: readonly string[], names: readonly string[]): Promise<number> {
  let worst = 0;
  for (const program of programs) worst = Math.max(worst, await startProgram(context, client, program));
  if (names.length > 0)
    worst = Math.max(
      worst,
      await act(context, client, { verb: "start", doing: "starting", names, request: { noWait: !context.flag("wait") } }),
    );
  return worst;
}

async function startProgram(context: Context, client: DaemonClient, file: string): Promise<number> {
  const { manifest, says } = await manifestFor(context, resolve(context.directory, file));
  context.say(says);
  const request = { manifest, start: true, noWait: !context.flag("wait"), by: "ghost start", progress: wantsProgress(context) };
  const { changes, warnings, results } = await client.register(request, context.interruption);
  for (const warning of warnings) context.warn(warning);
  return reportResults(context, results, { doing: "starting", total: 1, extra: { changes, warnings } });
}

async function manifestFor({ directory, environment, passed, text }: Context, file: string): Promise<Program> {
  const { readProgram } = await import("../../runtime/config/read-program.ts");
  return readProgram({ file, name: text("name"), args: passed, directory, environment });
}
