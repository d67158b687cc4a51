import type { ProcessView } from "../../core/api/wire.ts";
import { isNothingRegistered } from "../../runtime/client/connect.ts";
import type { Command } from "../command.ts";
import type { Context } from "../context.ts";
import { renderProcesses } from "../output/process-table.ts";
import { fullName } from "../output/status.ts";

export const command: Command = {
  usage: "[NAME…]",
  summary: "Show every process, one a line",
  about: "With names, project/name, globs or groups of them: those. With --quiet only the full names, for scripts.",
  flags: [],
  argumentsMax: Number.POSITIVE_INFINITY,
  examples: ["ghost list", "ghost list 'shop/*' --json"],
  async run(context) {
    const processes = await readProcesses(context);
    if (context.json) context.printJson(processes);
    else if (context.quiet) context.print(...processes.map(fullName));
    else if (processes.length > 0)
      context.print(...renderProcesses(processes, { columns: context.output.columns, paint: await context.paint(), now: Date.now() }));
    return 0;
  },
};

async function readProcesses(context: Context): Promise<ProcessView[]> {
  try {
    const processes = await context.connect("if-not-stopped").processes(context.names);
    if (processes.length === 0)
      context.say(
        "nothing is registered",
        "hint: ghost register FILE registers what a processes.yaml declares; ghost start PROGRAM starts one program",
      );
    return processes;
  } catch (error) {
    if (!isNothingRegistered(error) || context.names.length > 0) throw error;
    context.say(`nothing is registered in ${context.home}`, `hint: ${(error as { hint?: string }).hint}`);
    return [];
  }
}
