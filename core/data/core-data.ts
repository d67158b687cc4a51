import { durationMs } from "../config/duration.ts";
import { type AbortSignal, throwIfAborted } from "../errors/abort-signal.ts";
import { GhostError } from "../errors/ghost-error.ts";
import { badArgument, checkKey } from "./arguments.ts";
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
import { decodeValue, encodeValue } from "./json-value.ts";
import type { KeyChange, KeyPort, SqlPort } from "./ports.ts";
import { decodeRows, encodeCommands, encodeParameters } from "./sql-json.ts";
import { onlyRow } from "./statements.ts";
import { OverlayTransaction } from "./transaction.ts";

/**
 * The innermost GhostData: values become JSON texts, names and options are checked, and a store of keys and a database do the rest. Every implementation is
 * this one over other ports. What it returns it awaits: so the stack of an error leads to the app's own call.
 */
export class CoreGhostData implements GhostData {
  private readonly keys: KeyPort;
  private readonly sql: SqlPort;
  private readonly transactions = new Set<OverlayTransaction>();
  private closing: Promise<void> | null = null;

  constructor(keys: KeyPort, sql: SqlPort) {
    this.keys = keys;
    this.sql = sql;
  }

  async get<T>(key: string, { signal }: CallOptions = {}): Promise<T | undefined> {
    this.check(signal, key);
    const [text] = await this.keys.read([key], signal);
    return text === undefined ? undefined : decodeValue<T>(text);
  }

  async getBatch<T>(keys: Iterable<string>, { signal }: CallOptions = {}): Promise<Map<string, T>> {
    const wanted = [...new Set(keys)];
    this.check(signal, ...wanted);
    if (wanted.length === 0) return new Map();
    const texts = await this.keys.read(wanted, signal);
    const found = new Map<string, T>();
    for (const [index, key] of wanted.entries()) {
      const text = texts[index];
      if (text !== undefined) found.set(key, decodeValue<T>(text));
    }
    return found;
  }

  async getWithVersion<T>(key: string, { signal }: CallOptions = {}): Promise<Versioned<T> | undefined> {
    this.check(signal, key);
    const stored = await this.keys.readWithVersion(key, signal);
    return stored && { value: decodeValue<T>(stored.text), version: stored.version, expiresInMs: stored.expiresInMs };
  }

  async set<T>(key: string, value: T, options: SetOptions = {}): Promise<void> {
    this.check(options.signal, key);
    await this.keys.apply(new Map([[key, changeOf(key, value, options)]]), options.signal);
  }

  async setBatch<T>(items: Items<T>, options: SetOptions = {}): Promise<void> {
    const changes = new Map(itemEntries(items).map(([key, value]) => [key, changeOf(key, value, options)]));
    this.check(options.signal, ...changes.keys());
    if (changes.size > 0) await this.keys.apply(changes, options.signal);
  }

  async setIfVersion<T>(key: string, value: T, version: number, options: SetOptions = {}): Promise<number | undefined> {
    this.check(options.signal, key);
    if (!Number.isSafeInteger(version) || version < 0) throw badArgument(version, "a version", "it is what getWithVersion gave, or 0");
    return await this.keys.writeIfVersion(key, changeOf(key, value, options), version, options.signal);
  }

  async increment(key: string, by = 1, { signal }: CallOptions = {}): Promise<number> {
    this.check(signal, key);
    if (!Number.isSafeInteger(by)) throw badArgument(by, "an increment", "it is a whole number");
    return await this.keys.add(key, by, signal);
  }

  async delete(key: string, { signal }: CallOptions = {}): Promise<boolean> {
    this.check(signal, key);
    return (await this.keys.remove([key], signal)) > 0;
  }

  async deleteBatch(keys: Iterable<string>, { signal }: CallOptions = {}): Promise<number> {
    const wanted = [...new Set(keys)];
    this.check(signal, ...wanted);
    return wanted.length === 0 ? 0 : await this.keys.remove(wanted, signal);
  }

  async *scan(pattern = "*", { signal }: CallOptions = {}): AsyncGenerator<string, void, undefined> {
    this.check(signal, pattern);
    for await (const key of this.keys.scan(pattern, signal)) {
      yield key;
      this.check(signal);
    }
  }

  async query<Row = SqlRow>(sql: string, parameters?: SqlParameters, { signal }: CallOptions = {}): Promise<Row[]> {
    this.check(signal);
    return decodeRows<Row>(await this.sql.query(sql, encodeParameters(parameters), signal));
  }

  async querySingle<Row = SqlRow>(sql: string, parameters?: SqlParameters, options: CallOptions = {}): Promise<Row | undefined> {
    return onlyRow(await this.query<Row>(sql, parameters, options));
  }

  async execute(sql: string, parameters?: SqlParameters, { signal }: CallOptions = {}): Promise<number> {
    this.check(signal);
    return await this.sql.execute(sql, encodeParameters(parameters), signal);
  }

  async executeBatch(commands: Iterable<SqlCommand>, { signal }: CallOptions = {}): Promise<number> {
    this.check(signal);
    return await this.sql.batch(encodeCommands(commands), signal);
  }

  async beginTransaction({ signal }: CallOptions = {}): Promise<GhostTransaction> {
    this.check(signal);
    const transaction: OverlayTransaction = new OverlayTransaction(this.keys, this.sql, () => this.transactions.delete(transaction));
    this.transactions.add(transaction);
    return transaction;
  }

  /** There is no cache here. */
  async invalidate(key: string, { signal }: CallOptions = {}): Promise<void> {
    this.check(signal, key);
  }

  async invalidateBatch(keys: Iterable<string>, { signal }: CallOptions = {}): Promise<void> {
    this.check(signal, ...keys);
  }

  async invalidatePattern(pattern: string, { signal }: CallOptions = {}): Promise<void> {
    this.check(signal, pattern);
  }

  [Symbol.asyncDispose](): Promise<void> {
    this.closing ??= this.close();
    return this.closing;
  }

  private async close(): Promise<void> {
    await Promise.all([...this.transactions].map((transaction) => transaction.rollback()));
    await Promise.all([this.keys.close(), this.sql.close()]);
  }

  private check(signal: AbortSignal | undefined, ...keys: readonly string[]): void {
    if (this.closing) throw new GhostError("DATA_CLOSED", "cannot use the data: it was closed");
    throwIfAborted(signal);
    for (const key of keys) checkKey(key);
  }
}

function changeOf(key: string, value: unknown, { expiry }: SetOptions): NonNullable<KeyChange> {
  return { text: encodeValue(key, value), expiryMs: expiry === undefined ? null : durationMs(expiry, "expiry") };
}
