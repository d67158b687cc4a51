import { INSTANCES_MAX } from "../../core/config/limits.ts";
import type { DaemonClient } from "../../runtime/client/client.ts";
import { act } from "../act.ts";
import { usage } from "../arguments.ts";
import type { Command } from "../command.ts";
import type { Context } from "../context.ts";
import { nameAndValue } from "../names.ts";

const NUMBER = /^\d+$/;

export const command: Command = {
  usage: "NAME N [--no-wait]",
  summary: "Set how many instances of a process there are",
  about:
    "New ones are started and waited for, surplus ones (those with the highest numbers) stopped, all at once. It holds, also for the daemons to come, until the file asks for another number, or is registered again.",
  flags: [{ flags: "--no-wait", about: "Return at once instead of waiting until it is so" }],
  argumentsMax: 2,
  examples: ["ghost scale api 4"],
  async run(context) {
    const client = context.connect("if-not-stopped");
    const typed = await nameAndValue(context, client, (word) => NUMBER.test(word));
    if (typed === null) throw usage(context.verb, "it needs a NAME and a number");
    const [name, amount] = typed;
    const instances = Number(amount);
    if (!NUMBER.test(amount) || instances > INSTANCES_MAX)
      throw usage(context.verb, `it takes a whole number from 1 to ${INSTANCES_MAX}, not ${amount}`);
    if (instances > 1) await warnOfFixedPorts(context, client, name, instances);
    return act(context, client, {
      verb: "scale",
      doing: "scaling",
      names: [name],
      request: { instances, noWait: !context.flag("wait") },
    });
  },
};

/** What a file with so many `instances` would be warned of (core/config/port-clashes.ts). A name that means nothing is told of by the daemon. */
async function warnOfFixedPorts(context: Context, client: DaemonClient, name: string, instances: number): Promise<void> {
  const { processes } = await client.definitions();
  const paint = await context.messagePaint();
  for (const { definition } of processes) {
    if (name !== definition.name && name !== `${definition.project}/${definition.name}`) continue;
    for (const [key, port] of Object.entries(definition.ports))
      if (port !== "auto")
        context.say(
          `${paint.yellow("warning:")} all ${instances} instances of ${definition.name} are given the same port ${port} as ${key}`,
        );
  }
}
