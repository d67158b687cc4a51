import { GhostError } from "../../errors/ghost-error.ts";
import { sum } from "../counter.ts";
import { expiryLeft } from "../expiry-left.ts";
import { ForwardingData, ForwardingTransaction } from "../forwarding-data.ts";
import type { CallOptions, GhostData, GhostTransaction, Items, SetOptions, Versioned } from "../ghost-data.ts";
import { itemEntries } from "../items.ts";
import { decodeValue, encodeValue } from "../json-value.ts";
import { type RotateOptions, type Rotation, rotate } from "./rotate.ts";
import type { Sealer } from "./sealer.ts";

/** How often a count is tried while others count, too. */
const INCREMENT_TRIES_MAX = 64;

/**
 * Encrypts the values of keys; names, expiries and SQL are as they were. A count is read, decrypted, and stored under its version, because the store cannot count
 * what it cannot read: `increment` is slower here.
 */
export class EncryptedGhostData extends ForwardingData {
  private readonly sealer: Sealer;

  constructor(inner: GhostData, sealer: Sealer) {
    super(inner);
    this.sealer = sealer;
  }

  override async get<T>(key: string, options?: CallOptions): Promise<T | undefined> {
    return openValue<T>(this.sealer, key, await this.inner.get(key, options));
  }

  override async getBatch<T>(keys: Iterable<string>, options?: CallOptions): Promise<Map<string, T>> {
    return openAll<T>(this.sealer, await this.inner.getBatch(keys, options));
  }

  override async getWithVersion<T>(key: string, options?: CallOptions): Promise<Versioned<T> | undefined> {
    const found = await this.inner.getWithVersion(key, options);
    return found && { ...found, value: decodeValue<T>(await this.sealer.open(key, found.value)) };
  }

  override async set<T>(key: string, value: T, options?: SetOptions): Promise<void> {
    await this.inner.set(key, await sealValue(this.sealer, key, value), options);
  }

  override async setBatch<T>(items: Items<T>, options?: SetOptions): Promise<void> {
    await this.inner.setBatch(await sealAll(this.sealer, items), options);
  }

  override async setIfVersion<T>(key: string, value: T, version: number, options?: SetOptions): Promise<number | undefined> {
    return this.inner.setIfVersion(key, await sealValue(this.sealer, key, value), version, options);
  }

  override async increment(key: string, by = 1, options: CallOptions = {}): Promise<number> {
    if (!Number.isSafeInteger(by)) return this.inner.increment(key, by, options);
    for (let tries = 0; tries < INCREMENT_TRIES_MAX; tries++) {
      const total = await this.tryIncrement(key, by, options);
      if (total !== undefined) return total;
    }
    throw new GhostError("FAILED", `cannot increment ${key}: others changed it ${INCREMENT_TRIES_MAX} times meanwhile`, {
      hint: "try again",
    });
  }

  override async beginTransaction(options?: CallOptions): Promise<GhostTransaction> {
    return new EncryptedTransaction(await this.inner.beginTransaction(options), this.sealer);
  }

  /**
   * Encrypts anew, with the first key, all that was encrypted with another one. What others store meanwhile stays as they stored it. Afterwards the older
   * keys can go, if nothing failed.
   */
  rotate(options?: RotateOptions): Promise<Rotation> {
    return rotate(this.inner, this.sealer, options);
  }

  private async tryIncrement(key: string, by: number, options: CallOptions): Promise<number | undefined> {
    const found = await this.inner.getWithVersion(key, options);
    const text = found && (await this.sealer.open(key, found.value));
    const total = sum(key, text, by);
    const sealed = await this.sealer.seal(key, String(total));
    const stored = await this.inner.setIfVersion(key, sealed, found?.version ?? 0, { ...options, ...expiryLeft(found) });
    return stored === undefined ? undefined : total;
  }
}

class EncryptedTransaction extends ForwardingTransaction {
  private readonly sealer: Sealer;

  constructor(inner: GhostTransaction, sealer: Sealer) {
    super(inner);
    this.sealer = sealer;
  }

  override async get<T>(key: string, options?: CallOptions): Promise<T | undefined> {
    return openValue<T>(this.sealer, key, await this.inner.get(key, options));
  }

  override async getBatch<T>(keys: Iterable<string>, options?: CallOptions): Promise<Map<string, T>> {
    return openAll<T>(this.sealer, await this.inner.getBatch(keys, options));
  }

  override async set<T>(key: string, value: T, options?: SetOptions): Promise<void> {
    await this.inner.set(key, await sealValue(this.sealer, key, value), options);
  }

  override async setBatch<T>(items: Items<T>, options?: SetOptions): Promise<void> {
    await this.inner.setBatch(await sealAll(this.sealer, items), options);
  }
}

async function openValue<T>(sealer: Sealer, key: string, stored: unknown): Promise<T | undefined> {
  return stored === undefined ? undefined : decodeValue<T>(await sealer.open(key, stored));
}

async function openAll<T>(sealer: Sealer, stored: ReadonlyMap<string, unknown>): Promise<Map<string, T>> {
  const opened = await Promise.all([...stored].map(async ([key, value]) => [key, decodeValue<T>(await sealer.open(key, value))] as const));
  return new Map(opened);
}

async function sealValue(sealer: Sealer, key: string, value: unknown): Promise<string> {
  return sealer.seal(key, encodeValue(key, value));
}

async function sealAll(sealer: Sealer, items: Items<unknown>): Promise<Map<string, string>> {
  const texts = itemEntries(items).map(([key, value]) => [key, encodeValue(key, value)] as const);
  return new Map(await Promise.all(texts.map(async ([key, text]) => [key, await sealer.seal(key, text)] as const)));
}
