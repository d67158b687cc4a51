import { isNothingRegistered } from "../../runtime/client/connect.ts";
import type { Command } from "../command.ts";
import type { Context } from "../context.ts";
import { renderAccount } from "../output/process-account.ts";
import { renderProcesses } from "../output/process-table.ts";
import { isAsDesired } from "../output/status.ts";
import { renderCounts, renderDaemonLine } from "../output/system.ts";

export const command: Command = {
  usage: "[NAME]",
  summary: "Show the whole system, or a full account of one process",
  about: "With --quiet it says nothing, and exits 0 if the process (without a NAME every process) is as desired and healthy, else 1.",
  flags: [],
  argumentsMax: 1,
  examples: ["ghost status", "ghost status api", "ghost status api --quiet && echo well"],
  run: (context) => (context.names[0] === undefined ? showSystem(context) : showProcess(context, context.names[0])),
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

async function showProcess(context: Context, name: string): Promise<number> {
  const details = await context.connect("if-not-stopped").details(name);
  if (context.json) context.printJson(details.length === 1 ? details[0] : details);
  else if (!context.quiet) {
    const view = { columns: context.output.columns, paint: await context.paint(), now: Date.now() };
    context.print(...details.flatMap((detail, index) => [...(index > 0 ? [""] : []), ...renderAccount(detail, view)]));
  }
  return context.quiet && !details.every(isAsDesired) ? 1 : 0;
}
