import { durationMs } from "../config/duration.ts";
import { throwIfAborted, waitUnlessAborted } from "../errors/abort-signal.ts";
import { GhostError } from "../errors/ghost-error.ts";
import { checkKey } from "./arguments.ts";
import type { CallOptions, GhostTransaction, Items, SetOptions, SqlCommand, SqlParameters, SqlRow } from "./ghost-data.ts";
import { itemEntries } from "./items.ts";
import { decodeValue, encodeValue } from "./json-value.ts";
import type { KeyChange, KeyPort, SqlPort, SqlTransaction } from "./ports.ts";
import { decodeRows, encodeCommands, encodeParameters } from "./sql-json.ts";
import { isReading, onlyRow } from "./statements.ts";

/**
 * A transaction over any keys and any SQL. Changes of keys are kept here and made at the end, all at once; SQL's own transaction begins with the first
 * statement, so that one of keys alone costs no database.
 */
export class OverlayTransaction implements GhostTransaction {
  /** What this transaction has changed so far. */
  private readonly changes = new Map<string, KeyChange>();
  private readonly keys: KeyPort;
  private readonly database: SqlPort;
  private readonly onEnd: () => void;
  private sql: Promise<SqlTransaction> | null = null;
  private begun: SqlTransaction | null = null;
  /** True when SQL may have changed something. */
  private changedSql = false;
  private ended = false;

  constructor(keys: KeyPort, database: SqlPort, onEnd: () => void) {
    this.keys = keys;
    this.database = database;
    this.onEnd = onEnd;
  }

  async get<T>(key: string, options: CallOptions = {}): Promise<T | undefined> {
    return (await this.getBatch<T>([key], options)).get(key);
  }

  async getBatch<T>(keys: Iterable<string>, { signal }: CallOptions = {}): Promise<Map<string, T>> {
    const wanted = [...new Set(keys)];
    this.check(signal, wanted);
    const unchanged = wanted.filter((key) => !this.changes.has(key));
    const stored = unchanged.length === 0 ? [] : await this.keys.read(unchanged, signal);
    const texts = new Map(unchanged.map((key, index) => [key, stored[index]]));
    const found = new Map<string, T>();
    for (const key of wanted) {
      const text = this.changes.has(key) ? this.changes.get(key)?.text : texts.get(key);
      if (text !== undefined) found.set(key, decodeValue<T>(text));
    }
    return found;
  }

  async set<T>(key: string, value: T, options: SetOptions = {}): Promise<void> {
    await this.setBatch(new Map([[key, value]]), options);
  }

  async setBatch<T>(items: Items<T>, { expiry, signal }: SetOptions = {}): Promise<void> {
    const entries = itemEntries(items);
    this.check(
      signal,
      entries.map(([key]) => key),
    );
    const expiryMs = expiry === undefined ? null : durationMs(expiry, "expiry");
    const changes = entries.map(([key, value]) => [key, { text: encodeValue(key, value), expiryMs }] as const);
    for (const [key, change] of changes) this.changes.set(key, change);
  }

  async delete(key: string, options: CallOptions = {}): Promise<boolean> {
    return (await this.deleteBatch([key], options)) === 1;
  }

  async deleteBatch(keys: Iterable<string>, options: CallOptions = {}): Promise<number> {
    const wanted = [...keys];
    const found = await this.getBatch(wanted, options);
    for (const key of wanted) this.changes.set(key, null);
    return found.size;
  }

  async query<Row = SqlRow>(sql: string, parameters?: SqlParameters, options: CallOptions = {}): Promise<Row[]> {
    const json = encodeParameters(parameters);
    const rows = await this.run((transaction) => transaction.query(sql, json), options);
    this.changedSql ||= !isReading(sql);
    return decodeRows<Row>(rows);
  }

  async querySingle<Row = SqlRow>(sql: string, parameters?: SqlParameters, options: CallOptions = {}): Promise<Row | undefined> {
    return onlyRow(await this.query<Row>(sql, parameters, options));
  }

  async execute(sql: string, parameters?: SqlParameters, options: CallOptions = {}): Promise<number> {
    const json = encodeParameters(parameters);
    this.changedSql = true;
    return this.run((transaction) => transaction.execute(sql, json), options);
  }

  async executeBatch(commands: Iterable<SqlCommand>, options: CallOptions = {}): Promise<number> {
    const json = encodeCommands(commands);
    this.changedSql = true;
    return this.run((transaction) => transaction.batch(json), options);
  }

  async commit({ signal }: CallOptions = {}): Promise<void> {
    this.check(signal);
    this.end();
    const sql = await this.sql;
    await sql?.commit();
    if (this.changes.size > 0) await this.applyKeys();
  }

  async rollback(): Promise<void> {
    if (this.ended) return;
    this.end();
    if (this.begun) await this.begun.rollback();
    // One that still waits for its turn is undone when it comes; nobody has to wait for that.
    else
      this.sql?.then(
        (transaction) => transaction.rollback(),
        () => undefined,
      );
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.rollback();
  }

  private async applyKeys(): Promise<void> {
    try {
      await this.keys.apply(this.changes);
    } catch (error) {
      if (!this.changedSql) throw error;
      throw new GhostError(
        "PARTLY_COMMITTED",
        `cannot change the keys of a transaction whose SQL is committed: ${(error as Error).message}`,
        {
          hint: "store the keys again, or undo the SQL; a saga does either by itself",
          details: { keys: [...this.changes.keys()].slice(0, KEYS_TOLD_MAX) },
          cause: error,
        },
      );
    }
  }

  private async run<T>(work: (transaction: SqlTransaction) => Promise<T>, { signal }: CallOptions): Promise<T> {
    this.check(signal);
    this.sql ??= this.database.begin();
    const begun = this.sql;
    const transaction = await waitUnlessAborted(begun, signal).catch((error) => {
      // What could not begin may be tried again.
      if (!signal?.aborted && this.sql === begun) this.sql = null;
      throw error;
    });
    this.begun = transaction;
    this.check(signal);
    return waitUnlessAborted(work(transaction), signal);
  }

  private check(signal: CallOptions["signal"], keys: readonly string[] = []): void {
    if (this.ended) throw new GhostError("TRANSACTION_ENDED", "cannot use the transaction: it has ended", { hint: "begin another" });
    throwIfAborted(signal);
    for (const key of keys) checkKey(key);
  }

  private end(): void {
    this.ended = true;
    this.onEnd();
  }
}

/** As many keys as an error tells. */
const KEYS_TOLD_MAX = 20;
