import { act } from "../act.ts";
import type { Command } from "../command.ts";
import { namesOrChoice } from "../names.ts";

export const command: Command = {
  usage: "NAME… [--wait]",
  summary: "Run a scheduled one-shot now",
  about:
    "Its schedule is neither armed nor disarmed by that (`ghost start` and `ghost stop` do so). Waits until it runs; with --wait until it has ended, " +
    "and fails if the run does. While its last run goes on it is refused: no run overlaps another.",
  flags: [{ flags: "--wait", about: "Return when the run has ended, 0 only if it ended well" }],
  argumentsMax: Number.POSITIVE_INFINITY,
  examples: ["ghost trigger backup", "ghost trigger backup --wait"],
  async run(context) {
    const client = context.connect("if-not-stopped");
    const names = await namesOrChoice(context, client, true);
    const request = { wait: context.flag("wait") };
    return act(context, client, { verb: "trigger", doing: "triggering", names, request });
  },
};
