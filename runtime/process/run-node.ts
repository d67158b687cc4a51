import { type ChildProcess, spawn } from "node:child_process";
import { pathToFileURL } from "node:url";
import { GhostError } from "../../core/errors/ghost-error.ts";
import { findExecutable } from "./executable.ts";
import { rememberRuntimeChild } from "./spawn.ts";

/** How long a configuration may take to say what it holds, in ms. */
const RUN_LIMIT_MS = 10_000;
/** Longest value, and what else it may print, in bytes. */
const OUTPUT_BYTES_MAX = 4 * 1024 * 1024;
/** Ours stands between these: a configuration may print for itself before. */
const MARK = "\u0001ghost\u0001";
const END = "\u0001end\u0001";
/** Who can run JavaScript, the preferred first. */
const RUNTIMES = ["node", "bun"] as const;

/** Where and with what a script is run. */
export interface ScriptPlace {
  readonly workingDirectory: string;
  /** Passed on whole: a configuration may ask for any variable. */
  readonly environment: Readonly<Record<string, string | undefined>>;
}

/**
 * What a JavaScript file exports (its default export, `module.exports`, or what that gives when it is a function), by way of JSON: functions are
 * lost. It runs in a process of its own with node, else bun, and is killed with all that it started after 10 s. Throws EXECUTABLE_NOT_FOUND
 * without either, TIMED_OUT, and CONFIG_INVALID with the last line of what it said when it fails.
 */
export async function exportsOf(file: string, place: ScriptPlace): Promise<unknown> {
  const runtime = findRuntime(place);
  const module = runtime.endsWith("/node") ? ["--input-type=module"] : [];
  const { code, stdout, stderr } = await run(runtime, [...module, "-e", scriptFor(file)], file, place);
  if (stdout.endsWith(END)) return JSON.parse(stdout.slice(stdout.lastIndexOf(MARK) + MARK.length, -END.length));
  const why = stderr.split("\n").findLast((line) => /error/i.test(line)) ?? stderr.trim().split("\n").at(-1) ?? "";
  throw new GhostError(
    "CONFIG_INVALID",
    `cannot read ${file}: it failed when it was run with ${runtime} (${why.trim() || `exit ${code}`})`,
    {
      hint: `try it by hand: ${runtime} ${file}`,
    },
  );
}

function scriptFor(file: string): string {
  return `const loaded = await import(${JSON.stringify(pathToFileURL(file).href)});
let value = loaded.default ?? loaded;
value = value?.default ?? value;
if (typeof value === "function") value = await value();
process.stdout.write(${JSON.stringify(MARK)} + JSON.stringify(value ?? null) + ${JSON.stringify(END)});`;
}

function findRuntime({ workingDirectory, environment }: ScriptPlace): string {
  for (const name of RUNTIMES) {
    try {
      return findExecutable(name, { path: environment.PATH ?? "", workingDirectory, fileDirectory: null });
    } catch (error) {
      if (!(error instanceof GhostError)) throw error;
    }
  }
  throw new GhostError("EXECUTABLE_NOT_FOUND", "cannot run a JavaScript configuration: neither node nor bun is in PATH", {
    hint: "install node, or write the configuration as JSON",
  });
}

interface RunOutcome {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

function run(runtime: string, args: readonly string[], file: string, { workingDirectory, environment }: ScriptPlace): Promise<RunOutcome> {
  return new Promise((resolve, reject) => {
    // A group of its own, so that what it starts ends with it.
    const child = spawn(runtime, args, { cwd: workingDirectory, env: environment, stdio: ["ignore", "pipe", "pipe"], detached: true });
    rememberRuntimeChild(child);
    const tooLong = (why: string) => {
      killGroup(child);
      reject(new GhostError("TIMED_OUT", `cannot read ${file}: ${why}`, { hint: "a configuration should export its value and end" }));
    };
    const timer = setTimeout(() => tooLong(`it did not end within ${RUN_LIMIT_MS / 1000} s`), RUN_LIMIT_MS);
    // What it has opened may keep it alive: once it has said its value it is of no more use.
    const out = gather(
      child.stdout,
      (text) => text.endsWith(END) && killGroup(child),
      () => tooLong(`it printed more than ${OUTPUT_BYTES_MAX / 1024 / 1024} MiB`),
    );
    const err = gather(
      child.stderr,
      () => false,
      () => tooLong(`it printed more than ${OUTPUT_BYTES_MAX / 1024 / 1024} MiB`),
    );
    child.once("error", reject);
    child.once("close", (code) => {
      clearTimeout(timer);
      resolve({ code, stdout: out(), stderr: err() });
    });
  });
}

/** Keeps what a stream says; `look` is shown the latest chunk. */
function gather(stream: NodeJS.ReadableStream, look: (latest: string) => unknown, tooMuch: () => void): () => string {
  const chunks: Buffer[] = [];
  let bytes = 0;
  stream.on("data", (chunk: Buffer) => {
    bytes += chunk.length;
    if (bytes > OUTPUT_BYTES_MAX) return tooMuch();
    chunks.push(chunk);
    look(Buffer.concat(chunks.slice(-2)).toString("utf8"));
  });
  return () => Buffer.concat(chunks).toString("utf8");
}

function killGroup({ pid }: ChildProcess): void {
  try {
    if (pid !== undefined) process.kill(-pid, "SIGKILL");
  } catch {
    // It ended in between.
  }
}
