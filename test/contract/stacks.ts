import { CachedGhostData } from "../../core/data/cache/cached-data.ts";
import type { InvalidationBus } from "../../core/data/cache/invalidation.ts";
import { composeGhostData, type DataStack } from "../../core/data/compose.ts";
import { EncryptedGhostData } from "../../core/data/encryption/encrypted-data.ts";
import { KeyRing } from "../../core/data/encryption/key-ring.ts";
import { Sealer } from "../../core/data/encryption/sealer.ts";
import type { GhostData } from "../../core/data/ghost-data.ts";
import { InstrumentedGhostData } from "../../core/data/instrumented-data.ts";
import { ResilientGhostData } from "../../core/data/resilient-data.ts";
import { SILENT } from "../../core/logs/log.ts";
import { RESILIENCE_DEFAULT } from "../../core/resilience/settings.ts";

const MASTER_KEY = new Uint8Array(32).fill(7);
const CACHE = { defaultExpirationMs: 60_000, maxEntries: 2_000 };
const now = (): number => performance.now();
const after = (milliseconds: number, callback: () => void): (() => void) => {
  const timer = setTimeout(callback, milliseconds);
  return () => clearTimeout(timer);
};
const metrics = { increment: () => undefined, recordLatency: () => undefined };

/** A bus that delivers at once, to those of this process. */
export function directBus(): InvalidationBus {
  const listeners = new Set<Parameters<InvalidationBus["subscribe"]>[1]>();
  return {
    async publish(_, message) {
      for (const listener of listeners) listener.message(JSON.parse(JSON.stringify(message)));
    },
    subscribe(_, listener) {
      listeners.add(listener);
      listener.connected();
      return { [Symbol.asyncDispose]: async () => void listeners.delete(listener) };
    },
  };
}

/** What `decorate` gives. */
export type Decorated = DataStack;

/** All decorators in their order. */
export async function decorate(core: GhostData, parts: { readonly namespace: string; readonly bus: InvalidationBus }): Promise<Decorated> {
  const settings = { resilience: RESILIENCE_DEFAULT, cache: CACHE, encryption: {} };
  const world = { now, after, randomId: () => crypto.randomUUID(), log: SILENT, metrics, crypto, masterKeys: [MASTER_KEY] };
  return composeGhostData(core, settings, { ...world, ...parts });
}

/** The same, alone on its bus. */
export async function whole(core: GhostData): Promise<GhostData> {
  return (await decorate(core, { namespace: "shop", bus: directBus() })).data;
}
export const WHOLE_STACK = "Instrumented → Encrypted → Cached → Resilient → ";

/** No decorator, each alone, and all of them. */
export const STACKS: Readonly<Record<string, (core: GhostData) => Promise<GhostData>>> = {
  "": async (core) => core,
  "Encrypted → ": async (core) => new EncryptedGhostData(core, new Sealer(crypto, await KeyRing.open(crypto, "shop", [MASTER_KEY]))),
  "Cached → ": async (core) =>
    new CachedGhostData(core, { settings: CACHE, namespace: "shop", id: "a", now, after, log: SILENT, bus: directBus() }),
  "Resilient → ": async (core) => new ResilientGhostData(core, { settings: RESILIENCE_DEFAULT, log: SILENT }),
  "Instrumented → ": async (core) => new InstrumentedGhostData(core, { metrics, now }),
  [WHOLE_STACK]: whole,
};
