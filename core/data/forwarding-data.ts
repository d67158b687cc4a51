import type {
  CallOptions,
  GhostData,
  GhostTransaction,
  Items,
  SetOptions,
  SqlCommand,
  SqlParameters,
  SqlRow,
  Versioned,
} from "./ghost-data.ts";

/** Passes every call on. A decorator is one that does something about some of them. */
export abstract class ForwardingData implements GhostData {
  protected readonly inner: GhostData;

  constructor(inner: GhostData) {
    this.inner = inner;
  }

  get<T>(key: string, options?: CallOptions): Promise<T | undefined> {
    return this.inner.get<T>(key, options);
  }

  getBatch<T>(keys: Iterable<string>, options?: CallOptions): Promise<Map<string, T>> {
    return this.inner.getBatch<T>(keys, options);
  }

  getWithVersion<T>(key: string, options?: CallOptions): Promise<Versioned<T> | undefined> {
    return this.inner.getWithVersion<T>(key, options);
  }

  set<T>(key: string, value: T, options?: SetOptions): Promise<void> {
    return this.inner.set(key, value, options);
  }

  setBatch<T>(items: Items<T>, options?: SetOptions): Promise<void> {
    return this.inner.setBatch(items, options);
  }

  setIfVersion<T>(key: string, value: T, version: number, options?: SetOptions): Promise<number | undefined> {
    return this.inner.setIfVersion(key, value, version, options);
  }

  increment(key: string, by?: number, options?: CallOptions): Promise<number> {
    return this.inner.increment(key, by, options);
  }

  delete(key: string, options?: CallOptions): Promise<boolean> {
    return this.inner.delete(key, options);
  }

  deleteBatch(keys: Iterable<string>, options?: CallOptions): Promise<number> {
    return this.inner.deleteBatch(keys, options);
  }

  scan(pattern?: string, options?: CallOptions): AsyncIterable<string> {
    return this.inner.scan(pattern, options);
  }

  query<Row = SqlRow>(sql: string, parameters?: SqlParameters, options?: CallOptions): Promise<Row[]> {
    return this.inner.query<Row>(sql, parameters, options);
  }

  querySingle<Row = SqlRow>(sql: string, parameters?: SqlParameters, options?: CallOptions): Promise<Row | undefined> {
    return this.inner.querySingle<Row>(sql, parameters, options);
  }

  execute(sql: string, parameters?: SqlParameters, options?: CallOptions): Promise<number> {
    return this.inner.execute(sql, parameters, options);
  }

  executeBatch(commands: Iterable<SqlCommand>, options?: CallOptions): Promise<number> {
    return this.inner.executeBatch(commands, options);
  }

  beginTransaction(options?: CallOptions): Promise<GhostTransaction> {
    return this.inner.beginTransaction(options);
  }

  invalidate(key: string, options?: CallOptions): Promise<void> {
    return this.inner.invalidate(key, options);
  }

  invalidateBatch(keys: Iterable<string>, options?: CallOptions): Promise<void> {
    return this.inner.invalidateBatch(keys, options);
  }

  invalidatePattern(pattern: string, options?: CallOptions): Promise<void> {
    return this.inner.invalidatePattern(pattern, options);
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.inner[Symbol.asyncDispose]() as Promise<void>;
  }
}

/** The same for a transaction. */
export abstract class ForwardingTransaction implements GhostTransaction {
  protected readonly inner: GhostTransaction;

  constructor(inner: GhostTransaction) {
    this.inner = inner;
  }

  get<T>(key: string, options?: CallOptions): Promise<T | undefined> {
    return this.inner.get<T>(key, options);
  }

  getBatch<T>(keys: Iterable<string>, options?: CallOptions): Promise<Map<string, T>> {
    return this.inner.getBatch<T>(keys, options);
  }

  set<T>(key: string, value: T, options?: SetOptions): Promise<void> {
    return this.inner.set(key, value, options);
  }

  setBatch<T>(items: Items<T>, options?: SetOptions): Promise<void> {
    return this.inner.setBatch(items, options);
  }

  delete(key: string, options?: CallOptions): Promise<boolean> {
    return this.inner.delete(key, options);
  }

  deleteBatch(keys: Iterable<string>, options?: CallOptions): Promise<number> {
    return this.inner.deleteBatch(keys, options);
  }

  query<Row = SqlRow>(sql: string, parameters?: SqlParameters, options?: CallOptions): Promise<Row[]> {
    return this.inner.query<Row>(sql, parameters, options);
  }

  querySingle<Row = SqlRow>(sql: string, parameters?: SqlParameters, options?: CallOptions): Promise<Row | undefined> {
    return this.inner.querySingle<Row>(sql, parameters, options);
  }

  execute(sql: string, parameters?: SqlParameters, options?: CallOptions): Promise<number> {
    return this.inner.execute(sql, parameters, options);
  }

  executeBatch(commands: Iterable<SqlCommand>, options?: CallOptions): Promise<number> {
    return this.inner.executeBatch(commands, options);
  }

  commit(options?: CallOptions): Promise<void> {
    return this.inner.commit(options);
  }

  rollback(): Promise<void> {
    return this.inner.rollback();
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.rollback();
  }
}
