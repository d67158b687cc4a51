import { isNothingRegistered } from "../../runtime/client/connect.ts";
import type { Command } from "../command.ts";
import type { Context } from "../context.ts";
import { renderHubLine } from "../output/hub.ts";
import { renderAccount } from "../output/process-account.ts";
import { renderProcesses } from "../output/process-table.ts";
import { isAsDesired } from "../output/status.ts";
import { renderCounts, renderDaemonLine } from "../output/system.ts";

export const command: Command = {
  usage: "[NAME…]",
  summary: "Show the whole system, or a full account of processes",
  about:
    "With --quiet it says nothing, and exits 0 if the named processes (without a NAME every process) are as desired and healthy, else 1. " +
    "With --json and names: one object where they mean one process, else an array.",
  flags: [],
  argumentsMax: Number.POSITIVE_INFINITY,
  examples: ["ghost status", "ghost status api", "ghost status api --quiet && echo well"],
  run: (context) => (context.names.length === 0 ? showSystem(context) : showProcesses(context, context.names)),
};

async function showSystem(context: Context): Promise<number> {
  const client = context.connect("if-not-stopped");
  try {
    const { system, processes } = await client.overview();
    if (context.json) context.printJson({ system, processes });
    else if (!context.quiet) {
      const view = { columns: context.output.columns, paint: await context.paint(), now: Date.now() };
      context.print(
        renderDaemonLine(system, view.paint, view.now),
        renderCounts(system, view.paint),
        ...(system.hub && system.hub.status !== "stopped" ? [renderHubLine(system.hub, view.paint, view.now)] : []),
        ...(processes.length > 0 ? ["", ...renderProcesses(processes, view)] : []),
      );
      for (const warning of system.warnings) context.warn(warning);
    }
    return processes.every(isAsDesired) || !context.quiet ? 0 : 1;
  } catch (error) {
    if (!isNothingRegistered(error)) throw error;
    if (context.json) context.printJson({ system: { running: false, home: context.home }, processes: [] });
    context.say(`nothing is registered in ${context.home}, and no daemon runs`, `hint: ${(error as { hint?: string }).hint}`);
    return 0;
  }
}

async function showProcesses(context: Context, names: readonly string[]): Promise<number> {
  const client = context.connect("if-not-stopped");
  const found = await Promise.all(names.map((name) => client.details(name)));
  // Several names may mean the same process.
  const details = [...new Map(found.flat().map((detail) => [detail.id, detail])).values()];
  if (context.json) context.printJson(details.length === 1 ? details[0] : details);
  else if (!context.quiet) {
    const view = { columns: context.output.columns, paint: await context.paint(), now: Date.now() };
    context.print(...details.flatMap((detail, index) => [...(index > 0 ? [""] : []), ...renderAccount(detail, view)]));
  }
  return context.quiet && !details.every(isAsDesired) ? 1 : 0;
}
