import { streamOf } from "../../core/bus/hub/stream-entries.ts";
import type { HubSession } from "../../core/bus/session/session.ts";

/** Where entries go that were delivered too often. */
export const DEAD_SUFFIX = ":dead";

/** The key of the stream that a NAME means: a stream of that name, else that of the channel's persistent messages; where there is neither, the name itself. */
export async function streamNamed(hub: HubSession, name: string): Promise<string> {
  return (await firstThere(hub, [name, streamOf(name)])) ?? name;
}

/** The key of the dead letters that a NAME means: those of a stream, of a channel, or itself one. */
export async function deadNamed(hub: HubSession, name: string): Promise<string> {
  const keys = [name, streamOf(name)];
  const own = name.endsWith(DEAD_SUFFIX) ? keys : [];
  return (await firstThere(hub, [...own, ...keys.map((key) => key + DEAD_SUFFIX)])) ?? name + DEAD_SUFFIX;
}

async function firstThere(hub: HubSession, keys: readonly string[]): Promise<string | undefined> {
  const there = await Promise.all(keys.map((key) => hub.send(["EXISTS", key])));
  return keys.find((_, index) => Number(there[index]) === 1);
}
