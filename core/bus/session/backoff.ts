import type { Random } from "./transport.ts";

/** The pause before the first try to connect again, in ms: a hub that died is back within tens of them. */
const FIRST_MS = 10;
/** The longest pause, in ms. */
const MAX_MS = 2_000;

/** The pause before the next try, in ms: it doubles with each that failed, and is spread by half so that not all clients come at once. */
export function backoffMs(failures: number, random: Random): number {
  return Math.min(MAX_MS, FIRST_MS * 2 ** Math.min(failures, 20)) * (0.5 + random() / 2);
}
