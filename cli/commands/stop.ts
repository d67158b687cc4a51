import { act } from "../act.ts";
import type { Command } from "../command.ts";
import { namesOrChoice } from "../names.ts";

export const command: Command = {
  usage: "NAME… [--force] [--no-wait]",
  summary: "Stop processes and wait until all of them are gone",
  about:
    "A NAME is a name, project/name, a glob or `all`. Asks with the stop signal, then kills after the stop timeout; the whole tree ends. A stopped process stays registered.",
  flags: [
    { flags: "-f, --force", about: "Kill at once instead of asking" },
    { flags: "--no-wait", about: "Return at once instead of waiting until they are gone" },
  ],
  argumentsMax: Number.POSITIVE_INFINITY,
  examples: ["ghost stop api", "ghost stop 'shop/*'", "ghost stop all --force"],
  async run(context) {
    const client = context.connect("if-not-stopped");
    const names = await namesOrChoice(context, client, true);
    return act(context, client, {
      verb: "stop",
      doing: "stopping",
      names,
      request: { force: context.flag("force"), noWait: !context.flag("wait") },
    });
  },
};
