import { spawn, spawnSync } from "node:child_process";

/** No command of any contender takes longer, in milliseconds; one that does has failed. */
const COMMAND_LIMIT_MS = 180_000;
/** What is kept of a command's output, in bytes: a table of a thousand processes is far smaller. */
const OUTPUT_BYTES_MAX = 16 * 1024 * 1024;
/** How much of a failing command's output goes into the error, in characters. */
const TOLD_CHARACTERS = 600;

/** Where and with what environment commands run. */
export interface Surroundings {
  readonly cwd: string;
  readonly env: Readonly<Record<string, string>>;
}

/**
 * Runs a command to its end (no shell, output to a pipe that is read) and gives the milliseconds from before the spawn until after the reaping.
 * An exit code other than 0 is an error that shows what was said.
 */
export function timeCommand(argv: readonly string[], { cwd, env }: Surroundings): number {
  const startedAt = performance.now();
  const { status, stdout, stderr, error } = spawnSync(argv[0]!, argv.slice(1), {
    cwd,
    env: { ...env },
    stdio: ["ignore", "pipe", "pipe"],
    encoding: "utf8",
    timeout: COMMAND_LIMIT_MS,
    maxBuffer: OUTPUT_BYTES_MAX,
  });
  const tookMs = performance.now() - startedAt;
  if (status !== 0) throw failure(argv, status, error?.message ?? `${stdout}${stderr}`);
  return tookMs;
}

/** As `timeCommand`, but the event loop goes on meanwhile. Its output is read and let go, except for the error's sake the end of it. */
export function timeCommandBeside(argv: readonly string[], { cwd, env }: Surroundings): Promise<number> {
  return new Promise((resolve, reject) => {
    const startedAt = performance.now();
    const child = spawn(argv[0]!, argv.slice(1), { cwd, env: { ...env }, stdio: ["ignore", "pipe", "pipe"], timeout: COMMAND_LIMIT_MS });
    let said = "";
    const keep = (chunk: Buffer) => {
      said = `${said}${chunk.toString()}`.slice(-TOLD_CHARACTERS);
    };
    child.stdout.on("data", keep);
    child.stderr.on("data", keep);
    child.once("error", reject);
    // `exit`, not `close`: what the command leaves running may hold the pipes.
    child.once("exit", (code) => {
      const tookMs = performance.now() - startedAt;
      if (code === 0) resolve(tookMs);
      else reject(failure(argv, code, said));
    });
  });
}

function failure(argv: readonly string[], code: number | null, said: string): Error {
  return new Error(`${argv.join(" ")} ended with ${code ?? "a signal"}: ${said.trim().slice(-TOLD_CHARACTERS)}`);
}
