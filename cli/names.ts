import type { DaemonClient } from "../runtime/client/client.ts";
import { usage } from "./arguments.ts";
import type { Context } from "./context.ts";

/** The names that were typed; without any, on a terminal the ones that a person chooses, elsewhere a usage error. */
export async function namesOrChoice(context: Context, client: DaemonClient, several: boolean): Promise<readonly string[]> {
  if (context.names.length > 0) return context.names;
  if (!context.interactive)
    throw usage(context.verb, `it needs ${several ? "at least one NAME" : "a NAME"}`, several ? "`all` means every process; " : "");
  const { chooseAmong } = await import("./choice.ts");
  return chooseAmong(await client.processes(), `Which to ${context.verb}?`, several);
}
