import { throwIfAborted, waitUnlessAborted } from "../../errors/abort-signal.ts";
import { GhostError } from "../../errors/ghost-error.ts";
import type { Log } from "../../logs/log.ts";
import { isUnavailable } from "../../resilience/failures.ts";
import { ForwardingData, ForwardingTransaction } from "../forwarding-data.ts";
import type { CallOptions, GhostData, GhostTransaction, Items, SetOptions } from "../ghost-data.ts";
import { itemEntries } from "../items.ts";
import { CacheInvalidation } from "./cache-invalidation.ts";
import { Flights } from "./flights.ts";
import type { InvalidationBus } from "./invalidation.ts";
import { give, keep, LocalCache } from "./local-cache.ts";
import type { CacheSettings } from "./settings.ts";

/** For so long a value that was known may be given while the store cannot be asked, in milliseconds. */
export const STALE_MAX_MS = 300_000;
/** A store that has not answered for so long, in milliseconds, counts as one that cannot be asked, where a value is known: a hub that was restarted is back by then. */
export const STALE_WAIT_MS = 1_000;

/** What `CachedGhostData` needs. */
export interface CachedParts {
  readonly settings: CacheSettings;
  /** The namespace of the keys. */
  readonly namespace: string;
  /** Random; tells this cache from all others on the bus. */
  readonly id: string;
  /** Milliseconds; a clock that never goes back. */
  readonly now: () => number;
  /** Calls back once, after so many milliseconds; what it gives cancels that. */
  readonly after: (milliseconds: number, callback: () => void) => () => void;
  readonly log: Log;
  /** Default: none, and what other processes store is seen when the value here is too old. */
  readonly bus?: InvalidationBus;
}

/** What the cache did so far. */
export interface CacheCounts {
  readonly hits: number;
  readonly misses: number;
  /** Values that were given though the store could not be asked. */
  readonly stale: number;
}

/**
 * Keeps values that were read in memory. What is not there is asked for every time; several who want the same at once ask the store once; a value that is known is given when the store
 * cannot be had (`STALE_MAX_MS`). Each write forgets the value here and, over the bus, in every other cache of the app. Nothing is kept inside a transaction; its writes are forgotten after the commit.
 */
export class CachedGhostData extends ForwardingData {
  private readonly cache: LocalCache;
  private readonly flights = new Flights();
  private readonly invalidation: CacheInvalidation;
  private readonly log: Log;
  private readonly after: CachedParts["after"];
  private readonly counts = { hits: 0, misses: 0, stale: 0 };

  constructor(inner: GhostData, { settings, now, ...parts }: CachedParts) {
    super(inner);
    this.log = parts.log;
    this.after = parts.after;
    this.cache = new LocalCache(
      settings.maxEntries,
      { freshMs: settings.defaultExpirationMs, staleMs: settings.defaultExpirationMs + STALE_MAX_MS },
      now,
    );
    this.invalidation = new CacheInvalidation(this.cache, this.flights, parts);
  }

  /** What the cache did so far. */
  get statistics(): CacheCounts {
    return { ...this.counts };
  }

  override async get<T>(key: string, options: CallOptions = {}): Promise<T | undefined> {
    throwIfAborted(options.signal);
    const known = this.lookUp(key);
    options.onCacheAnswer?.(known !== undefined);
    if (known !== undefined) return give<T>(known);
    return this.load<T>(key, options);
  }

  override async getBatch<T>(keys: Iterable<string>, options: CallOptions = {}): Promise<Map<string, T>> {
    throwIfAborted(options.signal);
    const wanted = [...new Set(keys)];
    const known = new Map(wanted.map((key) => [key, this.lookUp(key)]));
    options.onCacheAnswer?.(wanted.every((key) => known.get(key) !== undefined));
    const values = await Promise.all(
      wanted.map(async (key) => {
        const kept = known.get(key);
        return [key, kept === undefined ? await this.load<T>(key, options) : give<T>(kept)] as const;
      }),
    );
    return new Map(values.filter((pair): pair is readonly [string, Awaited<T>] => pair[1] !== undefined));
  }

  override set<T>(key: string, value: T, options?: SetOptions): Promise<void> {
    return this.writing([key], () => this.inner.set(key, value, options));
  }

  override setBatch<T>(items: Items<T>, options?: SetOptions): Promise<void> {
    const keys = itemEntries(items).map(([key]) => key);
    return this.writing(keys, () => this.inner.setBatch(items, options));
  }

  override setIfVersion<T>(key: string, value: T, version: number, options?: SetOptions): Promise<number | undefined> {
    return this.writing([key], () => this.inner.setIfVersion(key, value, version, options));
  }

  override increment(key: string, by?: number, options?: CallOptions): Promise<number> {
    return this.writing([key], () => this.inner.increment(key, by, options));
  }

  override delete(key: string, options?: CallOptions): Promise<boolean> {
    return this.writing([key], () => this.inner.delete(key, options));
  }

