import { setTimeout as delay } from "node:timers/promises";
import type { HistoryEntry } from "../../core/api/wire.ts";
import { GhostError } from "../../core/errors/ghost-error.ts";
import type { DaemonClient } from "./client.ts";

/** The pause before a daemon that went away is asked again, in ms; the next one is there within 2 s. */
const RETRY_PAUSE_MS = 50;

/** Who follows a daemon that is gone, and none comes, is told so after this time, in ms. */
const GONE_LIMIT_MS = 15_000;

/** Errors of a daemon that is on its way from one life to the next. */
const PASSING: ReadonlySet<string> = new Set(["DAEMON_UNREACHABLE", "DAEMON_START_FAILED"]);

/** What happens after the entry `after`, across the death of daemons, each entry once; ends when `signal` is aborted. Throws what is not passing, e.g. DAEMON_STOPPED, and what lasts too long for that. */
export async function* followEvents(client: DaemonClient, signal: AbortSignal, after: number): AsyncGenerator<HistoryEntry> {
  let seen = after;
  let goneAtMs: number | null = null;
  while (!signal.aborted) {
    try {
      for await (const entry of client.events(signal, seen)) {
        seen = entry.seq;
        yield entry;
      }
    } catch (error) {
      if (!isPassing(error)) throw error;
      goneAtMs ??= performance.now();
      goneAtMs = await stillGoneSince(client, goneAtMs);
    }
    if (!signal.aborted) await delay(RETRY_PAUSE_MS);
  }
}

/** Null once a daemon answers: a connection that stays says nothing by itself. */
async function stillGoneSince(client: DaemonClient, goneAtMs: number): Promise<number | null> {
  try {
    await client.system();
    return null;
  } catch (error) {
    if (!isPassing(error) || performance.now() - goneAtMs >= GONE_LIMIT_MS) throw error;
    return goneAtMs;
  }
}

/** Does `work` again until a daemon is there to answer, for at most `limitMs`. Only for what may be asked twice. */
export async function persist<T>(work: () => Promise<T>, limitMs: number): Promise<T> {
  const deadline = performance.now() + limitMs;
  for (;;) {
    try {
      return await work();
    } catch (error) {
      if (!isPassing(error) || performance.now() >= deadline) throw error;
      await delay(RETRY_PAUSE_MS);
    }
  }
}

/** True for an error that another try may not meet. */
export function isPassing(error: unknown): boolean {
  return error instanceof GhostError && PASSING.has(error.code);
}
