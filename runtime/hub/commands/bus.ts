/** Publish and subscribe. */
import { compileGlob } from "../../../core/bus/glob.ts";
import { SUBSCRIPTIONS_MAX } from "../bus/channels.ts";
import { RETAINED_LIMITS } from "../bus/retained.ts";
import { type Arguments, bytesAt, textAt, viewAt, wordAt } from "../server/arguments.ts";
import type { Client } from "../server/client.ts";
import { define, FAMILY } from "../server/commands.ts";
import type { Hub } from "../server/hub.ts";
import { integerAt } from "../server/numbers.ts";
import { refuse, SYNTAX } from "../server/reply-error.ts";
import { isPersistent, publishPersistent } from "./publish-kept.ts";

define({
  publish: { arity: 3, run: publish },
  subscribe: { arity: -2, whileSubscribed: true, notInMulti: false, run: subscribe },
  unsubscribe: { arity: -1, whileSubscribed: true, run: unsubscribe },
  psubscribe: { arity: -2, whileSubscribed: true, run: subscribePatterns },
  punsubscribe: { arity: -1, whileSubscribed: true, run: unsubscribePatterns },
  pubsub: {
    arity: -2,
    run: FAMILY,
    subcommands: {
      CHANNELS: { arity: -2, run: channels },
      NUMSUB: { arity: -2, run: counts },
      NUMPAT: { arity: 2, run: (hub) => hub.output.integer(hub.channels.patternCount()) },
    },
  },
  "ghost.publish": { arity: -3, isWrite: true, run: publishKept },
  "ghost.resume": { arity: -3, whileSubscribed: true, notInMulti: true, run: resume },
});

function publish(hub: Hub, _client: Client, args: Arguments): void {
  const isHeard = hub.channels.mayReach() || hub.retained.mayReach();
  hub.output.integer(isHeard ? hub.channels.publish(textAt(args, 1), viewAt(args, 2)) : 0);
}

function subscribe(hub: Hub, client: Client, args: Arguments): void {
  for (let index = 1; index < args.count; index++) {
    refuseMany(hub, client);
    const channel = textAt(args, index);
    hub.channels.subscribe(client, channel);
    confirm(hub, client, "subscribe", channel);
  }
}

function subscribePatterns(hub: Hub, client: Client, args: Arguments): void {
  for (let index = 1; index < args.count; index++) {
    refuseMany(hub, client);
    const pattern = textAt(args, index);
    hub.channels.subscribePattern(client, pattern);
    confirm(hub, client, "psubscribe", pattern);
  }
}

function refuseMany(hub: Hub, client: Client): void {
  if (hub.channels.countOf(client) >= SUBSCRIPTIONS_MAX) refuse(`LIMIT a client may have ${SUBSCRIPTIONS_MAX} subscriptions`);
}

function unsubscribe(hub: Hub, client: Client, args: Arguments): void {
  const names = args.count > 1 ? words(args) : [...new Set([...client.channels, ...client.resumedChannels])];
  for (const channel of names) {
    hub.channels.unsubscribe(client, channel);
    hub.retained.unsubscribe(client, "channel", channel);
    confirm(hub, client, "unsubscribe", channel);
  }
  if (names.length === 0) confirm(hub, client, "unsubscribe", null);
}

function unsubscribePatterns(hub: Hub, client: Client, args: Arguments): void {
  const names = args.count > 1 ? words(args) : [...new Set([...client.patterns, ...client.resumedPatterns])];
  for (const pattern of names) {
    hub.channels.unsubscribePattern(client, pattern);
    hub.retained.unsubscribe(client, "pattern", pattern);
    confirm(hub, client, "punsubscribe", pattern);
  }
  if (names.length === 0) confirm(hub, client, "punsubscribe", null);
}

function words(args: Arguments): string[] {
  return Array.from({ length: args.count - 1 }, (_, index) => textAt(args, index + 1));
}

function confirm({ output, channels }: Hub, client: Client, what: string, name: string | null): void {
  output.push(3);
  output.text(what);
  if (name === null) output.null();
  else output.latin1(name);
  output.integer(channels.countOf(client));
}

function channels(hub: Hub, _client: Client, args: Arguments): void {
  if (args.count > 3) refuse(`ERR unknown subcommand or wrong number of arguments for '${textAt(args, 1)}'. Try PUBSUB HELP.`);
  const glob = args.count === 3 ? compileGlob(textAt(args, 2)) : null;
  const names = [...hub.channels.active().keys()].filter((name) => glob?.matches(name) ?? true);
  hub.output.array(names.length);
  for (const name of names) hub.output.latin1(name);
}

function counts(hub: Hub, _client: Client, args: Arguments): void {
  const active = hub.channels.active();
  hub.output.array((args.count - 2) * 2);
  for (let index = 2; index < args.count; index++) {
    hub.output.latin1(textAt(args, index));
    hub.output.integer(active.get(textAt(args, index)) ?? 0);
  }
}

function publishKept(hub: Hub, _client: Client, args: Arguments): void {
  if (isPersistent(args)) return publishPersistent(hub, args);
  let expiryMs: number = RETAINED_LIMITS.expiryMs;
  for (let index = 3; index < args.count; index += 2) {
    const word = wordAt(args, index);
    if (index + 1 >= args.count) refuse(SYNTAX);
    if (word === "PX") expiryMs = integerAt(args, index + 1);
    else if (word !== "ID") refuse(SYNTAX);
  }
  if (expiryMs <= 0) refuse("ERR invalid expire time in 'ghost.publish' command");
  const { position, receivers } = hub.retained.publish(textAt(args, 1), bytesAt(args, 2), expiryMs);
  hub.output.array(2);
  hub.output.text(position);
  hub.output.integer(receivers);
}

function resume(hub: Hub, client: Client, args: Arguments): void {
  const kind = wordAt(args, 1).toLowerCase();
  if ((kind !== "channel" && kind !== "pattern") || args.count > 4) return refuse(SYNTAX);
  refuseMany(hub, client);
  hub.retained.resume(client, kind, textAt(args, 2), args.count === 4 ? textAt(args, 3) : null);
}
