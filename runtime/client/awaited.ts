import type { LinkEvents } from "../../core/bus/session/transport.ts";

/** Whether a connection is to keep the program alive: a reply is awaited, or somebody listens. */
export function isAwaited({ pending, topics }: LinkEvents): boolean {
  if (pending > 0) return true;
  const listened = topics ? [...topics.channel.values(), ...topics.pattern.values()] : [];
  return listened.some(({ listeners }) => [...listeners].some(({ isIdle }) => !isIdle));
}
