import { sinceCutoff } from "../core/logs/since.ts";
import { usage } from "./arguments.ts";
import type { Context } from "./context.ts";

/** The moment that `--since` names: a span before now (`10m`, `2h`), a time of day or a date; undefined where it was not given. */
export function sinceOption(context: Context, now: Date): Date | undefined {
  const text = context.text("since");
  if (text === undefined) return undefined;
  const cutoff = sinceCutoff(text, now);
  if ("since" in cutoff) return cutoff.since;
  throw usage(context.verb, `--since: ${cutoff.problem}`, `${cutoff.hint}; `);
}
