import type { HubSession } from "../../core/bus/session/session.ts";
import { textOf } from "../../core/data/hub/reply-text.ts";
import { GhostError } from "../../core/errors/ghost-error.ts";

/** Questions for kinds that are under way: a scan is as fast as the hub answers, and holds no more than these. */
const UNDER_WAY_MAX = 512;

/** A key and what it holds: `string`, `hash` or `stream`. */
export interface FoundKey {
  readonly key: string;
  readonly kind: string;
}

/** What a key holds; `none`: it is not there. */
export async function kindOf(hub: HubSession, key: string): Promise<string> {
  return textOf(await hub.send(["TYPE", key])) ?? "none";
}

/** The keys of a scan with their kinds, as they are found and in the same order. One that has gone meanwhile is left out. */
export async function* keysWithKinds(hub: HubSession, keys: AsyncIterable<string>): AsyncGenerator<FoundKey, void, undefined> {
  const scan = keys[Symbol.asyncIterator]();
  const asked: Promise<FoundKey>[] = [];
  let next: Promise<IteratorResult<string>> | null = scan.next();
  try {
    while (next !== null || asked.length > 0) {
      const step: IteratorResult<string> | FoundKey = await firstOf(asked.length < UNDER_WAY_MAX ? next : null, asked[0]);
      if ("key" in step) {
        asked.shift();
        if (step.kind !== "none") yield step;
      } else if (step.done) next = null;
      else {
        asked.push(ask(hub, step.value));
        next = scan.next();
      }
    }
  } finally {
    await scan.return?.();
  }
}

function ask(hub: HubSession, key: string): Promise<FoundKey> {
  const found = kindOf(hub, key).then((kind) => ({ key, kind }));
  // Who takes it hears of a failure; should the scan fail first, nobody takes it.
  found.catch(() => undefined);
  return found;
}

/** Of two of which one is there. */
function firstOf<A, B>(one: Promise<A> | null, other: Promise<B> | undefined): Promise<A | B> {
  if (one === null) return other as Promise<B>;
  return other === undefined ? one : Promise.race([one, other]);
}

/** Refuses to set a key that holds something else than a value: it would be gone, all of it. Throws WRONG_TYPE. */
export async function refuseOtherKinds(hub: HubSession, key: string): Promise<void> {
  const kind = await kindOf(hub, key);
  if (kind === "none" || kind === "string") return;
  throw new GhostError("WRONG_TYPE", `cannot set ${key}: it is a ${kind}, and all of it would be gone`, {
    hint: `${kind === "stream" ? `ghost bus stream read ${key} shows it; ` : ""}choose another key, or replace it with --force`,
  });
}
