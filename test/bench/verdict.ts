import type { Figure, Target } from "./figures.ts";

/** How a value stands to its target. */
export interface Verdict {
  readonly met: boolean;
  /** How far the value is from the target, in percent of the target: to spare when met, too bad by so much when missed. */
  readonly byPercent: number;
}

/** Holds a value against its target; null where that is a multiple of what Redis reached, and Redis was not measured. */
export function judge(target: Target, value: number, redis?: number): Verdict | null {
  if ("timesRedis" in target) return redis === undefined ? null : judge({ atLeast: target.timesRedis * redis }, value);
  const [met, bound] = "atMost" in target ? [value <= target.atMost, target.atMost] : [value >= target.atLeast, target.atLeast];
  return { met, byPercent: (Math.abs(value - bound) / bound) * 100 };
}

/** How many times better `ours` is than `theirs`: above 1 is better, whichever direction is. Null when there is no sense in it. */
export function timesBetter({ unit }: Figure, ours: number, theirs: number): number | null {
  const ratio = unit === "MB/s" || unit === "k/s" ? ours / theirs : theirs / ours;
  return Number.isFinite(ratio) && ratio > 0 ? ratio : null;
}
