import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { GHOST, type Outcome, type RunOptions, run } from "./ghost.ts";
import { isAlive, processesOf, type Seen } from "./processes.ts";
import { waitFor } from "./wait.ts";

/** How long a daemon may take to stop its children in order at a test's end, in milliseconds. */
const STOP_LIMIT_MS = 15_000;
/** How long killed processes may take to be gone, in milliseconds. */
const KILL_LIMIT_MS = 5_000;

/** A Ghost home of one test, in a temporary folder with a path short enough for sockets. */
export interface Home extends AsyncDisposable {
  /** `GHOST_HOME`. */
  readonly dir: string;
  /** An empty folder for the test's own files; commands run in it unless told otherwise. */
  readonly work: string;
  /** The environment commands get: PATH, HOME (a folder of the test's), GHOST_HOME, LANG; nothing of the person's own. */
  readonly env: Readonly<Record<string, string>>;
  /** Runs `ghost ARGS` in this home. */
  ghost(args: readonly string[], options?: RunOptions): Promise<Outcome>;
  /** The same, and an exit code other than 0 is an error that shows what was said. */
  ok(args: readonly string[], options?: RunOptions): Promise<Outcome>;
  /** Writes a file under `work` (folders are made) and gives its path. */
  write(name: string, content: string, mode?: number): string;
  /** Stops the daemon of this home, kills what still has to do with it, and removes it. Called by `await using`. */
  close(): Promise<void>;
}

/** How a home differs from the usual one. */
export interface HomeOptions {
  /** The test leaves processes behind on purpose; they are ended without an error. */
  readonly expectLeftovers?: boolean;
  /** The command line of ghost, default `GHOST` (see `ghost.ts`). */
  readonly program?: readonly string[];
}

/**
 * Makes a home: `await using home = makeHome()` cleans it up however the test ends. Clean-up stops the daemon with
 * `ghost daemon stop`; whoever lives on after that is killed, and named in an error unless the test said `expectLeftovers`.
 */
export function makeHome(options: HomeOptions = {}): Home {
  const base = mkdtempSync(join(process.env.GHOST_TEST_TMP ?? "/tmp", "gt-"));
  const [dir, work, user] = ["home", "work", "user"].map((name) => join(base, name)) as [string, string, string];
  for (const folder of [work, user]) mkdirSync(folder);
  const env = { PATH: process.env.PATH ?? "/usr/bin:/bin", HOME: user, GHOST_HOME: dir, LANG: "C.UTF-8", SHELL: "/bin/sh", TMPDIR: base };
  const program = options.program ?? GHOST;
  const inHome = (args: readonly string[], more: RunOptions = {}) => run([...program, ...args], { cwd: work, env, ...more });
  const close = () => closeHome(base, dir, [...program, "daemon", "stop"], env, options.expectLeftovers ?? false);
  return {
    dir,
    work,
    env,
    ghost: inHome,
    ok: async (args, more) => mustSucceed(args, await inHome(args, more)),
    write: writer(work),
    close,
    [Symbol.asyncDispose]: close,
  };
}

function mustSucceed(args: readonly string[], outcome: Outcome): Outcome {
  if (outcome.code === 0) return outcome;
  throw new Error(`ghost ${args.join(" ")} ended with ${outcome.code ?? outcome.signal}:\n${outcome.stdout}${outcome.stderr}`);
}

function writer(work: string): Home["write"] {
  return (name, content, mode = 0o644) => {
    const path = join(work, name);
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, content, { mode });
    return path;
  };
}

async function closeHome(
  base: string,
  dir: string,
  stop: readonly string[],
  env: Readonly<Record<string, string>>,
  expectLeftovers: boolean,
): Promise<void> {
  let stopError: unknown;
  if (processesOf(dir).length > 0) {
    await run(stop, { cwd: "/", env, limitMs: STOP_LIMIT_MS }).catch((error: unknown) => {
      stopError = error;
    });
  }
  const leftovers = await sweep(base);
  rmSync(base, { recursive: true, force: true });
  if (stopError) throw stopError;
  if (leftovers.length > 0 && !expectLeftovers)
    throw new Error(`left behind by the daemon: ${leftovers.map(({ pid, command }) => `${pid} ${command}`).join(", ")}`);
}

async function sweep(base: string): Promise<Seen[]> {
  // What has just been told to end (the keeper, a log pump) may need a moment; only what stays is a leftover.
  await waitFor(() => processesOf(base).length === 0, { what: "the home's processes to end", limitMs: 1_000 }).catch(() => undefined);
  const leftovers = processesOf(base);
  for (const { pid } of leftovers) kill(pid);
  await waitFor(() => leftovers.every(({ pid }) => !isAlive(pid)), { what: "killed processes to be gone", limitMs: KILL_LIMIT_MS });
  return leftovers;
}

function kill(pid: number): void {
  try {
    process.kill(pid, "SIGKILL");
  } catch {
    // Gone by itself in between.
  }
}
