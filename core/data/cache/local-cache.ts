import { LRUCache } from "lru-cache";
import { globMatcher, isShared } from "../spaces.ts";

/** What all values may take together, in bytes, about. */
export const CACHE_BYTES_MAX = 67_108_864;
/** What one entry takes besides its texts, in bytes, about. */
const ENTRY_BYTES = 150;

/** What is kept of a value: a primitive, which nobody can change, or its JSON. */
export type Kept = { readonly primitive: string | number | boolean | null } | { readonly json: string };

interface Entry {
  readonly kept: Kept;
  readonly storedAtMs: number;
  /** When the key expires; null: it stays. */
  readonly goneAtMs: number | null;
  /** The generation in which it was stored. */
  readonly generation: number;
}

/** How long values are of use. */
export interface CacheAges {
  /** For so long a value is given without asking the store, in milliseconds. */
  readonly freshMs: number;
  /** For so long it may be given when the store cannot be asked, in milliseconds. */
  readonly staleMs: number;
}

/** Values in memory, the most recently used ones, limited by number, bytes and age. Never given after the key's own expiry. */
export class LocalCache {
  private readonly entries: LRUCache<string, Entry>;
  private readonly ages: CacheAges;
  private readonly now: () => number;
  private generation = 0;

  constructor(entriesMax: number, ages: CacheAges, now: () => number) {
    this.ages = ages;
    this.now = now;
    this.entries = new LRUCache<string, Entry>({ max: entriesMax, maxSize: CACHE_BYTES_MAX, sizeCalculation: sizeOf, perf: { now } });
  }

  get size(): number {
    return this.entries.size;
  }

  /** A value that is as good as the store's. */
  fresh(key: string): Kept | undefined {
    const entry = this.entries.get(key);
    if (!entry || entry.generation !== this.generation) return undefined;
    return this.isWithin(entry, this.ages.freshMs) ? entry.kept : undefined;
  }

  /** The last value that was known, for when the store cannot be asked. */
  stale(key: string): Kept | undefined {
    const entry = this.entries.get(key);
    return entry && this.isWithin(entry, this.ages.staleMs) ? entry.kept : undefined;
  }

  put(key: string, value: unknown, expiresInMs: number | null): Kept {
    const kept = keep(value);
    const storedAtMs = this.now();
    const goneAtMs = expiresInMs === null ? null : storedAtMs + expiresInMs;
    this.entries.set(key, { kept, storedAtMs, goneAtMs, generation: this.generation });
    return kept;
  }

  remove(key: string): void {
    this.entries.delete(key);
  }

  /** Removes all that match a glob; `sharedOnly`: of the keys that belong to all. */
  removeMatching(pattern: string, sharedOnly: boolean): void {
    const matches = keyMatcher(pattern, sharedOnly);
    for (const key of [...this.entries.keys()]) if (matches(key)) this.entries.delete(key);
  }

  /** Something may have been missed: nothing that is here is fresh any more. */
  doubtAll(): void {
    this.generation++;
  }

  private isWithin({ storedAtMs, goneAtMs }: Entry, ageMaxMs: number): boolean {
    const now = this.now();
    return now - storedAtMs < ageMaxMs && (goneAtMs === null || now < goneAtMs);
  }
}

/** Whether a key is among those that a glob of another namespace (`sharedOnly`) or of this one means. */
export function keyMatcher(pattern: string, sharedOnly: boolean): (key: string) => boolean {
  const matches = globMatcher(pattern);
  return (key) => (!sharedOnly || isShared(key)) && matches(key);
}

/** The value again, the caller's own. */
export function give<T>(kept: Kept): T {
  return ("json" in kept ? JSON.parse(kept.json) : kept.primitive) as T;
}

/** A value as it is kept. */
export function keep(value: unknown): Kept {
  if (value === null || typeof value === "string" || typeof value === "number" || typeof value === "boolean") return { primitive: value };
  return { json: JSON.stringify(value) };
}

function sizeOf({ kept }: Entry, key: string): number {
  const text = "json" in kept ? kept.json : kept.primitive;
  return ENTRY_BYTES + 2 * key.length + (typeof text === "string" ? 2 * text.length : 8);
}
