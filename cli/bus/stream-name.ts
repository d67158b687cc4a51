import { streamOf } from "../../core/bus/hub/stream-entries.ts";
import type { HubSession } from "../../core/bus/session/session.ts";
import { listOf } from "../../core/data/hub/hub-link.ts";
import { isDead } from "./dead-letter.ts";

/** Where entries go that were delivered too often. */
export const DEAD_SUFFIX = ":dead";

/** The key of the stream that a NAME means: a stream of that name, else that of the channel's persistent messages; where there is neither, the name itself. */
export async function streamNamed(hub: HubSession, name: string): Promise<string> {
  return (await firstThere(hub, [name, streamOf(name)])) ?? name;
}

/** Where the dead letters that a NAME means lie. */
export interface DeadPlace {
  readonly key: string;
  /** Of these streams only; null: of whichever. */
  readonly origins: readonly string[] | null;
}

/**
 * Where the dead letters of a NAME lie: a stream's, a channel's, or itself a stream of them. `own`: the stream, or channel, into which a group puts aside what others do not;
 * it may hold those of other streams, too, which are not meant.
 */
export async function deadNamed(hub: HubSession, name: string, own?: string): Promise<DeadPlace> {
  const keys = [name, streamOf(name)];
  if (own !== undefined) return { key: (await firstThere(hub, [own, streamOf(own)])) ?? streamOf(own), origins: keys };
  const itself = name.endsWith(DEAD_SUFFIX) ? keys : [];
  const beside = await firstThere(hub, [...itself, ...keys.map((key) => key + DEAD_SUFFIX)]);
  return { key: beside ?? (await deadAmong(hub, keys)) ?? name + DEAD_SUFFIX, origins: null };
}

/** The first of these that holds dead letters. */
async function deadAmong(hub: HubSession, keys: readonly string[]): Promise<string | undefined> {
  for (const key of keys) {
    const [last] = listOf(await hub.send(["XREVRANGE", key, "+", "-", "COUNT", "1"]).catch(() => null));
    if (last !== undefined && isDead(last)) return key;
  }
  return undefined;
}

async function firstThere(hub: HubSession, keys: readonly string[]): Promise<string | undefined> {
  const there = await Promise.all(keys.map((key) => hub.send(["EXISTS", key])));
  return keys.find((_, index) => Number(there[index]) === 1);
}
