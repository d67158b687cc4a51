import type { Log } from "../logs/log.ts";
import type { Again } from "../resilience/failures.ts";
import { ResiliencePolicy } from "../resilience/policy.ts";
import type { ResilienceSettings } from "../resilience/settings.ts";
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
import { isReading } from "./statements.ts";

/** What is asked when the store cannot be had: a replica, say. Writes never go there. */
export type DataFallback = Pick<GhostData, "get" | "getBatch" | "query" | "querySingle">;

/** What `ResilientGhostData` needs. */
export interface ResilientParts {
  readonly settings: ResilienceSettings;
  readonly log: Log;
  /** Default: none; the failure is thrown. */
  readonly fallback?: DataFallback;
}

/** How one call is met. */
interface Call<T> {
  readonly what: string;
  readonly again: Again;
  readonly options: CallOptions | undefined;
  /** With the options of this one try. */
  run(options: CallOptions): Promise<T>;
  otherwise?(fallback: DataFallback): Promise<T>;
}

/**
 * Time limits, tries again and circuit breakers, one for keys and one for SQL, which are two stores. Only what may happen twice is tried again: reading, storing a value, deleting; a count,
 * a write that depends on a version, and SQL that may change something only when they certainly did not reach the store.
 */
export class ResilientGhostData extends ForwardingData {
  readonly keys: ResiliencePolicy;
  readonly sql: ResiliencePolicy;
  private readonly fallback: DataFallback | undefined;

  constructor(inner: GhostData, { settings, log, fallback }: ResilientParts) {
    super(inner);
    this.keys = new ResiliencePolicy("the store of keys", settings, log);
    this.sql = new ResiliencePolicy("the database", settings, log);
    this.fallback = fallback;
  }

  /** To be called when the connection stands again: what was left alone is used again at once. */
  storeIsBack(): void {
    this.keys.storeIsBack();
    this.sql.storeIsBack();
  }

  override get<T>(key: string, options?: CallOptions): Promise<T | undefined> {
    return this.run(this.keys, {
      what: `get ${key}`,
      again: "always",
      options,
      run: (own) => this.inner.get<T>(key, own),
      otherwise: (fallback) => fallback.get<T>(key, options),
    });
  }

  override getBatch<T>(keys: Iterable<string>, options?: CallOptions): Promise<Map<string, T>> {
    const wanted = [...keys];
    return this.run(this.keys, {
      what: `get ${wanted.length} keys`,
      again: "always",
      options,
      run: (own) => this.inner.getBatch<T>(wanted, own),
      otherwise: (fallback) => fallback.getBatch<T>(wanted, options),
    });
  }

  override getWithVersion<T>(key: string, options?: CallOptions): Promise<Versioned<T> | undefined> {
    return this.run(this.keys, { what: `get ${key}`, again: "always", options, run: (own) => this.inner.getWithVersion<T>(key, own) });
  }

  override set<T>(key: string, value: T, options?: SetOptions): Promise<void> {
    return this.run(this.keys, { what: `set ${key}`, again: "always", options, run: (own) => this.inner.set(key, value, own) });
  }

  override setBatch<T>(items: Items<T>, options?: SetOptions): Promise<void> {
    return this.run(this.keys, { what: "set several keys", again: "always", options, run: (own) => this.inner.setBatch(items, own) });
  }

  override setIfVersion<T>(key: string, value: T, version: number, options?: SetOptions): Promise<number | undefined> {
    const run = (own: SetOptions): Promise<number | undefined> => this.inner.setIfVersion(key, value, version, own);
    return this.run(this.keys, { what: `set ${key}`, again: "unsent", options, run });
  }

  override increment(key: string, by?: number, options?: CallOptions): Promise<number> {
    return this.run(this.keys, {
      what: `increment ${key}`,
      again: "unsent",
      options,
      run: (own) => this.inner.increment(key, by, own),
    });
  }

  override delete(key: string, options?: CallOptions): Promise<boolean> {
    return this.run(this.keys, { what: `delete ${key}`, again: "always", options, run: (own) => this.inner.delete(key, own) });
  }

  override deleteBatch(keys: Iterable<string>, options?: CallOptions): Promise<number> {
    const wanted = [...keys];
    const run = (own: CallOptions): Promise<number> => this.inner.deleteBatch(wanted, own);
    return this.run(this.keys, { what: `delete ${wanted.length} keys`, again: "always", options, run });
  }

  /** Each step has the time limit; a step is not tried again, because what came before is not kept. */
  override async *scan(pattern?: string, options?: CallOptions): AsyncGenerator<string, void, undefined> {
    const steps = this.inner.scan(pattern, options)[Symbol.asyncIterator]();
    const next = (): Promise<IteratorResult<string, unknown>> =>
      this.run(this.keys, { what: "scan", again: "never", options, run: () => steps.next() });
    try {
      for (let step = await next(); !step.done; step = await next()) yield step.value;
    } finally {
      // A step that hangs must not keep whoever gave up.
      steps.return?.()?.catch(() => undefined);
    }
  }

