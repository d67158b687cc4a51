import type { Tracer } from "@opentelemetry/api";
import { GhostError } from "../errors/ghost-error.ts";
import type { Log } from "../logs/log.ts";
import type { ResilienceSettings } from "../resilience/settings.ts";
import { CachedGhostData } from "./cache/cached-data.ts";
import type { InvalidationBus } from "./cache/invalidation.ts";
import type { CacheSettings } from "./cache/settings.ts";
import { EncryptedGhostData } from "./encryption/encrypted-data.ts";
import { KeyRing } from "./encryption/key-ring.ts";
import { Sealer } from "./encryption/sealer.ts";
import type { WebCrypto } from "./encryption/web-crypto.ts";
import type { GhostData } from "./ghost-data.ts";
import { InstrumentedGhostData } from "./instrumented-data.ts";
import type { DataMetrics } from "./meter.ts";
import { type DataFallback, ResilientGhostData } from "./resilient-data.ts";

/** Which decorators there are, and how they are set: from .ghost.yaml. */
export interface DataSettings {
  readonly resilience: ResilienceSettings;
  /** Null: nothing is cached. */
  readonly cache: CacheSettings | null;
  /** Not null: values are encrypted. Where the keys come from is the runtime's business. */
  readonly encryption: unknown;
}

/** What the decorators are given of the world. */
export interface DataParts {
  /** The namespace of the keys. */
  readonly namespace: string;
  /** Milliseconds; a clock that never goes back. */
  readonly now: () => number;
  /** Calls back once, after so many milliseconds; what it gives cancels that. */
  readonly after: (milliseconds: number, callback: () => void) => () => void;
  /** A random text, another at each call. */
  readonly randomId: () => string;
  readonly log: Log;
  readonly metrics: DataMetrics;
  /** Default: no spans. */
  readonly tracer?: Tracer;
  /** Carries invalidations. Default: a cache knows of no other. */
  readonly bus?: InvalidationBus;
  /** `globalThis.crypto`. */
  readonly crypto: WebCrypto;
  /** The first encrypts. */
  readonly masterKeys?: readonly Uint8Array<ArrayBuffer>[];
  /** Answers reads while the store cannot be had. */
  readonly fallback?: DataFallback;
}

/** The whole, and those of its layers that can be asked more. */
export interface DataStack {
  readonly data: GhostData;
  readonly encrypted: EncryptedGhostData | null;
  readonly cached: CachedGhostData | null;
  readonly resilient: ResilientGhostData;
}

/**
 * Builds Instrumented → Encrypted → Cached → Resilient → core. Encryption is outside of the cache, so that no cache holds plaintext; tries and breakers are inside of it, so that a
 * store that is down does not keep back what the cache knows. Throws ENCRYPTION_KEY_INVALID when encryption is wanted and there is no key: nothing is stored in plaintext by mistake.
 */
export async function composeGhostData(core: GhostData, settings: DataSettings, parts: DataParts): Promise<DataStack> {
  const { namespace, now, after, log, bus } = parts;
  const sealer = settings.encryption === null ? null : await openSealer(parts);
  const resilient = new ResilientGhostData(core, { settings: settings.resilience, log, fallback: parts.fallback });
  const cached =
    settings.cache && new CachedGhostData(resilient, { settings: settings.cache, namespace, id: parts.randomId(), now, after, log, bus });
  const encrypted = sealer && new EncryptedGhostData(cached ?? resilient, sealer);
  const data = new InstrumentedGhostData(encrypted ?? cached ?? resilient, parts);
  return { data, encrypted, cached, resilient };
}

async function openSealer({ crypto, namespace, masterKeys = [] }: DataParts): Promise<Sealer> {
  if (masterKeys.length > 0) return new Sealer(crypto, await KeyRing.open(crypto, namespace, masterKeys));
  throw new GhostError("ENCRYPTION_KEY_INVALID", "cannot use the data: it is to be encrypted, and there is no key", {
    hint: "name one by encryption.key_file or encryption.key_env in .ghost.yaml",
  });
}
