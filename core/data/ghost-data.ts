import type { Duration } from "../config/duration.ts";
import type { AbortSignal } from "../errors/abort-signal.ts";

/** What every call may be given. */
export interface CallOptions {
  /** Gives up waiting: the call rejects with the signal's reason. What has reached the store may still happen. */
  readonly signal?: AbortSignal;
  /** Is told whether a cache answered; for the decorators, which know each other by nothing else. */
  readonly onCacheAnswer?: (hit: boolean) => void;
}

/** What a call that stores may be given. */
export interface SetOptions extends CallOptions {
  /** After this time the key is gone, counted from when it is stored: `"10m"`. Default: it stays, also where it had an expiry before. */
  readonly expiry?: Duration;
}

/** Keys and values: a Map, or a plain object. */
export type Items<T> = ReadonlyMap<string, T> | Readonly<Record<string, T>>;

/** A value with what a later write may depend on. */
export interface Versioned<T> {
  readonly value: T;
  /** Above 0, and new at each change of the key; it says nothing about other keys. */
  readonly version: number;
  /** Milliseconds until the key is gone; null: it stays. */
  readonly expiresInMs: number | null;
}

/**
 * Keys. A value is what JSON can hold; what is given back is equal to what was stored, and is the caller's own.
 * Keys that begin with `shared:` belong to all apps, all others to the app alone.
 */
export interface KeyAccess {
  /** The value, or undefined where there is none. Bytes that another program stored and that are no JSON come as a text. */
  get<T = unknown>(key: string, options?: CallOptions): Promise<T | undefined>;
  /** Stores a value. Throws USAGE for what JSON cannot hold, such as undefined, a function or bytes. */
  set<T>(key: string, value: T, options?: SetOptions): Promise<void>;
  /** Whether there was something to delete. */
  delete(key: string, options?: CallOptions): Promise<boolean>;
  /** The values of those keys that have one. */
  getBatch<T = unknown>(keys: Iterable<string>, options?: CallOptions): Promise<Map<string, T>>;
  /** Stores all or nothing. The expiry is that of each. */
  setBatch<T>(items: Items<T>, options?: SetOptions): Promise<void>;
  /** How many there were to delete. */
  deleteBatch(keys: Iterable<string>, options?: CallOptions): Promise<number>;
}

/** A value in SQL. Integers beyond 2^53 come as bigint, blobs as bytes. */
export type SqlValue = string | number | bigint | Uint8Array | null;
/** What a parameter may be; true is 1 and false is 0, as SQLite has them. */
export type SqlParameter = SqlValue | boolean;
/** By position (`?`), or by name (`:name`, `@name` or `$name`, given as `name`). */
export type SqlParameters = readonly SqlParameter[] | Readonly<Record<string, SqlParameter>>;
/** A row as it comes: values by column name. */
export type SqlRow = Readonly<Record<string, SqlValue>>;
/** One statement of a batch. */
export type SqlCommand = readonly [sql: string, parameters?: SqlParameters];

/** SQL on the app's own database. Each call is one statement; values belong into parameters, never into the text. Failures are SQL_FAILED. */
export interface SqlAccess {
  /** All rows. */
  query<Row = SqlRow>(sql: string, parameters?: SqlParameters, options?: CallOptions): Promise<Row[]>;
  /** The one row; undefined when there is none. Throws SQL_FAILED when there are more. */
  querySingle<Row = SqlRow>(sql: string, parameters?: SqlParameters, options?: CallOptions): Promise<Row | undefined>;
  /** How many rows were inserted, updated or deleted. */
  execute(sql: string, parameters?: SqlParameters, options?: CallOptions): Promise<number>;
  /** All statements or, when one fails, none. How many rows were changed in all. */
  executeBatch(commands: Iterable<SqlCommand>, options?: CallOptions): Promise<number>;
}

/**
 * Changes that happen together or not at all. It reads its own changes; others see them after `commit`. What is disposed without a commit is rolled
 * back: `await using transaction = await data.beginTransaction()`. After either, each call throws TRANSACTION_ENDED.
 *
 * Keys and SQL are kept in two files: the changes of each are whole whatever happens, and keys are changed right after the SQL is durable. If the
 * machine or the hub ends between the two, `commit` throws PARTLY_COMMITTED. Work that spans more than one store is what sagas are for.
 */
export interface GhostTransaction extends KeyAccess, SqlAccess, AsyncDisposable {
  /** Makes all changes durable. When it throws, none was made, unless the code is PARTLY_COMMITTED, or HUB_UNREACHABLE or TIMED_OUT (not known). */
  commit(options?: CallOptions): Promise<void>;
  /** Undoes all; after an end it does nothing. */
  rollback(): Promise<void>;
}

/**
 * An app's data: keys with expiry, SQL, transactions. All implementations and every combination of decorators pass the suite in `test/contract`.
 * Failures are GhostErrors. Whoever opened it disposes it; afterwards each call throws DATA_CLOSED.
 */
export interface GhostData extends KeyAccess, SqlAccess, AsyncDisposable {
  /** A value and its version, for `setIfVersion`. */
  getWithVersion<T = unknown>(key: string, options?: CallOptions): Promise<Versioned<T> | undefined>;
  /**
   * Stores a value if the key still has this version; 0: if there is no such key. The new version, or undefined when another writer came first:
   * read again, and decide again.
   */
  setIfVersion<T>(key: string, value: T, version: number, options?: SetOptions): Promise<number | undefined>;
  /**
   * Adds a whole number, in one step whoever else adds; a key that is not there counts as 0. The sum. The key's expiry stays.
   * Throws WRONG_TYPE where the value is no whole number, or the sum would be beyond 2^53.
   */
  increment(key: string, by?: number, options?: CallOptions): Promise<number>;
  /**
   * The keys that match a Redis glob, default all, in no order. A key that is there during the whole scan comes at least once, others perhaps.
   * Keys of all apps come when the glob begins with `shared:`, and only then.
   * Nothing is held between two steps: it may be left at any time.
   */
  scan(pattern?: string, options?: CallOptions): AsyncIterable<string>;
  /** Begins a transaction. */
  beginTransaction(options?: CallOptions): Promise<GhostTransaction>;
  /** Makes every cache of this app forget the key; the data stays. For writes that went past GhostData. Without a cache it does nothing. */
  invalidate(key: string, options?: CallOptions): Promise<void>;
  /** The same for several keys. */
  invalidateBatch(keys: Iterable<string>, options?: CallOptions): Promise<void>;
  /** The same for all keys that match a Redis glob. */
  invalidatePattern(pattern: string, options?: CallOptions): Promise<void>;
}
