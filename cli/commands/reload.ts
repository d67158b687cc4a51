import { act } from "../act.ts";
import type { Command } from "../command.ts";
import { namesOrChoice } from "../names.ts";

export const command: Command = {
  usage: "NAME… [--no-wait]",
  summary: "Take up changes without a moment out of service",
  about:
    "One instance after the other is replaced, the next only when the new one is ready; one that does not become ready ends it, and those after it run on as they are " +
    "(ghost register of a changed definition also brings the old one back). A program with `reload: { signal: … }` gets its signal instead. What can do neither is refused: ghost restart interrupts it.",
  flags: [{ flags: "--no-wait", about: "Return at once instead of waiting until all are replaced" }],
  argumentsMax: Number.POSITIVE_INFINITY,
  examples: ["ghost reload api", "ghost reload 'shop/*'"],
  async run(context) {
    const client = context.connect("if-not-stopped");
    const names = await namesOrChoice(context, client, true);
    return act(context, client, { verb: "reload", doing: "reloading", names, request: { noWait: !context.flag("wait") } });
  },
};
