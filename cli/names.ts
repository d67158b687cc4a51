import { GhostError } from "../core/errors/ghost-error.ts";
import type { DaemonClient } from "../runtime/client/client.ts";
import { usage } from "./arguments.ts";
import type { Context } from "./context.ts";
import { offerFor } from "./offer.ts";

/** The names that were typed; without any, on a terminal the ones that a person chooses among those that the verb is for, elsewhere a usage error. */
export async function namesOrChoice(context: Context, client: DaemonClient, several: boolean): Promise<readonly string[]> {
  if (context.names.length > 0) return context.names;
  if (!context.interactive)
    throw usage(context.verb, `it needs ${several ? "at least one NAME" : "a NAME"}`, several ? "`all` means every process; " : "");
  return choose(context, client, several);
}

/**
 * The NAME of a command that takes a NAME and a value: both as they were typed or, on a terminal, the NAME that a person chooses where the only
 * word is a value. Null where that does not help.
 */
export async function nameAndValue(
  context: Context,
  client: DaemonClient,
  isValue: (word: string) => boolean,
): Promise<readonly [name: string, value: string] | null> {
  const [first, second] = context.names;
  if (first === undefined) return null;
  if (second !== undefined) return [first, second];
  if (!context.interactive || !isValue(first)) return null;
  const [name = ""] = await choose(context, client, false);
  return [name, first];
}

async function choose({ verb }: Context, client: DaemonClient, several: boolean): Promise<readonly string[]> {
  const all = await client.processes();
  if (all.length === 0)
    throw new GhostError("NOT_FOUND", "cannot offer a choice: nothing is registered", {
      hint: "ghost register FILE, or ghost start PROGRAM",
    });
  const offered = offerFor(verb, all);
  if (offered.length === 0)
    throw new GhostError("NOT_FOUND", `cannot offer a choice: there is nothing to ${verb}`, { hint: "ghost list shows how all are" });
  const { chooseAmong } = await import("./choice.ts");
  return chooseAmong(offered, `Which to ${verb}?`, several);
}
