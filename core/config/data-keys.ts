import { CACHE_DEFAULT } from "../data/cache/settings.ts";
import { RESILIENCE_DEFAULT } from "../resilience/settings.ts";
import { BOOLEAN, DURATION, INTEGER, type KeyTable, objectSchema, TEXT } from "./key-schemas.ts";
import { formatDuration } from "./units.ts";

/** More values than that belong into a store, not into a cache. */
export const CACHE_ENTRIES_MAX = 1_000_000;
export const RETRIES_MAX = 20;
export const THRESHOLD_MAX = 1000;

/** `storage: { sqlite: { … } }` */
export const SQLITE_KEYS = {
  enabled: { schema: { ...BOOLEAN, default: true, description: "False: data is in memory alone, and gone with the hub." } },
} as const satisfies KeyTable;

/** `storage: { redis: { … } }` */
export const REDIS_KEYS = {
  enabled: {
    schema: { enum: [false], default: false, description: "Redis belongs to the distributed mode, which this version does not have." },
  },
  connection: { schema: { ...TEXT, description: "localhost:6379, or redis://HOST:PORT." } },
} as const satisfies KeyTable;

/** `storage: { postgres: { … } }` */
export const POSTGRES_KEYS = {
  enabled: {
    schema: { enum: [false], default: false, description: "PostgreSQL belongs to the distributed mode, which this version does not have." },
  },
  connection: { schema: { ...TEXT, description: "Host=localhost;Database=ghost; or postgres://HOST/DATABASE." } },
} as const satisfies KeyTable;

/** `storage: { … }` */
export const STORAGE_KEYS = {
  sqlite: { schema: { ...objectSchema(SQLITE_KEYS), description: "Files on this machine: where data is in local mode." } },
  redis: { schema: objectSchema(REDIS_KEYS) },
  postgres: { schema: objectSchema(POSTGRES_KEYS) },
} as const satisfies KeyTable;

/** `cache: { … }` */
export const CACHE_KEYS = {
  enabled: { schema: { ...BOOLEAN, default: true, description: "True where `cache` is given; without it nothing is cached." } },
  default_expiration: {
    schema: {
      ...DURATION,
      default: formatDuration(CACHE_DEFAULT.defaultExpirationMs),
      description: "How long a value that was read is given without asking the hub.",
    },
  },
  max_entries: {
    schema: { ...INTEGER, minimum: 1, maximum: CACHE_ENTRIES_MAX, default: CACHE_DEFAULT.maxEntries, description: "Values that are kept." },
  },
} as const satisfies KeyTable;

/** `encryption: { … }` */
export const ENCRYPTION_KEYS = {
  enabled: {
    schema: { ...BOOLEAN, default: true, description: "True where `encryption` is given; without it values are stored as they are." },
  },
  key_env: { schema: { ...TEXT, description: "The variable that holds the master keys: 32 bytes as base64 each; the first encrypts." } },
  key_file: { schema: { ...TEXT, description: "The file that holds them, one a line; for its owner alone (0600)." } },
} as const satisfies KeyTable;

/** `resilience: { … }` */
export const RESILIENCE_KEYS = {
  retry_count: {
    schema: {
      ...INTEGER,
      minimum: 0,
      maximum: RETRIES_MAX,
      default: RESILIENCE_DEFAULT.retryCount,
      description: "Further tries of what may be done twice, when the hub cannot be had.",
    },
  },
  retry_delay: {
    schema: {
      ...DURATION,
      default: formatDuration(RESILIENCE_DEFAULT.retryDelayMs),
      description: "About the first pause; further ones are longer.",
    },
  },
  circuit_breaker_threshold: {
    schema: {
      ...INTEGER,
      minimum: 1,
      maximum: THRESHOLD_MAX,
      default: RESILIENCE_DEFAULT.circuitBreakerThreshold,
      description: "Tries that fail in a row until the store is left alone for a while.",
    },
  },
  circuit_breaker_duration: {
    schema: {
      ...DURATION,
      default: formatDuration(RESILIENCE_DEFAULT.circuitBreakerDurationMs),
      description: "How long it is left alone; then one try decides.",
    },
  },
  timeout: { schema: { ...DURATION, default: formatDuration(RESILIENCE_DEFAULT.timeoutMs), description: "How long one try may take." } },
} as const satisfies KeyTable;

/** The sections about data, of any .ghost.yaml. */
export const DATA_KEYS = {
  storage: { schema: { ...objectSchema(STORAGE_KEYS), description: "Where data is kept." } },
  cache: {
    schema: {
      ...objectSchema(CACHE_KEYS),
      description: "Values that were read are kept in memory, and forgotten when any app changes them.",
    },
  },
  encryption: {
    schema: { ...objectSchema(ENCRYPTION_KEYS), description: "Values of keys are encrypted (AES-256-GCM); names and SQL are not." },
  },
  resilience: { schema: { ...objectSchema(RESILIENCE_KEYS), description: "What happens when the hub cannot be had." } },
} as const satisfies KeyTable;
