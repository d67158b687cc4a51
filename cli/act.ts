import type { ActionRequest } from "../core/api/wire.ts";
import type { ActionVerb, DaemonClient } from "../runtime/client/client.ts";
import type { Context } from "./context.ts";
import { reportResults } from "./outcome.ts";

/** Does one thing to the named processes and shows how it goes; gives the exit code. */
export async function act(
  context: Context,
  client: DaemonClient,
  action: { verb: ActionVerb; doing: string; names: readonly string[]; request?: ActionRequest },
): Promise<number> {
  const total = await countTargets(context, client, action.names);
  const request = { ...action.request, names: action.names, by: `ghost ${action.verb}`, progress: wantsProgress(context) };
  return reportResults(context, client.act(action.verb, request, context.interruption), { doing: action.doing, total });
}

/** Whether anybody reads what is awaited. */
export function wantsProgress(context: Context): boolean {
  return !context.json && !context.quiet;
}

/** Only a terminal's live counter needs to know how many there will be. */
async function countTargets(context: Context, client: DaemonClient, names: readonly string[]): Promise<number | null> {
  if (context.json || context.quiet || !context.messages.isTerminal) return null;
  // A name that means nothing yet is the daemon's to judge: it knows what was deleted.
  return (await client.processes(names).catch(() => null))?.length ?? null;
}
