import type { HistoryEntry } from "../core/api/wire.ts";
import type { LogRecord } from "../core/logs/record.ts";
import { readAddress } from "../runtime/client/address.ts";
import { followEvents } from "../runtime/client/follow-events.ts";
import { clientPlaces } from "../runtime/client/home.ts";
import type { Context } from "./context.ts";
import { InOrder } from "./foreground/in-order.ts";
import type { LogPlace } from "./log-choice.ts";
import { labelOf } from "./output/log-lines.ts";
import { renderMark } from "./output/state-lines.ts";

/** Puts the starts and ends of processes between the log lines that are followed on a terminal. */
export interface Marks {
  record(record: LogRecord): void;
  /** Writes what is held back, and ends. */
  close(): void;
}

/** `write` gets the lines in their order; `line` makes them of records. Without a daemon there is nothing to tell, which is no reason not to show logs. */
export async function startMarks(
  context: Context,
  places: readonly LogPlace[],
  { write, line, withProject }: { write: (text: string) => void; line: (record: LogRecord) => string; withProject: boolean },
): Promise<Marks> {
  const paint = await context.paint();
  const order = new InOrder({
    records: (records) => {
      for (const record of records) write(line(record));
    },
    state: (entry) => {
      const { project, name, instance } = entry;
      const mark = project === null || name === null ? null : renderMark(entry, labelOf({ project, name, instance }, withProject), paint);
      if (mark !== null) write(mark);
    },
    say: (...lines) => lines.forEach(write),
  });
  const closing = new AbortController();
  const keys = new Set(places.map(keyOf));
  void followChanges(context, closing.signal, (entry) => keys.has(keyOf(entry)) && order.state(entry)).catch(() => undefined);
  return {
    record: (record) => order.record(record),
    close() {
      closing.abort();
      order.flush();
    },
  };
}

function keyOf({ project, name, instance }: Pick<HistoryEntry, "project" | "name" | "instance">): string {
  return `${project}/${name}:${instance}`;
}

async function followChanges(context: Context, signal: AbortSignal, told: (entry: HistoryEntry) => void): Promise<void> {
  if (!readAddress(clientPlaces(context.home).pidFile)) return;
  const client = context.connect("never", () => undefined);
  const after = (await client.history({ limit: 1 })).at(-1)?.seq ?? 0;
  for await (const entry of followEvents(client, signal, after)) told(entry);
}
