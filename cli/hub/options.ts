import { dashed, usage } from "../arguments.ts";
import type { Context } from "../context.ts";

/** Refuses an option that another action of the verb takes, and this one would leave aside without a word. `takes`: options in camel case, by action. */
export function refuseOptionsOfOthers(context: Context, action: string, takes: Readonly<Record<string, readonly string[]>>): void {
  for (const option of new Set(Object.values(takes).flat())) {
    const isGiven = context.flag(option) || context.text(option) !== undefined;
    if (!isGiven || takes[action]?.includes(option)) continue;
    const others = Object.keys(takes).filter((each) => takes[each]?.includes(option));
    throw usage(
      context.verb,
      `${action} does not take ${dashed(option)}, only ${others.join(" and ")} ${others.length === 1 ? "does" : "do"}`,
    );
  }
}
