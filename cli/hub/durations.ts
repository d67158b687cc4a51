import { DURATION_MAX_MS, parseDuration } from "../../core/config/units.ts";
import { usage } from "../arguments.ts";
import type { Context } from "../context.ts";

/** The longest time that something is kept, in milliseconds: a hundred years, as in apps. */
export const KEPT_MAX_MS = 36_525 * 86_400_000;

/** The milliseconds of an option such as `--expiry 10m`, above 0 and at most `maxMs`, by default what a timer can wait; undefined where it was not given. */
export function durationOption(context: Context, option: string, maxMs = DURATION_MAX_MS): number | undefined {
  const text = context.text(option);
  if (text === undefined) return undefined;
  const parsed = parseDuration(text, maxMs);
  if ("problem" in parsed) throw usage(context.verb, `--${option} ${text}: ${parsed.problem}`, `${parsed.hint}; `);
  if (parsed.value <= 0) throw usage(context.verb, `--${option} ${text}: it is no time at all`);
  return parsed.value;
}
