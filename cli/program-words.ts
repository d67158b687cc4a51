import { readdirSync } from "node:fs";
import { join, resolve } from "node:path";
import { sanitizeName } from "../core/config/names.ts";
import { nearest } from "../core/config/suggest.ts";
import { GhostError } from "../core/errors/ghost-error.ts";
import { hintForApp, isAppFolder } from "../runtime/config/app-folder.ts";
import { isOnPath } from "../runtime/config/on-path.ts";
import { DEFAULT_FILES } from "../runtime/config/read-files.ts";
import { findExecutable } from "../runtime/process/executable.ts";
import { type FileProblem, lookAt } from "../runtime/system/look-at.ts";
import { usage } from "./arguments.ts";
import type { Context } from "./context.ts";

/**
 * Whether a word of `ghost start` is a file that is there, taken from `directory`. Throws NOT_FOUND for one that can only be meant as a file and is
 * not there, EXECUTABLE_NOT_RUNNABLE for one that the system refuses, USAGE for a folder that can only be meant as one.
 */
export function isProgramFile(word: string, directory: string): boolean {
  const path = resolve(directory, word);
  const { stats, why } = lookAt(path);
  if (stats?.isFile()) return true;
  if (!isMeantAsFile(word)) return false;
  if (why && why.kind !== "missing") throw refusedFile(word, why);
  throw stats?.isDirectory() ? folderInstead(word, path) : noSuchFile(word, directory);
}

/** The absolute path of a program of the caller's PATH. Throws USAGE where there is none, for --name and -- mean nothing then. */
export function programOfPath(word: string, { verb, environment, directory }: Context): string {
  try {
    return findExecutable(word, { path: environment.PATH ?? "", workingDirectory: directory, fileDirectory: null });
  } catch (error) {
    if (!(error instanceof GhostError)) throw error;
    throw usage(verb, `${word} is neither a process, nor a file here, nor a program in PATH`);
  }
}

/** The error that `word` is no name, with a better hint where it is a program of PATH. */
export function orProgramOfPath(error: unknown, word: string, { environment }: Context): unknown {
  if (!(error instanceof GhostError) || error.code !== "NOT_FOUND" || word.includes("/")) return error;
  if (!isOnPath(word, environment.PATH ?? "")) return error;
  return new GhostError(error.code, error.message, {
    hint: `to run the program ${word} of your PATH: ghost start ${word} --name ${sanitizeName(word, "NAME")} -- ARGUMENT…`,
  });
}

/** Names have no dots, and only project/name has a slash, a single one in the middle. */
function isMeantAsFile(word: string): boolean {
  return !/[*?[\]{}]/.test(word) && /^[/~]|\.|\/.*\/|\/$/.test(word);
}

function refusedFile(word: string, { kind, text }: FileProblem): GhostError {
  const hint = kind === "denied" ? "let the user who runs Ghost enter all folders on the way to it" : "correct the path";
  return new GhostError("EXECUTABLE_NOT_RUNNABLE", `cannot start ${word}: ${text}`, { hint });
}

function noSuchFile(word: string, directory: string): GhostError {
  const near = nearest(word.replace(/^\.\//, ""), namesIn(directory));
  return new GhostError("NOT_FOUND", `cannot start ${word}: there is no such file`, {
    hint: near === null ? `a path is taken from the folder you are in, ${directory}` : `did you mean ${near}?`,
  });
}

function folderInstead(word: string, path: string): GhostError {
  if (isAppFolder(path))
    return new GhostError("USAGE", `cannot start ${word}: it is an app that is not registered`, { hint: hintForApp(path) });
  const declared = DEFAULT_FILES.map((name) => join(path, name)).find((file) => lookAt(file).stats?.isFile());
  return new GhostError("USAGE", `cannot start ${word}: it is a folder`, {
    hint: declared === undefined ? "name the program inside it" : `ghost register --start ${declared}`,
  });
}

/** So many names of a folder are looked at for a suggestion. */
const NAMES_MAX = 1_000;

function namesIn(directory: string): string[] {
  try {
    return readdirSync(directory).slice(0, NAMES_MAX);
  } catch {
    return []; // A folder that cannot be read has no names to offer.
  }
}
