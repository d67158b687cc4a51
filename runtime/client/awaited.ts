import type { LinkEvents } from "../../core/bus/session/transport.ts";

/** Whether a connection is to keep the program alive: a reply is awaited, or somebody listens. Asked with each piece that arrives: it ends at the first who does. */
export function isAwaited({ pending, topics }: LinkEvents): boolean {
  if (pending > 0) return true;
  for (const named of topics ? [topics.channel, topics.pattern] : [])
    for (const { listeners } of named.values()) for (const { isIdle } of listeners) if (!isIdle) return true;
  return false;
}
