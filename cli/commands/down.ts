import type { ProcessView } from "../../core/api/wire.ts";
import type { DaemonClient } from "../../runtime/client/client.ts";
import { isNothingRegistered } from "../../runtime/client/connect.ts";
import { fileNamesOrDefault } from "../../runtime/config/read-files.ts";
import { act } from "../act.ts";
import type { Command } from "../command.ts";

export const command: Command = {
  usage: "[-f FILE…]",
  summary: "Stop and forget what a processes.yaml declares; its logs stay",
  about:
    "All processes that are registered from the file, whether by up -d or by register, go in the reverse of the order in which they need each other.",
  flags: [{ flags: "-f, --file <FILE>", about: "Instead of the processes.yaml here; may be given more than once" }],
  argumentsMax: 0,
  hintForExtra: (extra) => `a file is given with -f: ghost down -f ${extra.join(" -f ")}`,
  examples: ["ghost down", "ghost down -f processes.yaml"],
  async run(context) {
    const files = fileNamesOrDefault(context.texts("file"), context.directory);
    const client = context.connect("if-not-stopped");
    const views = (await registered(client)).filter(({ source }) => source !== null && files.includes(source));
    const names = [...new Set(views.map(({ project, name }) => `${project}/${name}`))];
    if (names.length > 0) return act(context, client, { verb: "delete", doing: "stopping", names });
    if (context.json) context.printJson([]);
    else context.say("nothing to do: nothing of that file is registered");
    return 0;
  },
};

async function registered(client: DaemonClient): Promise<ProcessView[]> {
  try {
    return await client.processes();
  } catch (error) {
    if (isNothingRegistered(error)) return [];
    throw error;
  }
}
