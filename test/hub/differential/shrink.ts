import { CLIENTS } from "./generate.ts";
import { type Difference, type Pair, runSequence } from "./run-sequence.ts";
import type { Step } from "./steps.ts";

/** How long a sequence is shrunk, in ms: a difference that shows by a missing reply costs seconds at each try. */
const SHRINK_LIMIT_MS = 30_000;

/** A difference and the steps that show it. */
export interface Finding {
  readonly steps: readonly Step[];
  readonly difference: Difference;
}

/** Leaves out steps as long as the same command still gets another answer from each server. */
export async function shrink(pair: Pair, found: Finding): Promise<Finding> {
  const deadline = performance.now() + SHRINK_LIMIT_MS;
  let best: Finding = { ...found, steps: found.steps.slice(0, found.difference.at + 1) };
  for (let size = Math.ceil(best.steps.length / 2); size >= 1; size = size === 1 ? 0 : Math.ceil(size / 2)) {
    for (let from = 0; from < best.steps.length && performance.now() < deadline; ) {
      const smaller = await stillDiffers(pair, best.steps.toSpliced(from, size), found.difference);
      if (smaller === null) from += size;
      else best = smaller;
    }
  }
  return best;
}

async function stillDiffers(pair: Pair, steps: readonly Step[], { words }: Difference): Promise<Finding | null> {
  const { differences } = await runSequence(pair, steps, CLIENTS);
  const difference = differences.find((one) => one.words[0]?.toUpperCase() === words[0]?.toUpperCase());
  return difference === undefined ? null : { steps: steps.slice(0, difference.at + 1), difference };
}
