/** GHOST.METRIC takes a measured value, GHOST.METRICS gives the latest of all. */
import { readMeasurement } from "../../../core/metrics/measurement.ts";
import { type Arguments, textAt, utf8At } from "../server/arguments.ts";
import type { Client } from "../server/client.ts";
import { define } from "../server/commands.ts";
import type { Hub } from "../server/hub.ts";
import { refuse } from "../server/reply-error.ts";

define({
  "ghost.metric": { arity: -4, run: record },
  "ghost.metrics": { arity: -1, run: list },
});

function record(hub: Hub, client: Client, args: Arguments): void {
  if (args.count > 5) refuse("ERR wrong number of arguments for 'ghost.metric' command");
  const words = {
    name: utf8At(args, 1),
    kind: textAt(args, 2),
    value: textAt(args, 3),
    tags: args.count === 5 ? utf8At(args, 4) : undefined,
  };
  const read = readMeasurement(words, namespaceOf(client));
  const problem = typeof read === "string" ? read : hub.metrics.record(read, Date.now());
  if (problem !== null) refuse(problem);
  hub.output.ok();
}

/** The operator sees all series, an app its own. */
function list(hub: Hub, client: Client, args: Arguments): void {
  if (args.count > 2) refuse("ERR wrong number of arguments for 'ghost.metrics' command");
  const glob = args.count === 2 ? utf8At(args, 1) : "*";
  hub.output.text(JSON.stringify(hub.metrics.list(glob, client.isOperator ? null : namespaceOf(client))));
}

/** A database of `SELECT n` is no namespace of its own here. */
function namespaceOf(client: Client): string {
  return client.space.name.split(":")[0] as string;
}
