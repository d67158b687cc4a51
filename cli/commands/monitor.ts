import type { Command } from "../command.ts";
import { renderMonitor } from "../output/monitor-tables.ts";

export const command: Command = {
  usage: "[NAME]",
  summary: "Show system, services and one-shot applications as tables",
  flags: [],
  argumentsMax: 1,
  examples: ["ghost monitor", "ghost monitor api"],
  async run(context) {
    const client = context.connect("if-not-stopped");
    const [system, processes] = await Promise.all([client.system(), client.processes(context.names)]);
    if (context.json) context.printJson({ system, processes });
    else
      context.print(
        ...renderMonitor(system, processes, { columns: context.output.columns, paint: await context.paint(), now: Date.now() }),
      );
    return 0;
  },
};