  override deleteBatch(keys: Iterable<string>, options?: CallOptions): Promise<number> {
    const wanted = [...keys];
    return this.writing(wanted, () => this.inner.deleteBatch(wanted, options));
  }

  override async beginTransaction(options?: CallOptions): Promise<GhostTransaction> {
    return new CachedTransaction(await this.inner.beginTransaction(options), (keys, commit) => this.writing(keys, commit));
  }

  override invalidate(key: string, options?: CallOptions): Promise<void> {
    return this.writing([key], () => this.inner.invalidate(key, options));
  }

  override invalidateBatch(keys: Iterable<string>, options?: CallOptions): Promise<void> {
    const wanted = [...keys];
    return this.writing(wanted, () => this.inner.invalidateBatch(wanted, options));
  }

  override async invalidatePattern(pattern: string, options?: CallOptions): Promise<void> {
    await this.inner.invalidatePattern(pattern, options);
    await this.invalidation.forgetMatching(pattern);
  }

  override async [Symbol.asyncDispose](): Promise<void> {
    await this.invalidation[Symbol.asyncDispose]();
    await super[Symbol.asyncDispose]();
  }

  private lookUp(key: string): ReturnType<LocalCache["fresh"]> {
    const kept = this.invalidation.isTrusted ? this.cache.fresh(key) : undefined;
    if (kept === undefined) this.counts.misses++;
    else this.counts.hits++;
    return kept;
  }

  /** Asks the store, once for all who want it now. Their signals let them give up, each for itself. */
  private async load<T>(key: string, { signal }: CallOptions): Promise<T | undefined> {
    const flight = this.flights.join(key, async (isValid) => {
      const found = await this.inner.getWithVersion(key);
      if (isValid()) this.cache.remove(key);
      if (!found) return undefined;
      // What was changed while it was read is given, and not kept.
      return isValid() ? this.cache.put(key, found.value, found.expiresInMs) : keep(found.value);
    });
    try {
      const kept = await waitUnlessAborted(this.cache.stale(key) ? this.notForLong(key, flight) : flight, signal);
      return kept && give<T>(kept);
    } catch (error) {
      return this.lastKnown<T>(key, error);
    }
  }

  /** The answer if it comes soon. A later one is kept all the same. */
  private notForLong<Answer>(key: string, flight: Promise<Answer>): Promise<Answer> {
    return new Promise((resolve, reject) => {
      const cancel = this.after(STALE_WAIT_MS, () =>
        reject(new GhostError("TIMED_OUT", `cannot get ${key}: the store did not answer within ${STALE_WAIT_MS} ms`)),
      );
      flight.then(resolve, reject).finally(cancel);
    });
  }

  private lastKnown<T>(key: string, error: unknown): T {
    const kept = isUnavailable(error) ? this.cache.stale(key) : undefined;
    if (kept === undefined) throw error;
    this.counts.stale++;
    this.log.warn(`${key} is given as it was last known: ${(error as Error).message}`, { key });
    return give<T>(kept);
  }

  /** Does a write, and forgets what it may have changed, also when nobody knows whether it has. */
  private async writing<T>(keys: readonly string[], write: () => Promise<T>): Promise<T> {
    try {
      const result = await write();
      await this.invalidation.forget(keys);
      return result;
    } catch (error) {
      if (mayHaveHappened(error)) await this.invalidation.forget(keys);
      throw error;
    }
  }
}

/** Reads past the cache, and tells it of writes when they are committed. */
class CachedTransaction extends ForwardingTransaction {
  private readonly changed = new Set<string>();
  private readonly committing: (keys: readonly string[], commit: () => Promise<void>) => Promise<void>;

  constructor(inner: GhostTransaction, committing: CachedTransaction["committing"]) {
    super(inner);
    this.committing = committing;
  }

  override set<T>(key: string, value: T, options?: SetOptions): Promise<void> {
    this.changed.add(key);
    return this.inner.set(key, value, options);
  }

  override setBatch<T>(items: Items<T>, options?: SetOptions): Promise<void> {
    for (const [key] of itemEntries(items)) this.changed.add(key);
    return this.inner.setBatch(items, options);
  }

  override delete(key: string, options?: CallOptions): Promise<boolean> {
    this.changed.add(key);
    return this.inner.delete(key, options);
  }

  override deleteBatch(keys: Iterable<string>, options?: CallOptions): Promise<number> {
    const wanted = [...keys];
    for (const key of wanted) this.changed.add(key);
    return this.inner.deleteBatch(wanted, options);
  }

  override commit(options?: CallOptions): Promise<void> {
    return this.committing([...this.changed], () => this.inner.commit(options));
  }
}

function mayHaveHappened(error: unknown): boolean {
  if (!(error instanceof GhostError)) return true;
  return error.code !== "USAGE" && error.code !== "DATA_CLOSED" && error.details?.sent !== false;
}
