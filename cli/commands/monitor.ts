import type { ProcessView } from "../../core/api/wire.ts";
import { GhostError } from "../../core/errors/ghost-error.ts";
import type { Command } from "../command.ts";
import { renderMonitor } from "../output/monitor-tables.ts";

export const command: Command = {
  usage: "[NAME] [--processId ID]",
  summary: "Show system, services and one-shot applications as tables",
  about:
    "As it is now, once: `watch -c ghost monitor` shows it again and again. Under Actions stands what can be done with a service: `ghost restart NAME`, `ghost stop NAME`. ghost-father is Ghost's " +
    "daemon itself; the system's CPU, memory and threads are the daemon's, too.",
  flags: [{ flags: "--processId <ID>", about: "Only the process with this id (list --json tells it)" }],
  argumentsMax: 1,
  examples: ["ghost monitor", "ghost monitor api"],
  async run(context) {
    const client = context.connect("if-not-stopped");
    const [system, found] = await Promise.all([client.system(), client.processes(context.names)]);
    const processes = withId(found, context.text("processId"));
    if (context.json) context.printJson({ system, processes });
    else {
      const view = { columns: context.output.columns, paint: await context.paint(), now: Date.now() };
      context.print(...renderMonitor(system, processes, view));
      context.say("ghost-father is Ghost's daemon; an action is a command, such as ghost restart NAME");
    }
    return 0;
  },
};

function withId(processes: readonly ProcessView[], id: string | undefined): readonly ProcessView[] {
  if (id === undefined) return processes;
  const found = processes.filter((process) => process.id === id);
  if (found.length > 0) return found;
  throw new GhostError("NOT_FOUND", `cannot find a process with the id ${id}`, { hint: "ghost list --json tells the ids" });
}
