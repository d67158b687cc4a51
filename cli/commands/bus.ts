import { noSuchAction, usage } from "../arguments.ts";
import { publish } from "../bus/publish.ts";
import { request } from "../bus/request.ts";
import { stream } from "../bus/stream.ts";
import { subscribe } from "../bus/subscribe.ts";
import type { Command } from "../command.ts";
import type { Context } from "../context.ts";
import { refuseOptionsOfOthers } from "../hub/options.ts";

/** Options by action, in camel case. */
const OPTIONS = {
  pub: ["expiry", "persist", "retain", "id", "raw", "text"],
  sub: ["lines", "since"],
  request: ["timeout", "many", "lines", "text"],
  stream: ["lines", "since", "group", "consumer", "ack", "maxLength", "id", "raw", "text", "dead"],
};

export const command: Command = {
  usage:
    "pub CHANNEL [MESSAGE] | sub CHANNEL… | request CHANNEL [MESSAGE] | stream add|read|tail|create|groups|pending|dead|retry NAME [MESSAGE|ID]",
  summary: "Publish, listen, ask and look into streams from the shell",
  about:
    "A MESSAGE is JSON or else a text; without one, or with -, it is read from standard input. It goes out as Ghost's apps send theirs, in an envelope with id, time and " +
    "sender, which `sub` takes off again; --raw leaves it as it is, for other programs. A published message is kept in the hub's memory until it expires (default 60 s), for " +
    "subscribers that connect again; with --persist it is on disk before the command returns. `sub` takes Redis globs in quotes, e.g. 'ghost:process:*'. `request` prints the " +
    "first answer, and fails at once where nobody listens. NAME is a stream's, or that of a channel with persistent messages. " +
    "What failed too often lies in NAME:dead: `stream dead NAME` shows it and why, and `stream retry NAME [ID]` moves all of it, or one entry, back to the end of the " +
    "stream, where each of its groups gets it, also those that took it the first time.",
  flags: [
    { flags: "--expiry <D>", about: "pub: the message is worth nothing after this time, e.g. 10m" },
    { flags: "--persist", about: "pub: keep it on disk, as an entry of the channel's stream" },
    { flags: "--retain <D>", about: "pub --persist: drop older entries of the channel after this time" },
    { flags: "--id <ID>", about: "pub: the message's id; the same one within 2 minutes is published once with --persist" },
    { flags: "--raw", about: "pub, stream add: send the message as it is, without an envelope" },
    { flags: "--text", about: "Take the message as text, even where it is JSON" },
    {
      flags: "-n, --lines <N>",
      about: "sub, tail: end after N messages; read, pending, dead: show N (default 20); request --many: N answers",
    },
    { flags: "--since <T>", about: "sub: first the persistent messages since then; stream: entries since then, e.g. 10m or 22:05" },
    { flags: "--timeout <D>", about: "request: how long to wait for an answer (default 5s)" },
    { flags: "--many", about: "request: print every answer that comes within the timeout" },
    { flags: "--group <G>", about: "stream read, pending, create: the consumer group" },
    { flags: "--consumer <C>", about: "stream read --group: who reads (default cli)" },
    { flags: "--ack", about: "stream read --group: acknowledge what was printed" },
    {
      flags: "--dead <NAME>",
      about: "stream dead, retry: the stream or channel where a group puts aside (deadLetters); default NAME:dead",
    },
    { flags: "--max-length <N>", about: "stream add: keep about the newest N entries" },
  ],
  argumentsMax: Number.POSITIVE_INFINITY,
  takesEmpty: true,
  examples: [
    "ghost bus sub 'ghost:process:*'",
    `ghost bus pub orders '{"id":7}' --expiry 10m`,
    "ghost bus request prices.get '\"apples\"' --timeout 2s",
    "ghost bus stream read jobs --group workers --ack",
    "ghost bus stream dead jobs",
    "ghost bus stream retry jobs 1764237000000-0",
  ],
  async run(context) {
    const [action, ...words] = context.names;
    if (action !== undefined && Object.hasOwn(OPTIONS, action)) refuseOptionsOfOthers(context, action, OPTIONS);
    switch (action) {
      case "pub":
        return publish(context, channelOf(context, words, 2), words[1] ?? context.passed[0]);
      case "sub":
        return subscribe(context, words);
      case "request":
        return request(context, channelOf(context, words, 2), words[1] ?? context.passed[0]);
      case "stream":
        return stream(context, words);
      default:
        if (action === undefined) throw usage(context.verb, "it needs pub, sub, request or stream");
        throw noSuchAction(context.verb, action, Object.keys(OPTIONS));
    }
  },
};

function channelOf(context: Context, words: readonly string[], most: number): string {
  const [channel] = words;
  if (channel === undefined || channel === "") throw usage(context.verb, "it needs a CHANNEL");
  if (words.length > most) throw usage(context.verb, `${words[most]} is one argument too many`, "put a message with blanks in quotes; ");
  return channel;
}
