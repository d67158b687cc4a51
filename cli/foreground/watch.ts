import { mkdirSync } from "node:fs";
import { dirname } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import type { HistoryEntry, ProcessView } from "../../core/api/wire.ts";
import type { DaemonClient } from "../../runtime/client/client.ts";
import { followEvents } from "../../runtime/client/follow-events.ts";
import { type LogSource, readLogs } from "../../runtime/logs/read.ts";
import type { InOrder } from "./in-order.ts";

/** What ended processes wrote last is in their logs within this time, in ms. */
const LAST_WORDS_MS = 150;
/** The last change is waited for so long, in ms, and looked for so often. */
const LAST_CHANGE_LIMIT_MS = 1_000;
const LAST_CHANGE_LOOK_MS = 10;

/** Shows what processes write and how they fare. */
export interface Watch {
  /** Ends once all last words are shown. */
  close(): Promise<void>;
}

export interface WatchOptions {
  readonly client: DaemonClient;
  readonly screen: InOrder;
  /** The processes, one an instance. */
  readonly views: readonly ProcessView[];
  /** The last event that does not count. */
  readonly after: number;
  /** Lines that were written earlier do not count. */
  readonly since: Date;
  /** Told of every change of these processes, at once. */
  readonly onChange: (entry: HistoryEntry) => void;
  /** Told of what ends the watching before its time. */
  readonly onFailure: (error: unknown) => void;
}

/** Begins to show. Events and logs go on when the daemon dies and the next one comes. */
export function startWatch(options: WatchOptions): Watch {
  const closing = new AbortController();
  const stopReading = new AbortController();
  const told = { seq: options.after };
  const events = showEvents(options, closing.signal, told).catch(options.onFailure);
  const logs = showLogs(options, stopReading.signal).catch(options.onFailure);
  return {
    async close() {
      await delay(LAST_WORDS_MS);
      await untilTold(options.client, told);
      closing.abort();
      stopReading.abort();
      await Promise.all([events, logs]);
    },
  };
}

/** Waits until the last change was told; a daemon that is gone tells nothing more. */
async function untilTold(client: DaemonClient, told: { readonly seq: number }): Promise<void> {
  const last = await client.history({ limit: 1 }).catch(() => []);
  const deadline = performance.now() + LAST_CHANGE_LIMIT_MS;
  while (told.seq < (last.at(-1)?.seq ?? 0) && performance.now() < deadline) await delay(LAST_CHANGE_LOOK_MS);
}

async function showEvents(
  { client, screen, views, after, onChange }: WatchOptions,
  signal: AbortSignal,
  told: { seq: number },
): Promise<void> {
  const keys = new Set(views.map(({ project, name }) => `${project}/${name}`));
  for await (const entry of followEvents(client, signal, after)) {
    told.seq = entry.seq;
    if (entry.name !== null && !keys.has(`${entry.project}/${entry.name}`)) continue;
    screen.state(entry);
    if (entry.name !== null) onChange(entry);
  }
}

async function showLogs({ screen, views, since }: WatchOptions, signal: AbortSignal): Promise<void> {
  const streams = views.flatMap(({ project, name, instance, logs }): LogSource[] => [
    { project, name, instance, stream: "out", file: logs.out },
    { project, name, instance, stream: "err", file: logs.err },
  ]);
  // As the daemon makes it at the first start: a folder that is there is watched, one that is not only polled.
  for (const { logs } of views) mkdirSync(dirname(logs.out), { recursive: true, mode: 0o700 });
  for await (const record of readLogs({ streams, since, follow: signal, toTheEnd: true })) screen.record(record);
}
