import { LRUCache } from "lru-cache";
import type { KeyType } from "./schema.ts";

/** What a key is. */
export interface Entry {
  /** 0: there is no such key. */
  readonly type: KeyType | 0;
  /** A string's bytes; never changed in place. */
  readonly value: Uint8Array;
  /** The number of a hash or stream; 0 of a string. */
  readonly object: number;
  /** When it ends, milliseconds since 1970; 0: never. */
  readonly expires: number;
  /** New at each change of the key. */
  readonly version: number;
}

export const NO_BYTES = new Uint8Array(0);
export const ABSENT: Entry = { type: 0, value: NO_BYTES, object: 0, expires: 0, version: 0 };

/** What is kept in memory of keys that are in the table, besides those that are still to go there: of one namespace, and of all together. */
export const HOT_LIMITS = { bytesMax: 12 * 1024 * 1024, allBytesMax: 64 * 1024 * 1024 } as const;
/** What an entry takes besides its bytes, roughly, measured in Bun 1.4. */
const ENTRY_BYTES = 200;

/** Whoever wants to know that a key changed: WATCH, and readers that wait for a stream. */
export type Watcher = (key: string, isChange: boolean) => void;

/** One namespace's keys in memory. */
export class Space {
  readonly id: number;
  readonly name: string;
  // Without a number of entries, for which room would be taken at once.
  readonly hot = new LRUCache<string, Entry>({
    maxSize: HOT_LIMITS.bytesMax,
    sizeCalculation: (entry, key) => ENTRY_BYTES + key.length + entry.value.length,
  });
  /** Rows in the table, and how many of them are no strings. */
  keys: number;
  objects: number;
  readonly watchers = new Map<string, Set<Watcher>>();

  constructor(row: { id: number; name: string; keys: number; objects: number }) {
    this.id = row.id;
    this.name = row.name;
    this.keys = row.keys;
    this.objects = row.objects;
  }

  /** Begins to tell `watcher` of changes of `key`; gives the way to end that. */
  watch(key: string, watcher: Watcher): () => void {
    const watchers = this.watchers.get(key) ?? new Set();
    this.watchers.set(key, watchers.add(watcher));
    return () => {
      watchers.delete(watcher);
      if (watchers.size === 0 && this.watchers.get(key) === watchers) this.watchers.delete(key);
    };
  }

  /** A key changed; `isChange` false: not to WATCH, but to readers that wait, e.g. for a group that is gone. */
  touch(key: string, isChange = true): void {
    if (this.watchers.size === 0) return;
    for (const watcher of [...(this.watchers.get(key) ?? [])]) watcher(key, isChange);
  }
}
