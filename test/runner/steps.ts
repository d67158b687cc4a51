import { ROOT, run } from "../rig/ghost.ts";
import { tellFile } from "./report.ts";
import type { FileResult } from "./run-file.ts";

/** How long a step may take, in milliseconds; the build may have to fetch a runtime. */
const STEP_LIMIT_MS = 300_000;

/** What `npm run check` does, a step each, then the build with all that the tests run. */
const STEPS: readonly { readonly name: string; readonly argv: readonly string[] }[] = [
  { name: "types", argv: ["node_modules/.bin/tsc", "-b"] },
  { name: "lint", argv: ["node_modules/.bin/biome", "check", "."] },
  { name: "layers", argv: [process.execPath, "test/layers.ts"] },
  { name: "build", argv: [process.execPath, "build.ts", "--sea"] },
];

/** Runs the steps one after the other, tells each, and goes on after a failure so that all are known. */
export async function runSteps(): Promise<FileResult[]> {
  const results: FileResult[] = [];
  for (const step of STEPS) {
    const result = await runStep(step.name, step.argv);
    tellFile(result);
    results.push(result);
  }
  return results;
}

async function runStep(name: string, argv: readonly string[]): Promise<FileResult> {
  const { code, signal, stdout, stderr, tookMs } = await run(argv, { cwd: ROOT, limitMs: STEP_LIMIT_MS });
  const failed = code === 0 ? [] : [{ test: name, message: `ended with ${code ?? signal}` }];
  return { name, passed: code === 0 ? 1 : 0, failed, skipped: [], tookMs, output: stdout + stderr };
}
