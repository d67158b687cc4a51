import { spawn } from "node:child_process";
import { fileURLToPath } from "node:url";

/** How long one command may take unless told otherwise, in milliseconds. */
const COMMAND_LIMIT_MS = 20_000;
/** What is kept of a command's output, in bytes; more is an error, because no test reads that much. */
const OUTPUT_BYTES_MAX = 64 * 1024 * 1024;

/** The root of the checkout. */
export const ROOT = fileURLToPath(new URL("../../", import.meta.url));

/**
 * The program under test: the environment's `GHOST_BIN`, a path, or several words divided by spaces such as
 * `node /…/dist/ghost.js`; default `dist/ghost` of this checkout.
 */
export const GHOST: readonly string[] = (process.env.GHOST_BIN ?? `${ROOT}dist/ghost`).split(" ");

/** How to run a command. */
export interface RunOptions {
  readonly cwd?: string;
  /** The whole environment, nothing is added; `Home.env` is a good base. */
  readonly env?: Readonly<Record<string, string>>;
  /** What the command reads on stdin; default: nothing, an end of file at once. */
  readonly input?: string;
  /** Milliseconds after which it is killed and the run fails; default 20,000. */
  readonly limitMs?: number;
}

/** What a command did. */
export interface Outcome {
  /** Null when a signal ended it. */
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly stdout: string;
  readonly stderr: string;
  /** Milliseconds from spawn to the end of output. */
  readonly tookMs: number;
  /** stdout as one JSON value; the error shows what was there instead. */
  json<T = unknown>(): T;
}

/** Runs the program under test with these arguments and gives what it said. Rejects only when it cannot be run or takes too long. */
export function ghost(args: readonly string[], options: RunOptions = {}): Promise<Outcome> {
  return run([...GHOST, ...args], options);
}

/** Runs any command line (no shell) the same way. */
export function run(argv: readonly string[], options: RunOptions = {}): Promise<Outcome> {
  const [file = "", ...args] = argv;
  const limitMs = options.limitMs ?? COMMAND_LIMIT_MS;
  return new Promise((resolve, reject) => {
    const startedAt = performance.now();
    const child = spawn(file, args, { cwd: options.cwd, env: options.env ?? inheritedEnvironment(), stdio: ["pipe", "pipe", "pipe"] });
    const out = collect(child.stdout, () => child.kill("SIGKILL"));
    const err = collect(child.stderr, () => child.kill("SIGKILL"));
    const tooLate = setTimeout(() => {
      child.kill("SIGKILL");
      // A grandchild may hold the pipes open, so that `close` would not come.
      reject(new Error(`${argv.join(" ")} did not end within ${limitMs} ms; so far it said:\n${out()}${err()}`));
    }, limitMs);
    child.once("error", (error) => {
      clearTimeout(tooLate);
      reject(error);
    });
    child.once("close", (code, signal) => {
      clearTimeout(tooLate);
      resolve(outcome(argv, { code, signal, stdout: out(), stderr: err(), tookMs: performance.now() - startedAt }));
    });
    // A command that does not read its input may be gone before it is written.
    child.stdin.on("error", () => undefined);
    child.stdin.end(options.input ?? "");
  });
}

function collect(stream: NodeJS.ReadableStream, tooMuch: () => void): () => string {
  const chunks: Buffer[] = [];
  let bytes = 0;
  stream.on("data", (chunk: Buffer) => {
    bytes += chunk.length;
    if (bytes > OUTPUT_BYTES_MAX) tooMuch();
    else chunks.push(chunk);
  });
  return () => Buffer.concat(chunks).toString("utf8");
}

function outcome(argv: readonly string[], facts: Omit<Outcome, "json">): Outcome {
  return {
    ...facts,
    json<T>(): T {
      try {
        return JSON.parse(facts.stdout) as T;
      } catch {
        throw new Error(`${argv.join(" ")} (exit ${facts.code}) printed no JSON:\n${facts.stdout}\nand on stderr:\n${facts.stderr}`);
      }
    },
  };
}

function inheritedEnvironment(): Record<string, string> {
  return Object.fromEntries(Object.entries(process.env).filter((entry): entry is [string, string] => entry[1] !== undefined));
}
