import { act } from "../act.ts";
import type { Command } from "../command.ts";
import { namesOrChoice } from "../names.ts";

export const command: Command = {
  usage: "NAME… [--no-wait]",
  summary: "Stop processes and start them again; those that do not run are started",
  flags: [{ flags: "--no-wait", about: "Return at once instead of waiting until they run" }],
  argumentsMax: Number.POSITIVE_INFINITY,
  examples: ["ghost restart api", "ghost restart all"],
  async run(context) {
    const client = context.connect("always");
    const names = await namesOrChoice(context, client, true);
    return act(context, client, { verb: "restart", doing: "restarting", names, request: { noWait: !context.flag("wait") } });
  },
};
