import type { ProcessView } from "../../core/api/wire.ts";
import { GhostError } from "../../core/errors/ghost-error.ts";
import type { Command } from "../command.ts";
import { renderMonitor } from "../output/monitor-tables.ts";

export const command: Command = {
  usage: "[NAME] [--processId ID]",
  summary: "Show system, services and one-shot applications as tables",
  flags: [{ flags: "--processId <ID>", about: "Only the process with this id (list --json tells it)" }],
  argumentsMax: 1,
  examples: ["ghost monitor", "ghost monitor api"],
  async run(context) {
    const client = context.connect("if-not-stopped");
    const [system, found] = await Promise.all([client.system(), client.processes(context.names)]);
    const processes = withId(found, context.text("processId"));
    if (context.json) context.printJson({ system, processes });
    else
      context.print(
        ...renderMonitor(system, processes, { columns: context.output.columns, paint: await context.paint(), now: Date.now() }),
      );
    return 0;
  },
};

function withId(processes: readonly ProcessView[], id: string | undefined): readonly ProcessView[] {
  if (id === undefined) return processes;
  const found = processes.filter((process) => process.id === id);
  if (found.length > 0) return found;
  throw new GhostError("NOT_FOUND", `cannot find a process with the id ${id}`, { hint: "ghost list --json tells the ids" });
}
