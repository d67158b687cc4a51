/**
 * Runs the checks, the build and every test file, a process each, and closes with `N passed, N failed`.
 * `bun test/run.ts WORDS…` runs only the test files whose path contains one of the words, on the build that is there.
 */
import { chmodSync, mkdtempSync, rmSync } from "node:fs";
import { availableParallelism, tmpdir } from "node:os";
import { join } from "node:path";
import { findTestFiles, type TestFile } from "./runner/files.ts";
import { closingLine, tellFile, tellSkips } from "./runner/report.ts";
import { type FileResult, runFile } from "./runner/run-file.ts";
import { runSteps } from "./runner/steps.ts";

/** Files that run at the same time: the tests wait more than they work, but start many processes, so a few more than the cores would only measure the queue. */
const FILES_AT_ONCE = Math.max(3, Math.min(4, availableParallelism()));

const words = process.argv.slice(2);
const results: FileResult[] = words.length === 0 ? await runSteps() : [];
const canGoOn = results.every(({ name, failed }) => name !== "build" || failed.length === 0);
if (canGoOn) results.push(...(await runAll(findTestFiles(words))));
tellSkips(results);
console.log(closingLine(results));
process.exit(results.every(({ failed }) => failed.length === 0) ? 0 : 1);

async function runAll(files: readonly TestFile[]): Promise<FileResult[]> {
  // Short, because sockets live below it.
  const folder = mkdtempSync(join(tmpdir(), "gt"));
  // Tests that run programs as another user need the way to their own folders open.
  chmodSync(folder, 0o711);
  const queue = files.filter(({ serial }) => !serial);
  const workers = Array.from({ length: FILES_AT_ONCE }, () => work(queue, folder));
  const together = (await Promise.all(workers)).flat();
  const alone = await work(
    files.filter(({ serial }) => serial),
    folder,
  );
  rmSync(folder, { recursive: true, force: true });
  return [...together, ...alone];
}

async function work(queue: TestFile[], folder: string): Promise<FileResult[]> {
  const results: FileResult[] = [];
  for (let file = queue.shift(); file; file = queue.shift()) {
    const result = await runFile(file, folder);
    tellFile(result);
    results.push(result);
  }
  return results;
}
