import { usage } from "../arguments.ts";
import type { Command } from "../command.ts";

export const command: Command = {
  usage: "serve",
  summary: "Run the hub, which the daemon does",
  flags: [],
  argumentsMax: 1,
  examples: ["ghost hub serve"],
  async run(context) {
    if (context.names[0] !== "serve") throw usage(context.verb, "it knows serve");
    const { runHub } = await import("../../runtime/hub/main.ts");
    return runHub(context.home);
  },
};
