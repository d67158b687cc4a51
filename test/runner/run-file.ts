import { spawn } from "node:child_process";
import { chmodSync, existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { ROOT } from "../rig/ghost.ts";
import { processesOf } from "../rig/processes.ts";
import type { ProgressRecord } from "../rig/test.ts";
import { waitFor } from "../rig/wait.ts";
import type { TestFile } from "./files.ts";

/** How long processes that a file started may take to be gone after its end, in milliseconds. */
const AFTERLIFE_MS = 2_000;
/** What is shown of a failing file's output, in characters; of more, the end. */
const OUTPUT_CHARS_MAX = 200_000;

/** How a test file (or a step before the tests) ended. */
export interface FileResult {
  readonly name: string;
  readonly passed: number;
  readonly failed: readonly { readonly test: string; readonly message: string }[];
  readonly skipped: readonly { readonly test: string; readonly reason: string }[];
  readonly tookMs: number;
  /** All that the file printed. */
  readonly output: string;
}

/** Runs one file in a process and a temporary folder of its own, within its time limit, and looks for processes that it left behind. */
export async function runFile(file: TestFile, folder: string): Promise<FileResult> {
  const own = mkdtempSync(join(folder, "f"));
  chmodSync(own, 0o711);
  const startedAt = performance.now();
  const end = await runProcess(file, own);
  const progress = readProgress(join(own, "progress"));
  const failed = [...failures(file, end, progress), ...(await leftBehind(own))];
  rmSync(own, { recursive: true, force: true });
  const skipped = progress.filter((entry) => entry.event === "skipped");
  return {
    name: file.path,
    passed: progress.filter(({ event }) => event === "passed").length,
    failed,
    skipped,
    tookMs: performance.now() - startedAt,
    output: end.output,
  };
}

interface End {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly timedOut: boolean;
  readonly output: string;
}

function runProcess(file: TestFile, own: string): Promise<End> {
  const env = { ...process.env, GHOST_TEST_PROGRESS: join(own, "progress"), GHOST_TEST_TMP: own, TMPDIR: own, NO_COLOR: "1" };
  const args = ["--preload", join(ROOT, "test/rig/preload.ts"), join(ROOT, file.path)];
  // A group of its own, so that a hung file can be ended with all that it started in it.
  const child = spawn(process.execPath, args, { cwd: ROOT, env, stdio: ["ignore", "pipe", "pipe"], detached: true });
  let output = "";
  const keep = (chunk: Buffer) => {
    output = (output + chunk.toString()).slice(-OUTPUT_CHARS_MAX);
  };
  child.stdout.on("data", keep);
  child.stderr.on("data", keep);
  return new Promise((resolve) => {
    let timedOut = false;
    const deadline = setTimeout(() => {
      timedOut = true;
      endGroup(child.pid);
    }, file.limitMs);
    // `exit`, not `close`: a process left behind may hold the pipes for ever.
    child.once("exit", (code, signal) => {
      clearTimeout(deadline);
      setImmediate(() => resolve({ code, signal, timedOut, output }));
    });
  });
}

function endGroup(pid: number | undefined): void {
  try {
    if (pid) process.kill(-pid, "SIGKILL");
  } catch {
    // Ended by itself at the last moment.
  }
}

function readProgress(path: string): ProgressRecord[] {
  if (!existsSync(path)) return [];
  return readFileSync(path, "utf8")
    .trimEnd()
    .split("\n")
    .map((line) => JSON.parse(line) as ProgressRecord);
}

/** What failed: tests that said so, the test that hung or in which the process ended, a file that did not get to its tests. */
export function failures(
  file: TestFile,
  end: Omit<End, "output">,
  progress: readonly ProgressRecord[],
): { test: string; message: string }[] {
  const failed: { test: string; message: string }[] = progress.filter((entry) => entry.event === "failed");
  const of = (...events: ProgressRecord["event"][]) => progress.filter(({ event }) => events.includes(event));
  const running = of("started").find(
    ({ test }) =>
      of("started").filter((other) => other.test === test).length > of("passed", "failed").filter((other) => other.test === test).length,
  );
  const where = running?.test ?? "(the file, outside its tests)";
  if (end.timedOut) failed.push({ test: where, message: `hung: the file was ended after its limit of ${file.limitMs / 1000} s` });
  else if (running) failed.push({ test: where, message: `the process ended in the middle of it, with ${end.code ?? end.signal}` });
  else if (of("registered").length > of("started").length)
    failed.push({ test: where, message: "not all tests were run: is test.run() missing, or test.only left in?" });
  else if (end.code !== 0 && failed.length === 0) failed.push({ test: where, message: `the process ended with ${end.code ?? end.signal}` });
  else if (of("registered", "skipped").length === 0) failed.push({ test: where, message: "has no tests" });
  return failed;
}

async function leftBehind(own: string): Promise<{ test: string; message: string }[]> {
  await waitFor(() => processesOf(own).length === 0, { what: "the file's processes to end", limitMs: AFTERLIFE_MS, pauseMs: 50 }).catch(
    () => undefined,
  );
  const left = processesOf(own);
  for (const { pid } of left) {
    try {
      process.kill(pid, "SIGKILL");
    } catch {
      // Gone by itself in between.
    }
  }
  return left.map(({ pid, command }) => ({ test: "(after the tests)", message: `left a process behind: ${pid} ${command}` }));
}
