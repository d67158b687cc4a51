/** GHOST.METRIC takes a measured value, GHOST.METRICS gives the latest of all. */
import { METRIC_KINDS } from "../../../core/metrics/series.ts";
import { type Arguments, textAt, utf8At } from "../server/arguments.ts";
import type { Client } from "../server/client.ts";
import { define } from "../server/commands.ts";
import type { Hub } from "../server/hub.ts";
import { refuse } from "../server/reply-error.ts";

define({
  "ghost.metric": { arity: -4, run: record },
  "ghost.metrics": { arity: -1, run: list },
});

const NUMBER = /^[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?$/;

function record(hub: Hub, client: Client, args: Arguments): void {
  if (args.count > 5) refuse("ERR wrong number of arguments for 'ghost.metric' command");
  const word = textAt(args, 2).toLowerCase();
  const kind = METRIC_KINDS.find((each) => each === word) ?? refuse(`ERR a metric is one of ${METRIC_KINDS.join(", ")}`);
  const text = textAt(args, 3);
  const value = NUMBER.test(text) ? Number(text) : refuse(`ERR cannot take the metric: the value ${text.slice(0, 40)} is no number`);
  const tags = args.count === 5 ? readTags(utf8At(args, 4)) : {};
  const problem = hub.metrics.record({ namespace: namespaceOf(client), name: utf8At(args, 1), kind, value, tags }, Date.now());
  if (problem !== null) refuse(problem);
  hub.output.ok();
}

/** The operator sees all series, an app its own. */
function list(hub: Hub, client: Client, args: Arguments): void {
  if (args.count > 2) refuse("ERR wrong number of arguments for 'ghost.metrics' command");
  const glob = args.count === 2 ? utf8At(args, 1) : "*";
  hub.output.text(JSON.stringify(hub.metrics.list(glob, client.isOperator ? null : namespaceOf(client))));
}

function readTags(text: string): Record<string, string> {
  const tags = parse(text);
  if (typeof tags !== "object" || tags === null || Array.isArray(tags)) return refuse(BAD_TAGS);
  const entries = Object.entries(tags as Record<string, unknown>);
  if (!entries.every(([, value]) => ["string", "number", "boolean"].includes(typeof value))) refuse(BAD_TAGS);
  return Object.fromEntries(entries.map(([name, value]) => [name, String(value)]));
}

const BAD_TAGS = 'ERR tags are a JSON object of texts, such as {"route":"/orders"}';

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return refuse(BAD_TAGS);
  }
}

/** A database of `SELECT n` is no namespace of its own here. */
function namespaceOf(client: Client): string {
  return client.space.name.split(":")[0] as string;
}
