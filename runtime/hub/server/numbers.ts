/** Numbers as Redis reads them: 64-bit integers in plain decimal digits. */
import { type Arguments, textAt } from "./arguments.ts";
import { NOT_INTEGER, refuse } from "./reply-error.ts";

const INTEGER = /^(?:0|-?[1-9]\d{0,18})$/;
const INT64_MIN = -(2n ** 63n);
const INT64_MAX = 2n ** 63n - 1n;

/** The integer that a text is; null: it is none, or not one of 64 bits. */
export function parseInt64(text: string): bigint | null {
  if (!INTEGER.test(text)) return null;
  const value = BigInt(text);
  return isInt64(value) ? value : null;
}

export function isInt64(value: bigint): boolean {
  return value >= INT64_MIN && value <= INT64_MAX;
}

/** A word that must be an integer; one beyond 2^53 is not exact. */
export function integerAt(args: Arguments, index: number, error = NOT_INTEGER): number {
  const text = textAt(args, index);
  const value = INTEGER.test(text) && text.length < 16 ? Number(text) : parseInt64(text);
  return value === null ? refuse(error) : Number(value);
}

/** A word that must be an integer, exactly. */
export function int64At(args: Arguments, index: number, error = NOT_INTEGER): bigint {
  return parseInt64(textAt(args, index)) ?? refuse(error);
}
