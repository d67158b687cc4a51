/**
 * What runs when a person types `ghost`: finds the verb, loads its module and nothing else, and turns what comes of it into
 * output and an exit code. Nothing else in the CLI ends the program.
 */
import { nearest } from "../core/config/suggest.ts";
import { exitCodeOf } from "../core/errors/catalogue.ts";
import { GhostError } from "../core/errors/ghost-error.ts";
import { version } from "../runtime/system/version.ts";
import { findVerb, parseArguments, parsePlainArguments, refuseEmpty } from "./arguments.ts";
import { makeContext, type Surroundings } from "./context.ts";
import { loadPaint } from "./output/paint.ts";
import { OutputClosed, writeFully } from "./output/stream.ts";
import { terminalAt } from "./output/terminal.ts";
import { findLoader, type Loader, VERBS } from "./verbs.ts";

const EXIT_BUG = 1;

// No top-level await: the bundle is a script, so that Node runs it whatever the nearest package.json says.
void main(process.argv.slice(2)).then((code) => process.exit(code));

async function main(words: readonly string[]): Promise<number> {
  try {
    return await run(words);
  } catch (error) {
    // The reader of our output has seen enough: `ghost list | head -1`.
    if (error instanceof OutputClosed) return 0;
    return tell(error, words).catch(() => EXIT_BUG);
  }
}

async function run(words: readonly string[]): Promise<number> {
  const { verb, rest } = findVerb(words);
  if (verb === "help") return help(rest.find((word) => !word.startsWith("-")) ?? null);
  if (verb === null) return runWithoutVerb(rest);
  const command = (await (await loaderOf(verb))()).command;
  const parsed = parsePlainArguments(command, rest) ?? (await parseArguments(verb, command, rest));
  if (parsed.options.help === true) return help(verb);
  refuseEmpty(verb, command, parsed);
  return command.run(makeContext(verb, parsed, surroundings()));
}

async function runWithoutVerb(words: readonly string[]): Promise<number> {
  if (words.some((word) => word === "--version" || word === "-v" || word === "-V"))
    return run(["version", ...words.filter((word) => word === "--json")]);
  const unknown = words.find((word) => word !== "--help" && word !== "-h");
  if (unknown !== undefined)
    throw new GhostError("USAGE", `cannot do anything with ${unknown}: a command comes first`, { hint: "ghost --help lists the commands" });
  return help(null);
}

async function loaderOf(verb: string): Promise<Loader> {
  const loader = findLoader(verb);
  if (loader) return loader;
  const { hintForForeignCommand } = await import("./foreign-words.ts");
  const meant = nearest(verb, Object.keys(VERBS));
  const hint = hintForForeignCommand(verb) ?? (meant ? `did you mean ghost ${meant}?` : "ghost --help lists the commands");
  throw new GhostError("USAGE", `there is no command ${verb}`, { hint });
}

async function help(verb: string | null): Promise<number> {
  const { renderCommandHelp, renderHelp } = await import("./help.ts");
  const { colour, columns } = terminalAt(1, process.env);
  const paint = await loadPaint(colour);
  const lines =
    verb === null
      ? await renderHelp(version, columns, paint)
      : renderCommandHelp(verb, (await (await loaderOf(verb))()).command, columns, paint);
  writeFully(1, `${lines.join("\n")}\n`);
  return 0;
}

function surroundings(): Surroundings {
  return {
    version,
    // A folder that was deleted under our feet must not keep `ghost list` from working.
    get directory() {
      const folder = currentFolder();
      if (folder !== null) return folder;
      throw new GhostError("DIRECTORY_NOT_FOUND", "cannot tell what is meant here: the folder that you are in was deleted", {
        hint: "cd to a folder that is there",
      });
    },
    environment: process.env,
  };
}

function currentFolder(): string | null {
  try {
    return process.cwd();
  } catch {
    return null;
  }
}

/** With `--json` the error is the one value on standard output; else it is told on standard error. */
async function tell(error: unknown, words: readonly string[]): Promise<number> {
  const expected = error instanceof GhostError ? error : bug(error);
  const failureCode = await failureCodeOf(words).catch(() => undefined);
  const end = words.indexOf("--");
  if ((end === -1 ? words : words.slice(0, end)).includes("--json")) writeFully(1, `${JSON.stringify({ error: expected.body() })}\n`);
  else {
    const { renderError } = await import("./output/errors.ts");
    const { colour, isTerminal } = terminalAt(2, process.env);
    // What has a code of its own for its own failures is to run something.
    const undone = failureCode === undefined ? "changed" : "run";
    writeFully(2, `${renderError(expected, currentFolder() ?? "/", await loadPaint(colour), isTerminal, undone).join("\n")}\n`);
  }
  return failureCode ?? exitCodeOf(expected.code);
}

async function failureCodeOf(words: readonly string[]): Promise<number | undefined> {
  const { verb } = findVerb(words);
  return verb === null ? undefined : (await findLoader(verb)?.())?.command.failureCode;
}

function bug(error: unknown): GhostError {
  const stack = error instanceof Error ? (error.stack ?? error.message) : String(error);
  return new GhostError("INTERNAL", `cannot go on, because of a mistake in Ghost itself: ${stack}`, {
    hint: "ghost doctor --bundle FILE gathers what a bug report needs",
  });
}
