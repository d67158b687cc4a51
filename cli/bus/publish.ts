import { streamOf } from "../../core/bus/hub/stream-entries.ts";
import type { HubSession } from "../../core/bus/session/session.ts";
import { listOf } from "../../core/data/hub/hub-link.ts";
import { textOf } from "../../core/data/hub/reply-text.ts";
import { usage } from "../arguments.ts";
import type { Context } from "../context.ts";
import { durationOption, KEPT_MAX_MS } from "../hub/durations.ts";
import { valueIn, wordOrInput } from "../hub/input.ts";
import { withHub } from "../hub/session.ts";
import { count } from "../output/quantities.ts";
import { pairsOf } from "./entries.ts";
import { envelopeWriter } from "./envelope.ts";

/** `bus pub CHANNEL [MESSAGE]`: kept by the hub until it expires or, with --persist, on disk. */
export async function publish(context: Context, channel: string, word: string | undefined): Promise<number> {
  const expiryMs = durationOption(context, "expiry", KEPT_MAX_MS);
  const isPersistent = context.flag("persist");
  if (!isPersistent && context.text("retain") !== undefined) throw usage(context.verb, "--retain is about --persist");
  const writer = envelopeWriter();
  const id = context.text("id") ?? writer.nextId();
  const text = wordOrInput(context, word, "a MESSAGE");
  const payload = context.flag("raw") ? text : writer.write(valueIn(text, context.flag("text")), { id }, expiryMs);
  const kept = isPersistent ? persistWords(context) : expiryMs === undefined ? [] : ["PX", String(expiryMs)];
  const { reply, groups } = await withHub(context, `publish to ${channel}`, {}, async (hub) => {
    const reply = listOf(await hub.send(["GHOST.PUBLISH", channel, payload, ...kept, "ID", id]));
    return { reply, groups: isPersistent ? await groupsOf(hub, channel) : [] };
  });
  const [place, receivers, duplicate] = [textOf(reply[0]) ?? "", Number(reply[1]), Number(reply[2] ?? 0) === 1];
  if (context.json)
    context.printJson({ channel, id, [isPersistent ? "entry" : "position"]: place, receivers, ...(isPersistent && { duplicate, groups }) });
  else if (isPersistent) context.say(keptText(channel, place, { receivers, groups, isDuplicate: duplicate }));
  else context.say(`published to ${channel}: ${receivers === 0 ? "nobody listens now" : count(receivers, "receiver")}`);
  return 0;
}

function persistWords(context: Context): string[] {
  const retainMs = durationOption(context, "retain", KEPT_MAX_MS);
  return ["PERSIST", ...(retainMs === undefined ? [] : ["RETAIN", String(retainMs)])];
}

/** Who takes a channel's persistent messages. */
async function groupsOf(hub: HubSession, channel: string): Promise<string[]> {
  const groups = listOf(await hub.send(["XINFO", "GROUPS", streamOf(channel)])).map(pairsOf);
  return groups.map(({ name }) => String(name)).sort();
}

interface Told {
  readonly receivers: number;
  readonly groups: readonly string[];
  readonly isDuplicate: boolean;
}

function keptText(channel: string, entry: string, { receivers, groups, isDuplicate }: Told): string {
  if (isDuplicate) return `${channel} had a message of that id already, ${entry}: it was not published again`;
  const named = `${groups.length === 1 ? "the group" : "the groups"} ${groups.join(", ")}`;
  const taken = groups.length === 0 ? "no group reads the channel yet" : `for ${named}`;
  return `published to ${channel}: kept as ${entry} ${groups.length === 0 ? `(${taken})` : taken}${receivers === 0 ? "" : `, and ${count(receivers, "receiver")} now`}`;
}
