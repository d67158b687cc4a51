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
import { isProgramFile, orProgramOfPath, programOfPath } from "../program-words.ts";

export const command: Command = {
  usage: "NAME… | PROGRAM [--name N] [-- ARGUMENT…]",
  summary: "Start processes, or register a program and start it",
  about:
    "A NAME is a name, project/name, a glob or `all`. A file that is no registered name is registered and started: .js, .ts and .py by the runtime for them that is in PATH, " +
    "anything else is executed. With --name or -- a PROGRAM is looked up in PATH, too. It is restarted when it ends, until it is stopped. Waits until all of them run.",
  flags: [
    { flags: "--name <N>", about: "The program's name (default: the file's)" },
    { flags: "--no-wait", about: "Return at once instead of waiting until they run" },
  ],
  argumentsMax: Number.POSITIVE_INFINITY,
  examples: [
    "ghost start api",
    "ghost start all",
    "ghost start server.js --name web -- --port 8080",
    "ghost start redis-server -- --port 7000",
  ],
  hintFor: (option, [program = "PROGRAM"]) => dashesHint(program.startsWith("-") ? "PROGRAM" : program, option),
  async run(context) {
    const client = context.connect("always");
    const words = await namesOrChoice(context, client, true);
    const asProgram = context.passed.length > 0 || context.text("name") !== undefined;
    if (asProgram && words.length > 1) throw usage(context.verb, "--name and -- go with one program alone");
    const { programs, names } = await understand(context, client, words, asProgram);
    if (asProgram && names[0] !== undefined)
      throw usage(context.verb, `--name and -- go with a program, and ${names[0]} is the name of a process`);
    return startAll(context, client, programs, names).catch((error) => {
      throw names.length === 1 ? orProgramOfPath(error, names[0] ?? "", context) : error;
    });
  },
};

interface Understood {
  readonly programs: readonly Program[];
  readonly names: readonly string[];
}

/**
 * What all the words mean, found out before anything is started: files that are no registered name are programs. `asProgram`: it was called
 * with what only a program takes, so that a word that is neither is one of PATH.
 */
async function understand(context: Context, client: DaemonClient, words: readonly string[], asProgram: boolean): Promise<Understood> {
  const programs: Program[] = [];
  const names: string[] = [];
  for (const word of words) {
    await orMeantFor(words, programs, word, async () => {
      const isFile = isProgramFile(word, context.directory);
      if ((!isFile && !asProgram) || (await isRegistered(client, word))) names.push(word);
      else programs.push(await readAsProgram(context, isFile ? resolve(context.directory, word) : programOfPath(word, context)));
    });
  }
  // Names alone are the daemon's to judge: it starts all of them or none.
  if (programs.length > 0) for (const name of names) await orMeantFor(words, programs, name, () => client.processes([name]));
  return { programs, names };
}

/** What is said of a word that means nothing, when it follows a program: it may be that program's argument. */
async function orMeantFor(
  words: readonly string[],
  programs: readonly Program[],
  word: string,
  judge: () => Promise<unknown>,
): Promise<void> {
  try {
    await judge();
  } catch (error) {
    const [first = ""] = words;
    if (!(error instanceof GhostError) || programs.length === 0 || word === first) throw error;
    const otherwise = error.hint ? `; else ${error.hint}` : "";
    throw new GhostError(error.code, error.message, { hint: dashesHint(first, word) + otherwise });
  }
}

function dashesHint(program: string, argument: string): string {
  return `if ${argument} is an argument of the program, put -- before it: ghost start ${program} -- ${argument}`;
}

async function isRegistered(client: DaemonClient, name: string): Promise<boolean> {
  if (name.includes(",")) return false;
  try {
    return (await client.processes([name])).length > 0;
  } catch (error) {
    if (error instanceof GhostError && (error.code === "NOT_FOUND" || error.code === "USAGE")) return false;
    throw error;
  }
}

async function startAll(context: Context, client: DaemonClient, programs: readonly Program[], names: readonly string[]): Promise<number> {
  let worst = 0;
  for (const program of programs) worst = Math.max(worst, await startProgram(context, client, program));
  if (names.length === 0) return worst;
  const request = { noWait: !context.flag("wait") };
  return Math.max(worst, await act(context, client, { verb: "start", doing: "starting", names, request }));
}

async function startProgram(context: Context, client: DaemonClient, { manifest, says }: Program): Promise<number> {
  context.say(says);
  const request = { manifest, start: true, noWait: !context.flag("wait"), by: "ghost start", progress: wantsProgress(context) };
  const { changes, warnings, results } = await client.register(request, context.interruption);
  for (const warning of warnings) context.warn(warning);
  return reportResults(context, results, { doing: "starting", total: 1, extra: { changes, warnings } });
}

async function readAsProgram({ directory, environment, passed, text }: Context, file: string): Promise<Program> {
  const { readProgram } = await import("../../runtime/config/read-program.ts");
  return readProgram({ file, name: text("name"), args: passed, directory, environment });
}
