import { resolve } from "node:path";
import type { ActionResult } from "../../core/api/wire.ts";
import type { Program } from "../../core/config/from-program.ts";
import { GhostError } from "../../core/errors/ghost-error.ts";
import { type ActionLine, type DaemonClient, isWait, type Registration } from "../../runtime/client/client.ts";
import { act, wantsProgress } from "../act.ts";
import { usage } from "../arguments.ts";
import type { Command } from "../command.ts";
import type { Context } from "../context.ts";
import { namesOrChoice } from "../names.ts";
import { reportResults } from "../outcome.ts";
import { isProgramFile, orProgramOfPath, programOfPath } from "../program-words.ts";

/** Who asks, as the history tells it. */
const BY = "ghost start";

export const command: Command = {
  usage: "NAME… | PROGRAM [--name N] [-- ARGUMENT…]",
  summary: "Start processes, or register a program and start it",
  about:
    "A NAME is a name, project/name, a glob or `all`. A file that is no registered name is registered and started: .js, .ts and .py by the runtime for them that is in PATH (.js and .ts else by ghost itself), " +
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
      throw usage(
        context.verb,
        `--name and -- go with a program, and ${names[0]} is the name of a process`,
        argumentsHint(names[0], context.passed),
      );
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

/** How what is registered gets its arguments. */
function argumentsHint(name: string, passed: readonly string[]): string {
  if (passed.length === 0) return "";
  const here = `ghost run ${name} -- ${passed.join(" ")} runs an app here, with these`;
  return `its arguments are \`args\` in the file that declares it, of an app its .ghost.yaml; ${here}; `;
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
  const request = { noWait: !context.flag("wait") };
  if (programs.length === 0) return act(context, client, { verb: "start", doing: "starting", names, request });
  const { begun, refusal } = await registerAll(context, client, programs);
  // With --json there is one value: the error then stands for all.
  if (refusal !== null && (begun.length === 0 || context.json)) throw refusal;
  const code = await reportResults(context, outcomes(context, client, begun, names), {
    doing: "starting",
    total: names.length === 0 ? begun.length : null,
    extra: { changes: begun.flatMap(({ changes }) => changes), warnings: begun.flatMap(({ warnings }) => warnings) },
  });
  if (refusal !== null) throw refusal;
  return code;
}

/** Registers and begins to start one after the other, up to the first that is refused. */
async function registerAll(
  context: Context,
  client: DaemonClient,
  programs: readonly Program[],
): Promise<{ begun: readonly Registration[]; refusal: unknown }> {
  const begun: Registration[] = [];
  for (const { manifest, says } of programs) {
    context.say(says);
    const request = { manifest, start: true, noWait: !context.flag("wait"), by: BY, progress: wantsProgress(context) };
    try {
      begun.push(await client.register(request, context.interruption));
    } catch (error) {
      return { begun, refusal: error };
    }
  }
  for (const text of begun.flatMap(({ warnings }) => warnings)) context.warn(text);
  return { begun, refusal: null };
}

async function* outcomes(
  context: Context,
  client: DaemonClient,
  begun: readonly Registration[],
  names: readonly string[],
): AsyncGenerator<ActionLine> {
  for (const { changes, results } of begun) {
    const isNew = changes.some(({ action }) => action === "add");
    for await (const line of results) yield isNew && hasNotEvenBegun(line) ? await forget(client, line) : line;
  }
  if (names.length === 0) return;
  const request = { names, noWait: !context.flag("wait"), by: BY, progress: wantsProgress(context) };
  yield* client.act("start", request, context.interruption);
}

/** The system refused to run it: it will not run at the next attempt either. */
function hasNotEvenBegun(line: ActionLine): line is ActionResult {
  return !isWait(line) && line.error?.details?.spawnFailed === true;
}

/** What this command registered, and nobody can run, is not left to fail again and again. */
async function forget(client: DaemonClient, result: ActionResult): Promise<ActionResult> {
  const { project, name, error } = result;
  for await (const line of client.act("delete", { names: [`${project}/${name}`], by: BY })) if (!isWait(line) && !line.ok) return result;
  return error ? { ...result, error: { ...error, message: `${error.message}; it is not registered` } } : result;
}

async function readAsProgram({ directory, environment, passed, text, home }: Context, file: string): Promise<Program> {
  const { readProgram } = await import("../../runtime/config/read-program.ts");
  return readProgram({ file, name: text("name"), args: passed, directory, environment, home });
}
