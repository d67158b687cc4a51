import { ForwardingData, ForwardingTransaction } from "./forwarding-data.ts";
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
import { itemEntries } from "./items.ts";
import { Meter, type MeterParts, typeOf } from "./meter.ts";

/**
 * Measures every call: the latency `ghost.data.<op>` in milliseconds, and one of the counters `ghost.data.<op>.success`, `.error` and `.cancelled` (given up by the
 * caller), `<op>` being the method's name, after `transaction.` for a transaction's. Spans are named `GhostData.<op>` and have `key` (of several: `keys`, their number), `type` (of the value), and of reads
 * `cache_hit`; a failed one has the error's status and code. SQL's text is in `sql`, its values are nowhere.
 */
export class InstrumentedGhostData extends ForwardingData {
  private readonly meter: Meter;

  constructor(inner: GhostData, parts: MeterParts) {
    super(inner);
    this.meter = new Meter(parts);
  }

  override get<T>(key: string, options?: CallOptions): Promise<T | undefined> {
    return this.meter.read("get", { key }, options, (own) => this.inner.get<T>(key, own));
  }

  override getBatch<T>(keys: Iterable<string>, options?: CallOptions): Promise<Map<string, T>> {
    const wanted = [...keys];
    return this.meter.read("getBatch", { keys: wanted.length }, options, (own) => this.inner.getBatch<T>(wanted, own));
  }

  override getWithVersion<T>(key: string, options?: CallOptions): Promise<Versioned<T> | undefined> {
    return this.meter.read(
      "getWithVersion",
      { key },
      options,
      (own) => this.inner.getWithVersion<T>(key, own),
      (found) => found?.value,
    );
  }

  override set<T>(key: string, value: T, options?: SetOptions): Promise<void> {
    return this.meter.measure("set", { key, type: typeOf(value) }, options, () => this.inner.set(key, value, options));
  }

  override setBatch<T>(items: Items<T>, options?: SetOptions): Promise<void> {
    return this.meter.measure("setBatch", { keys: itemEntries(items).length }, options, () => this.inner.setBatch(items, options));
  }

  override setIfVersion<T>(key: string, value: T, version: number, options?: SetOptions): Promise<number | undefined> {
    return this.meter.measure("setIfVersion", { key, type: typeOf(value) }, options, () =>
      this.inner.setIfVersion(key, value, version, options),
    );
  }

  override increment(key: string, by?: number, options?: CallOptions): Promise<number> {
    return this.meter.measure("increment", { key, type: "number" }, options, () => this.inner.increment(key, by, options));
  }

  override delete(key: string, options?: CallOptions): Promise<boolean> {
    return this.meter.measure("delete", { key }, options, () => this.inner.delete(key, options));
  }

  override deleteBatch(keys: Iterable<string>, options?: CallOptions): Promise<number> {
    const wanted = [...keys];
    return this.meter.measure("deleteBatch", { keys: wanted.length }, options, () => this.inner.deleteBatch(wanted, options));
  }

  /** Measured from the first step to the last, with the time that the caller takes in between. */
  override scan(pattern?: string, options?: CallOptions): AsyncIterable<string> {
    return this.meter.iterate("scan", { pattern: pattern ?? "*" }, options, () => this.inner.scan(pattern, options));
  }

  override query<Row = SqlRow>(sql: string, parameters?: SqlParameters, options?: CallOptions): Promise<Row[]> {
    return this.meter.measure("query", { sql }, options, () => this.inner.query<Row>(sql, parameters, options));
  }

  override querySingle<Row = SqlRow>(sql: string, parameters?: SqlParameters, options?: CallOptions): Promise<Row | undefined> {
    return this.meter.measure("querySingle", { sql }, options, () => this.inner.querySingle<Row>(sql, parameters, options));
  }

  override execute(sql: string, parameters?: SqlParameters, options?: CallOptions): Promise<number> {
    return this.meter.measure("execute", { sql }, options, () => this.inner.execute(sql, parameters, options));
  }

  override executeBatch(commands: Iterable<SqlCommand>, options?: CallOptions): Promise<number> {
    const all = [...commands];
    return this.meter.measure("executeBatch", { commands: all.length }, options, () => this.inner.executeBatch(all, options));
  }

  override async beginTransaction(options?: CallOptions): Promise<GhostTransaction> {
    const begin = (): Promise<GhostTransaction> => this.inner.beginTransaction(options);
    return new InstrumentedTransaction(await this.meter.measure("beginTransaction", {}, options, begin), this.meter);
  }

  override invalidate(key: string, options?: CallOptions): Promise<void> {
    return this.meter.measure("invalidate", { key }, options, () => this.inner.invalidate(key, options));
  }

  override invalidateBatch(keys: Iterable<string>, options?: CallOptions): Promise<void> {
    const wanted = [...keys];
    return this.meter.measure("invalidateBatch", { keys: wanted.length }, options, () => this.inner.invalidateBatch(wanted, options));
  }

  override invalidatePattern(pattern: string, options?: CallOptions): Promise<void> {
    return this.meter.measure("invalidatePattern", { pattern }, options, () => this.inner.invalidatePattern(pattern, options));
  }
}

class InstrumentedTransaction extends ForwardingTransaction {
  private readonly meter: Meter;

  constructor(inner: GhostTransaction, meter: Meter) {
    super(inner);
    this.meter = meter;
  }

  override get<T>(key: string, options?: CallOptions): Promise<T | undefined> {
    return this.meter.read("transaction.get", { key }, options, (own) => this.inner.get<T>(key, own));
  }

  override set<T>(key: string, value: T, options?: SetOptions): Promise<void> {
    return this.meter.measure("transaction.set", { key, type: typeOf(value) }, options, () => this.inner.set(key, value, options));
  }

  override query<Row = SqlRow>(sql: string, parameters?: SqlParameters, options?: CallOptions): Promise<Row[]> {
    return this.meter.measure("transaction.query", { sql }, options, () => this.inner.query<Row>(sql, parameters, options));
  }

  override querySingle<Row = SqlRow>(sql: string, parameters?: SqlParameters, options?: CallOptions): Promise<Row | undefined> {
    return this.meter.measure("transaction.querySingle", { sql }, options, () => this.inner.querySingle<Row>(sql, parameters, options));
  }

  override execute(sql: string, parameters?: SqlParameters, options?: CallOptions): Promise<number> {
    return this.meter.measure("transaction.execute", { sql }, options, () => this.inner.execute(sql, parameters, options));
  }

  override executeBatch(commands: Iterable<SqlCommand>, options?: CallOptions): Promise<number> {
    const all = [...commands];
    return this.meter.measure("transaction.executeBatch", { commands: all.length }, options, () => this.inner.executeBatch(all, options));
  }

  override commit(options?: CallOptions): Promise<void> {
    return this.meter.measure("transaction.commit", {}, options, () => this.inner.commit(options));
  }

  override rollback(): Promise<void> {
    return this.meter.measure("transaction.rollback", {}, undefined, () => this.inner.rollback());
  }

  /** Mostly after a commit: no rollback, then. */
  override [Symbol.asyncDispose](): Promise<void> {
    return this.inner[Symbol.asyncDispose]() as Promise<void>;
  }
}
