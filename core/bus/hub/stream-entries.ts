import { type HubReply, listOf } from "../../data/hub/hub-link.ts";
import { textOf } from "../../data/hub/reply-text.ts";
import type { Payload } from "../envelope.ts";
import type { StreamEntry } from "../port.ts";

/** Where the hub keeps a channel's persistent messages: open to all apps, as channels are. */
export function streamOf(channel: string): string {
  return `shared:channel:${channel}`;
}

/** Entries as XRANGE and GHOST.TAKE give them: `[id, [field, value, …], deliveries?]`. One that was deleted meanwhile is left out. */
export function entriesOf(reply: HubReply | undefined): StreamEntry[] {
  return listOf(reply).flatMap((entry) => {
    const [id, fields, deliveries] = listOf(entry);
    if (fields === null) return [];
    return [{ entryId: textOf(id) ?? "", payload: payloadOf(listOf(fields)), deliveries: Number(deliveries ?? 0) }];
  });
}

/** The field `data`; an entry that another program made of other fields is an object of them. */
function payloadOf(fields: readonly HubReply[]): Payload {
  const pairs: [string, HubReply | undefined][] = [];
  for (let at = 0; at < fields.length; at += 2) pairs.push([textOf(fields[at]) ?? "", fields[at + 1]]);
  const data = pairs.find(([name]) => name === "data")?.[1];
  return data instanceof Uint8Array ? data : JSON.stringify(Object.fromEntries(pairs.map(([name, value]) => [name, textOf(value)])));
}
