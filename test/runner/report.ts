import type { FileResult } from "./run-file.ts";

/** One line for a file that passed; for one that failed also all it printed and the names of what failed. */
export function tellFile({ name, passed, failed, skipped, tookMs, output }: FileResult): void {
  const counts = [`${passed} passed`, failed.length > 0 && `${failed.length} failed`, skipped.length > 0 && `${skipped.length} skipped`];
  console.log(`${failed.length > 0 ? "FAIL" : "ok  "}  ${name}  ${counts.filter(Boolean).join(", ")}  ${(tookMs / 1000).toFixed(1)} s`);
  if (failed.length === 0) return;
  console.log(output.trimEnd().replaceAll(/^/gm, "      | "));
  for (const { test, message } of failed) console.log(`      failed: ${test}: ${message.split("\n")[0]}`);
}

/** Each test that was skipped and why; then, again, what failed, because that has scrolled away. */
export function tellSkips(results: readonly FileResult[]): void {
  console.log("");
  for (const { name, skipped } of results) for (const { test, reason } of skipped) console.log(`skipped: ${name}: ${test}: ${reason}`);
  for (const { name, failed } of results)
    for (const { test, message } of failed) console.log(`failed: ${name}: ${test}: ${message.split("\n")[0]}`);
}

/** `N passed, N failed`, and nothing else: what was skipped is told before. */
export function closingLine(results: readonly FileResult[]): string {
  const sum = (count: (result: FileResult) => number): number => results.reduce((total, result) => total + count(result), 0);
  return `${sum(({ passed }) => passed)} passed, ${sum(({ failed }) => failed.length)} failed`;
}
