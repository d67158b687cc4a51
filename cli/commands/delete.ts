import { act } from "../act.ts";
import type { Command } from "../command.ts";
import { namesOrChoice } from "../names.ts";

export const command: Command = {
  usage: "NAME…",
  summary: "Stop processes and forget them; their logs stay",
  flags: [{ flags: "-f, --force", about: "Kill at once instead of asking" }],
  argumentsMax: Number.POSITIVE_INFINITY,
  examples: ["ghost delete api", "ghost delete 'shop/*'"],
  async run(context) {
    const client = context.connect("if-not-stopped");
    const names = await namesOrChoice(context, client, true);
    return act(context, client, { verb: "delete", doing: "deleting", names, request: { force: context.flag("force") } });
  },
};
