import { accessSync, constants, statSync } from "node:fs";
import { dirname, isAbsolute, join, resolve } from "node:path";
import { GhostError } from "../../core/errors/ghost-error.ts";
import { type FileProblem, lookAt } from "../system/look-at.ts";

/** Where an executable may be. */
export interface ExecutablePlaces {
  /** PATH as recorded at registration. */
  readonly path: string;
  readonly workingDirectory: string;
  /** The folder of the file that declares the process; tried after the working directory. */
  readonly fileDirectory: string | null;
}

/**
 * The absolute path of an executable: a bare name from PATH; a path with a slash from the working directory, then from
 * the file's folder. Throws EXECUTABLE_NOT_FOUND or EXECUTABLE_NOT_RUNNABLE with the remedy.
 */
export function findExecutable(executable: string, places: ExecutablePlaces): string {
  const candidates = candidatePaths(executable, places);
  const runnable = candidates.find(isRunnable);
  if (runnable !== undefined) return runnable;
  const looks = candidates.map((path) => ({ path, ...lookAt(path) }));
  const present = looks.find(({ stats }) => stats !== null);
  if (present?.stats) throw notRunnable(present.path, present.stats.isDirectory());
  const refused = looks.find(({ why }) => why !== null && why.kind !== "missing");
  if (refused?.why) throw refusedBySystem(executable, refused.path, refused.why);
  throw notFound(executable, candidates);
}

function candidatePaths(executable: string, places: ExecutablePlaces): string[] {
  if (isAbsolute(executable)) return [executable];
  if (executable.includes("/")) {
    const folders = [places.workingDirectory, places.fileDirectory].filter((folder) => folder !== null);
    return [...new Set(folders.map((folder) => resolve(folder, executable)))];
  }
  return places.path
    .split(":")
    .filter((folder) => folder !== "")
    .map((folder) => join(resolve(places.workingDirectory, folder), executable));
}

function isRunnable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return statSync(path).isFile();
  } catch {
    return false;
  }
}

function notRunnable(path: string, isDirectory: boolean): GhostError {
  if (isDirectory)
    return new GhostError("EXECUTABLE_NOT_RUNNABLE", `cannot run ${path}: it is a directory`, { hint: "name the program inside it" });
  return new GhostError("EXECUTABLE_NOT_RUNNABLE", `cannot run ${path}: it is not executable`, {
    hint: `chmod +x ${path}, or run it with its interpreter, e.g. executable: python3, args: ${path}`,
  });
}

/** Of a bare name nobody can tell whether it is in a folder of PATH that may not be entered. */
function refusedBySystem(executable: string, path: string, { kind, text }: FileProblem): GhostError {
  if (!executable.includes("/") && kind === "denied")
    return new GhostError("EXECUTABLE_NOT_FOUND", `cannot run ${executable}: it is not in PATH, as far as its folders may be entered`, {
      hint: `${dirname(path)} is closed to this user: open it, install the program elsewhere, or write its full path`,
    });
  const hint = kind === "denied" ? "let the user who runs Ghost enter all folders on the way to it" : "correct the path";
  return new GhostError("EXECUTABLE_NOT_RUNNABLE", `cannot run ${path}: ${text}`, { hint });
}

function notFound(executable: string, candidates: readonly string[]): GhostError {
  const bare = !executable.includes("/");
  return new GhostError("EXECUTABLE_NOT_FOUND", `cannot run ${executable}: ${bare ? "it is not in PATH" : "there is no such file"}`, {
    hint: bare
      ? "install it, write its full path, or register again from a shell whose PATH has it"
      : `looked for ${candidates.join(" and ")}`,
  });
}
