import type { Fail, SqlParameter } from "./statement.ts";

const INT32_MIN = -2_147_483_648;
const INT32_MAX = 2_147_483_647;
const INT64_MIN = -(2n ** 63n);
const INT64_MAX = 2n ** 63n - 1n;

/** A set of positions as bits: those before this one. */
const POSITIONS_MAX = 31;

/** The same positions as `wideIntegers` gives, as bits; -1: there are some beyond the 31st value. */
export function wideBits(values: readonly SqlParameter[], fail: Fail): number {
  let bits = 0;
  for (let index = 0; index < values.length; index++) {
    if (!isWide(values[index] as SqlParameter, fail)) continue;
    if (index >= POSITIONS_MAX) return -1;
    bits |= 1 << index;
  }
  return bits;
}

/**
 * The 0-based positions of the integers that do not fit the 32 bits which the module can bind; null when there are none, which is the
 * common case. Refuses what SQLite cannot hold: a bigint beyond 64 bits, and NaN, which it would store as NULL.
 */
export function wideIntegers(values: readonly SqlParameter[], fail: Fail): Set<number> | null {
  let wide: Set<number> | null = null;
  for (let index = 0; index < values.length; index++) {
    if (isWide(values[index] as SqlParameter, fail)) wide = (wide ?? new Set()).add(index);
  }
  return wide;
}

function isWide(value: SqlParameter, fail: Fail): boolean {
  if (typeof value === "number") {
    if (Number.isNaN(value)) fail("NaN cannot be stored");
    return (value > INT32_MAX || value < INT32_MIN) && Number.isSafeInteger(value);
  }
  if (typeof value !== "bigint") return false;
  if (value > INT64_MAX || value < INT64_MIN) fail(`${value} does not fit the 64 bits of an SQL integer`);
  // A small one, too: only a cast makes the text, as which every bigint is bound, an integer.
  return true;
}
