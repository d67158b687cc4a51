import { CACHE_DEFAULT, type CacheSettings } from "../data/cache/settings.ts";
import { RESILIENCE_DEFAULT, type ResilienceSettings } from "../resilience/settings.ts";
import { readConnection } from "./connections.ts";
import { DATA_DEFAULT, type DataConfiguration, type EncryptionSettings } from "./data-configuration.ts";
import {
  CACHE_ENTRIES_MAX,
  CACHE_KEYS,
  type DATA_KEYS,
  ENCRYPTION_KEYS,
  POSTGRES_KEYS,
  REDIS_KEYS,
  RESILIENCE_KEYS,
  RETRIES_MAX,
  SQLITE_KEYS,
  STORAGE_KEYS,
  THRESHOLD_MAX,
} from "./data-keys.ts";
import { type Field, hasMisspelt, type MapFields, readBoolean, readDuration, readInteger, readMap, readText, refuse } from "./fields.ts";
import type { KeyRule } from "./key-schemas.ts";
import { readPath } from "./read-environment.ts";

/** Reads the sections about data out of a file's map. */
export function readData(map: Pick<MapFields<keyof typeof DATA_KEYS>, "read">): DataConfiguration {
  return {
    storage: map.read("storage", readStorage, DATA_DEFAULT.storage),
    cache: map.read("cache", readCache, DATA_DEFAULT.cache),
    encryption: map.read("encryption", readEncryption, DATA_DEFAULT.encryption),
    resilience: map.read("resilience", readResilience, DATA_DEFAULT.resilience),
  };
}

function readStorage(field: Field): DataConfiguration["storage"] | undefined {
  const map = readMap(field, STORAGE_KEYS, "storage");
  const sqlite = map?.read("sqlite", (part) => readMap(part, SQLITE_KEYS, "sqlite"), null);
  map?.read("redis", (part) => readServer(part, REDIS_KEYS, "redis"), null);
  map?.read("postgres", (part) => readServer(part, POSTGRES_KEYS, "postgres"), null);
  return map && { sqlite: { enabled: sqlite?.read("enabled", readBoolean, true) ?? true } };
}

/** A server of the distributed mode: its section may be there, and be right, and not be enabled. */
function readServer(field: Field, table: Readonly<Record<"enabled" | "connection", KeyRule>>, kind: "redis" | "postgres"): undefined {
  const map = readMap(field, table, kind);
  map?.read("connection", (part) => readConnection(part, kind), undefined);
  map?.read("enabled", readDisabled, false);
  return undefined;
}

function readDisabled(field: Field): boolean | undefined {
  return readBoolean(field) ? refuse(field, "the distributed mode is not supported by this version of Ghost", "write false") : false;
}

function readCache(field: Field): CacheSettings | null | undefined {
  const map = readMap(field, CACHE_KEYS, "cache");
  if (!map) return undefined;
  const settings = {
    defaultExpirationMs: map.read("default_expiration", readTime, CACHE_DEFAULT.defaultExpirationMs),
    maxEntries: map.read("max_entries", (part) => readInteger(part, 1, CACHE_ENTRIES_MAX), CACHE_DEFAULT.maxEntries),
  };
  return map.read("enabled", readBoolean, true) ? settings : null;
}

/** What is wrong is reported also where it is not enabled: it will be one day. */
function readEncryption(field: Field): EncryptionSettings | null | undefined {
  const map = readMap(field, ENCRYPTION_KEYS, "encryption");
  if (!map) return undefined;
  const keyEnv = map.read("key_env", readVariableName, undefined);
  const keyFile = map.read("key_file", readPath, undefined);
  const enabled = map.read("enabled", readBoolean, true);
  if (map.has("key_env") && map.has("key_file")) return refuse(field, "it has both key_env and key_file", "keep one of them");
  if (!enabled) return null;
  if (!map.has("key_env") && !map.has("key_file") && !hasMisspelt(field, ENCRYPTION_KEYS))
    return refuse(
      field,
      "it has no key",
      "write `key_file: ./data/key`, made with (umask 077; openssl rand -base64 32 > data/key), or `key_env: NAME`",
    );
  return keyEnv !== undefined ? { keyEnv } : keyFile !== undefined ? { keyFile } : undefined;
}

/** Shorter than any key, so that a key in its place is never taken for a name. */
const VARIABLE = /^[A-Za-z_][A-Za-z0-9_]{0,39}$/;

function readVariableName(field: Field): string | undefined {
  const name = readText(field);
  if (name === undefined || VARIABLE.test(name)) return name;
  // What stands there may be the key: it is not shown.
  const { reading, tree, what } = field;
  reading.report.error(
    tree.place,
    `cannot use what is given as ${what}: it is no name of a variable`,
    "write the name, as GHOST_DATA_KEY; the key itself has no place in this file",
  );
  return undefined;
}

function readResilience(field: Field): ResilienceSettings | undefined {
  const map = readMap(field, RESILIENCE_KEYS, "resilience");
  return (
    map && {
      retryCount: map.read("retry_count", (part) => readInteger(part, 0, RETRIES_MAX), RESILIENCE_DEFAULT.retryCount),
      retryDelayMs: map.read("retry_delay", readTime, RESILIENCE_DEFAULT.retryDelayMs),
      circuitBreakerThreshold: map.read(
        "circuit_breaker_threshold",
        (part) => readInteger(part, 1, THRESHOLD_MAX),
        RESILIENCE_DEFAULT.circuitBreakerThreshold,
      ),
      circuitBreakerDurationMs: map.read("circuit_breaker_duration", readTime, RESILIENCE_DEFAULT.circuitBreakerDurationMs),
      timeoutMs: map.read("timeout", readTime, RESILIENCE_DEFAULT.timeoutMs),
    }
  );
}

/** A duration above zero. */
function readTime(field: Field): number | undefined {
  const milliseconds = readDuration(field);
  return milliseconds === 0 ? refuse(field, "it is no time at all", "write at least 1ms") : milliseconds;
}
