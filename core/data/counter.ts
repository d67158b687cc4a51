import { GhostError } from "../errors/ghost-error.ts";

/** As Redis writes and reads integers: no sign but a minus, no leading zero. */
const WHOLE = /^(?:0|-?[1-9]\d*)$/;

/** A stored text plus a whole number. No text counts as 0. Throws WRONG_TYPE. */
export function sum(key: string, text: string | undefined, by: number): number {
  const value = text === undefined ? 0 : WHOLE.test(text) ? Number(text) : Number.NaN;
  if (!Number.isSafeInteger(value)) throw notWhole(key, "its value is no whole number, or one beyond 2^53");
  const total = value + by;
  if (!Number.isSafeInteger(total)) throw notWhole(key, "the sum would be beyond 2^53");
  return total;
}

/** The error of an increment. */
export function notWhole(key: string, why: string): GhostError {
  return new GhostError("WRONG_TYPE", `cannot increment ${key}: ${why}`);
}