  override query<Row = SqlRow>(sql: string, parameters?: SqlParameters, options?: CallOptions): Promise<Row[]> {
    const again = isReading(sql) ? "always" : "unsent";
    const run = (own: CallOptions): Promise<Row[]> => this.inner.query<Row>(sql, parameters, own);
    const otherwise = (fallback: DataFallback): Promise<Row[]> => fallback.query<Row>(sql, parameters, options);
    return this.run(this.sql, { what: "run the query", again, options, run, ...(again === "always" && { otherwise }) });
  }

  override querySingle<Row = SqlRow>(sql: string, parameters?: SqlParameters, options?: CallOptions): Promise<Row | undefined> {
    const again = isReading(sql) ? "always" : "unsent";
    const run = (own: CallOptions): Promise<Row | undefined> => this.inner.querySingle<Row>(sql, parameters, own);
    const otherwise = (fallback: DataFallback): Promise<Row | undefined> => fallback.querySingle<Row>(sql, parameters, options);
    return this.run(this.sql, { what: "run the query", again, options, run, ...(again === "always" && { otherwise }) });
  }

  override execute(sql: string, parameters?: SqlParameters, options?: CallOptions): Promise<number> {
    const run = (own: CallOptions): Promise<number> => this.inner.execute(sql, parameters, own);
    return this.run(this.sql, { what: "run the statement", again: "unsent", options, run });
  }

  override executeBatch(commands: Iterable<SqlCommand>, options?: CallOptions): Promise<number> {
    const all = [...commands];
    const run = (own: CallOptions): Promise<number> => this.inner.executeBatch(all, own);
    return this.run(this.sql, { what: "run the statements", again: "unsent", options, run });
  }

  override async beginTransaction(options?: CallOptions): Promise<GhostTransaction> {
    return new ResilientTransaction(await this.inner.beginTransaction(options), this.keys, this.sql);
  }

  private run<T>(policy: ResiliencePolicy, { what, again, options, run, otherwise }: Call<T>): Promise<T> {
    const { fallback } = this;
    return policy.run({
      what,
      again,
      signal: options?.signal,
      run: (signal) => run({ ...options, signal }),
      ...(fallback && otherwise && { otherwise: () => otherwise(fallback) }),
    });
  }
}

/** Within a transaction only keys are read again: nobody can tell what a statement did that was not answered. */
class ResilientTransaction extends ForwardingTransaction {
  private readonly keys: ResiliencePolicy;
  private readonly sql: ResiliencePolicy;

  constructor(inner: GhostTransaction, keys: ResiliencePolicy, sql: ResiliencePolicy) {
    super(inner);
    this.keys = keys;
    this.sql = sql;
  }

  override get<T>(key: string, options?: CallOptions): Promise<T | undefined> {
    return this.read(options, (own) => this.inner.get<T>(key, own));
  }

  override getBatch<T>(keys: Iterable<string>, options?: CallOptions): Promise<Map<string, T>> {
    const wanted = [...keys];
    return this.read(options, (own) => this.inner.getBatch<T>(wanted, own));
  }

  override query<Row = SqlRow>(sql: string, parameters?: SqlParameters, options?: CallOptions): Promise<Row[]> {
    return this.state(options, (own) => this.inner.query<Row>(sql, parameters, own));
  }

  override querySingle<Row = SqlRow>(sql: string, parameters?: SqlParameters, options?: CallOptions): Promise<Row | undefined> {
    return this.state(options, (own) => this.inner.querySingle<Row>(sql, parameters, own));
  }

  override execute(sql: string, parameters?: SqlParameters, options?: CallOptions): Promise<number> {
    return this.state(options, (own) => this.inner.execute(sql, parameters, own));
  }

  override executeBatch(commands: Iterable<SqlCommand>, options?: CallOptions): Promise<number> {
    const all = [...commands];
    return this.state(options, (own) => this.inner.executeBatch(all, own));
  }

  override commit(options?: CallOptions): Promise<void> {
    const run = (signal: CallOptions["signal"]): Promise<void> => this.inner.commit({ ...options, signal });
    return this.sql.run({ what: "commit the transaction", again: "never", signal: options?.signal, run });
  }

  private read<T>(options: CallOptions | undefined, run: (options: CallOptions) => Promise<T>): Promise<T> {
    return this.keys.run({
      what: "read keys in a transaction",
      again: "always",
      signal: options?.signal,
      run: (signal) => run({ ...options, signal }),
    });
  }

  private state<T>(options: CallOptions | undefined, run: (options: CallOptions) => Promise<T>): Promise<T> {
    return this.sql.run({
      what: "run a statement in a transaction",
      again: "unsent",
      signal: options?.signal,
      run: (signal) => run({ ...options, signal }),
    });
  }
}
