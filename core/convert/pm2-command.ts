import { directoryOf, resolvePath } from "../config/posix-path.ts";
import { needsShell, setCommand, setShellLine } from "./command.ts";
import type { DraftProcess } from "./draft.ts";
import { type PlainMap, textIn, wordsIn } from "./plain.ts";
import type { ForeignFile, Surroundings } from "./source.ts";

/** Who runs a script by its ending, as PM2 has it. `.ts` is Bun's; Node runs it from 22.18 on. */
const INTERPRETERS: Readonly<Record<string, string>> = {
  js: "node",
  cjs: "node",
  mjs: "node",
  ts: "bun",
  tsx: "bun",
  sh: "bash",
  py: "python3",
  rb: "ruby",
  pl: "perl",
  php: "php",
  coffee: "coffee",
  ls: "lsc",
};

/** Sets the command of an app: interpreter, its arguments, script, arguments. */
export function setPm2Command(process: DraftProcess, app: PlainMap, file: ForeignFile, surroundings: Surroundings): void {
  const script = textIn(app.script) ?? textIn(app.exec);
  if (script === undefined) return process.note("it has no script");
  const args = splitArguments(app.args);
  if (script === "serve") process.note("`serve` is PM2's own server of static files, which Ghost has not: name another");
  const directory = resolvePath(directoryOf(file.path), textIn(app.cwd) ?? ".");
  const isFile = surroundings.isFile(resolvePath(directory, script));
  // PM2 hands a line with blanks to a shell.
  if (/\s/.test(script) && !isFile) return setLine(process, [script, ...args].join(" "));
  const interpreter = interpreterOf(app, script);
  if (interpreter !== null) return setCommand(process, [interpreter, ...interpreterArguments(app), script, ...args]);
  setCommand(process, [isFile && !script.includes("/") ? `./${script}` : script, ...args]);
}

/** A text of arguments, split at blanks outside quotes as PM2 does; of a list each item. */
export function splitArguments(args: unknown): string[] {
  if (typeof args !== "string") return wordsIn(args);
  return [...args.matchAll(/"([^"]*)"|'([^']*)'|(\S+)/g)].map((match) => match[1] ?? match[2] ?? match[3] ?? "");
}

function setLine(process: DraftProcess, line: string): void {
  if (needsShell(line)) setShellLine(process, line);
  else process.set("command", line);
}

function interpreterOf(app: PlainMap, script: string): string | null {
  const named = textIn(app.interpreter) ?? textIn(app.exec_interpreter);
  if (named === "none") return null;
  if (named !== undefined) return named;
  return INTERPRETERS[/\.([a-z]+)$/.exec(script)?.[1] ?? ""] ?? null;
}

function interpreterArguments(app: PlainMap): string[] {
  return [app.interpreter_args, app.interpreterArgs, app.node_args].flatMap(splitArguments);
}
