import { listOf } from "../../core/data/hub/hub-link.ts";
import { textOf } from "../../core/data/hub/reply-text.ts";
import { usage } from "../arguments.ts";
import type { Context } from "../context.ts";
import { durationOption, KEPT_MAX_MS } from "../hub/durations.ts";
import { valueIn, wordOrInput } from "../hub/input.ts";
import { withHub } from "../hub/session.ts";
import { count } from "../output/quantities.ts";
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
  const reply = listOf(
    await withHub(context, `publish to ${channel}`, {}, (hub) => hub.send(["GHOST.PUBLISH", channel, payload, ...kept, "ID", id])),
  );
  const [place, receivers, duplicate] = [textOf(reply[0]) ?? "", Number(reply[1]), Number(reply[2] ?? 0) === 1];
  if (context.json)
    context.printJson({ channel, id, [isPersistent ? "entry" : "position"]: place, receivers, ...(isPersistent && { duplicate }) });
  else context.say(told(channel, receivers, isPersistent ? place : null, duplicate));
  return 0;
}

function persistWords(context: Context): string[] {
  const retainMs = durationOption(context, "retain", KEPT_MAX_MS);
  return ["PERSIST", ...(retainMs === undefined ? [] : ["RETAIN", String(retainMs)])];
}

function told(channel: string, receivers: number, entry: string | null, isDuplicate: boolean): string {
  if (isDuplicate) return `${channel} had a message of that id already, ${entry}: it was not published again`;
  const heard = receivers === 0 ? "nobody listens now" : `${count(receivers, "receiver")}`;
  return `published to ${channel}: ${heard}${entry === null ? "" : `, on disk as ${entry}`}`;
}
