import { readMessage } from "./envelope.ts";
import type { HistoryOptions, Message } from "./ghost-bus.ts";
import type { BusPort } from "./port.ts";

/** Messages read at once. */
const PAGE = 256;

/** A channel's persistent messages that are kept, oldest first. */
export async function* readHistory(port: BusPort, channel: string, options: HistoryOptions): AsyncGenerator<Message, void, undefined> {
  const { from, to, limit = Number.POSITIVE_INFINITY, signal } = options;
  const end = to === undefined ? "+" : String(Math.floor(to));
  let start = from === undefined ? "-" : String(Math.ceil(from));
  const streams = await port.streams();
  for (let left = limit; left > 0; ) {
    const entries = await streams.range(channel, start, end, Math.min(PAGE, left), signal);
    for (const { entryId, payload } of entries) yield readMessage(channel, payload, entryId);
    const last = entries.at(-1);
    if (!last || entries.length < PAGE) return;
    left -= entries.length;
    start = `(${last.entryId}`;
  }
}
