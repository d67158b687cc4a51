import { mkdirSync } from "node:fs";
import { dirname } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import type { HistoryEntry, ProcessView } from "../../core/api/wire.ts";
import type { DaemonClient } from "../../runtime/client/client.ts";
import { followEvents } from "../../runtime/client/follow-events.ts";
import { type LogSource, readLogs } from "../../runtime/logs/read.ts";
import type { Screen } from "./screen.ts";

/** A change is shown so much later than it was told, so that the lines that were written before it stand before it. In ms. */
const STATE_DELAY_MS = 60;
/** What ended processes wrote last is on the screen within this time, in ms. */
const LAST_WORDS_MS = 150;

/** Shows what processes write and how they fare. */
export interface Watch {
  /** Ends once all last words are shown. */
  close(): Promise<void>;
}

export interface WatchOptions {
  readonly client: DaemonClient;
  readonly screen: Screen;
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
  const events = showEvents(options, closing.signal).catch(options.onFailure);
  const logs = showLogs(options, stopReading.signal).catch(options.onFailure);
  return {
    async close() {
      await delay(LAST_WORDS_MS);
      closing.abort();
      stopReading.abort();
      await Promise.all([events, logs]);
    },
  };
}

async function showEvents({ client, screen, views, after, onChange }: WatchOptions, signal: AbortSignal): Promise<void> {
  const keys = new Set(views.map(({ project, name }) => `${project}/${name}`));
  for await (const entry of followEvents(client, signal, after)) {
    if (entry.name !== null && !keys.has(`${entry.project}/${entry.name}`)) continue;
    setTimeout(() => screen.state(entry), STATE_DELAY_MS);
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
  for await (const record of readLogs({ streams, since, follow: signal })) screen.record(record);
}
