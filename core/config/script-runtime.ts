import { GhostError } from "../errors/ghost-error.ts";
import { baseName } from "./posix-path.ts";

/** What can be asked of the system that will run a file. */
export interface RuntimeSurvey {
  /** Whether a program of this name can be found in PATH. */
  readonly isOnPath: (name: string) => boolean;
  /** What `node --version` says, e.g. `v22.18.0`; null when there is no node or it does not answer. Asked only where it matters. */
  readonly nodeVersion: () => string | null;
  /** This very program as a runtime of JavaScript and TypeScript, for where there is no other; absent or null: it is none. */
  readonly own?: () => ScriptRuntime | null;
}

/** Who runs a file. */
export interface ScriptRuntime {
  /** For people, e.g. `node`. */
  readonly name: string;
  /** The program, and what stands between it and the file. */
  readonly words: readonly string[];
  /** Variables that it needs. */
  readonly environment: Readonly<Record<string, string>>;
}

const JAVASCRIPT = [["node"], ["bun"]] as const;
/** Before node those that have always run TypeScript; -A, because Deno else stops to ask, and nobody is there to answer. */
const TYPESCRIPT = [["bun"], ["deno", "run", "-A"], ["tsx"], ["node"]] as const;

/** Who can run a file by its ending, the preferred first. */
const RUNTIMES: Readonly<Record<string, readonly (readonly string[])[]>> = {
  js: JAVASCRIPT,
  mjs: JAVASCRIPT,
  cjs: JAVASCRIPT,
  ts: TYPESCRIPT,
  mts: TYPESCRIPT,
  cts: TYPESCRIPT,
  py: [["python3"], ["python"]],
};

/** True for a file's name whose ending tells who runs it, e.g. `app.js`. */
export function hasRuntimeEnding(file: string): boolean {
  return Object.hasOwn(RUNTIMES, endingOf(file));
}

/**
 * Who runs a file: the first runtime for its ending that is in PATH, else this very program where it can. Null: the file itself is executed.
 * Throws EXECUTABLE_NOT_FOUND when no runtime for its ending can run it.
 */
export function runtimeFor(file: string, survey: RuntimeSurvey): ScriptRuntime | null {
  const ending = endingOf(file);
  const runtimes = hasRuntimeEnding(file) ? (RUNTIMES[ending] ?? []) : [];
  if (runtimes.length === 0) return null;
  const found = runtimes.find(([program = ""]) => survey.isOnPath(program) && (program !== "node" || runsInNode(runtimes, survey)));
  if (found) return { name: found[0] ?? "", words: found, environment: {} };
  const own = ending === "py" ? null : survey.own?.();
  if (own) return own;
  throw runtimes === TYPESCRIPT ? noTypeScript(file, survey) : noRuntime(file, runtimes);
}

function runsInNode(runtimes: readonly (readonly string[])[], { nodeVersion }: RuntimeSurvey): boolean {
  return runtimes !== TYPESCRIPT || stripsTypes(nodeVersion() ?? "");
}

/** Whether a version of Node runs TypeScript without being told to: from 22.18 and 23.6 on (nodejs.org, "Modules: TypeScript"). */
export function stripsTypes(version: string): boolean {
  const [, major, minor] = /^v?(\d+)\.(\d+)/.exec(version) ?? [];
  if (major === undefined) return false;
  const first: Readonly<Record<string, number>> = { 22: 18, 23: 6 };
  return Number(major) > 23 || Number(minor) >= (first[major] ?? Number.POSITIVE_INFINITY);
}

function noTypeScript(file: string, { isOnPath, nodeVersion }: RuntimeSurvey): GhostError {
  const version = isOnPath("node") ? nodeVersion() : null;
  const why = version === null ? "" : `, and node ${version} does not run it`;
  return new GhostError("EXECUTABLE_NOT_FOUND", `cannot start ${baseName(file)}: neither bun, deno nor tsx is in PATH${why}`, {
    hint: "install one of them, or Node.js 22.18 or newer; or compile it to JavaScript and start that",
  });
}

function noRuntime(file: string, runtimes: readonly (readonly string[])[]): GhostError {
  const names = runtimes.map(([program]) => program);
  return new GhostError("EXECUTABLE_NOT_FOUND", `cannot start ${baseName(file)}: neither ${names.join(" nor ")} is in PATH`, {
    hint: `install ${names[0]}, or start it from a shell whose PATH has one of them`,
  });
}

function endingOf(file: string): string {
  return /\.([^./]+)$/.exec(baseName(file))?.[1]?.toLowerCase() ?? "";
}
