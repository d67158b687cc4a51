/** `cache` of .ghost.yaml. */
export interface CacheSettings {
  /** How long a value is given without asking the store, in milliseconds. Default 30,000. */
  readonly defaultExpirationMs: number;
  /** Values that are kept. Default 10,000. */
  readonly maxEntries: number;
}

/** What holds where a cache is enabled and no more is said. */
export const CACHE_DEFAULT: CacheSettings = { defaultExpirationMs: 30_000, maxEntries: 10_000 };
