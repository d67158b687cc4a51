import { parseDuration } from "../../core/config/units.ts";
import { usage } from "../arguments.ts";
import type { Context } from "../context.ts";

/** The milliseconds of an option such as `--expiry 10m`, above 0; undefined where it was not given. */
export function durationOption(context: Context, option: string): number | undefined {
  const text = context.text(option);
  if (text === undefined) return undefined;
  const parsed = parseDuration(text);
  if ("problem" in parsed) throw usage(context.verb, `--${option} ${text}: ${parsed.problem}`, `${parsed.hint}; `);
  if (parsed.value <= 0) throw usage(context.verb, `--${option} ${text}: it is no time at all`);
  return parsed.value;
}
