/** What an implementation of GhostData is made of: a store of texts by key, and something that runs SQL. Values, names and options are `core-data.ts`'s. */
import type { AbortSignal } from "../errors/abort-signal.ts";

/** What becomes of a key; null: it is deleted. */
export type KeyChange = { readonly text: string /** Null: it stays. */; readonly expiryMs: number | null } | null;

/** A text as it is stored. */
export interface StoredText {
  readonly text: string;
  readonly version: number;
  readonly expiresInMs: number | null;
}

/** Keys and texts. What is too late is gone: an expired key is never given. */
export interface KeyPort {
  /** The texts, in the order of the keys; undefined where there is none. */
  read(keys: readonly string[], signal?: AbortSignal): Promise<(string | undefined)[]>;
  readWithVersion(key: string, signal?: AbortSignal): Promise<StoredText | undefined>;
  /** Makes all changes at once, or none. */
  apply(changes: ReadonlyMap<string, KeyChange>, signal?: AbortSignal): Promise<void>;
  /** How many there were to delete. */
  remove(keys: readonly string[], signal?: AbortSignal): Promise<number>;
  /** The new version; undefined when the key has another one. Version 0: it must not exist. */
  writeIfVersion(key: string, change: NonNullable<KeyChange>, version: number, signal?: AbortSignal): Promise<number | undefined>;
  /** The sum. Throws WRONG_TYPE. */
  add(key: string, by: number, signal?: AbortSignal): Promise<number>;
  scan(pattern: string, signal?: AbortSignal): AsyncIterable<string>;
  /** Frees what it holds. */
  close(): Promise<void>;
}

/** Runs statements; parameters and rows are JSON as in `sql-json.ts`. */
export interface SqlRunner {
  query(sql: string, parameters?: string, signal?: AbortSignal): Promise<string>;
  execute(sql: string, parameters?: string, signal?: AbortSignal): Promise<number>;
  /** One transaction. */
  batch(commands: string, signal?: AbortSignal): Promise<number>;
}

/** A transaction that is open. After either end it holds nothing. */
export interface SqlTransaction extends SqlRunner {
  /** When it throws, nothing was changed, or the error says that it is not known. */
  commit(): Promise<void>;
  /** Never throws. */
  rollback(): Promise<void>;
}

/** A database. */
export interface SqlPort extends SqlRunner {
  begin(signal?: AbortSignal): Promise<SqlTransaction>;
  /** Frees what it holds. */
  close(): Promise<void>;
}
