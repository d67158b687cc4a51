import type { Log } from "../../logs/log.ts";
import { isShared } from "../spaces.ts";
import type { Flights } from "./flights.ts";
import {
  FORM,
  INVALIDATION_CHANNEL,
  type InvalidationBus,
  type InvalidationListener,
  type InvalidationMessage,
  KEYS_PER_MESSAGE,
  readInvalidation,
  Sequences,
} from "./invalidation.ts";
import { keyMatcher, type LocalCache } from "./local-cache.ts";

/** Who a cache is to others. */
export interface CacheIdentity {
  readonly namespace: string;
  readonly id: string;
  readonly log: Log;
  readonly bus?: InvalidationBus;
}

/** Forgets, here and in every other cache of the app, and hears what others forget. */
export class CacheInvalidation implements InvalidationListener, AsyncDisposable {
  private readonly cache: LocalCache;
  private readonly flights: Flights;
  private readonly identity: CacheIdentity;
  private readonly sequences = new Sequences();
  private readonly subscription: AsyncDisposable | undefined;
  private sequence = 0;
  private isConnected = false;

  constructor(cache: LocalCache, flights: Flights, identity: CacheIdentity) {
    this.cache = cache;
    this.flights = flights;
    this.identity = identity;
    this.subscription = identity.bus?.subscribe(INVALIDATION_CHANNEL, this);
  }

  /** False while invalidations cannot be heard: then the store is asked. */
  get isTrusted(): boolean {
    return this.isConnected || this.identity.bus === undefined;
  }

  async forget(keys: readonly string[]): Promise<void> {
    for (const key of keys) this.drop(key);
    for (let at = 0; at < keys.length; at += KEYS_PER_MESSAGE) await this.tell({ keys: keys.slice(at, at + KEYS_PER_MESSAGE) });
  }

  async forgetMatching(pattern: string): Promise<void> {
    this.dropMatching(pattern, false);
    await this.tell({ pattern });
  }

  connected(): void {
    this.doubtAll();
    this.isConnected = true;
  }

  lost(): void {
    this.isConnected = false;
    this.doubtAll();
  }

  message(payload: unknown): void {
    const message = readInvalidation(payload);
    if (typeof message === "string") return this.drop(message);
    if (message === null) return this.identity.log.warn(`a message on ${INVALIDATION_CHANNEL} is no invalidation`);
    if (message.from === this.identity.id) return;
    if (this.sequences.isGap(message.from, message.seq)) this.doubtAll();
    this.obey(message);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.isConnected = false;
    await this.subscription?.[Symbol.asyncDispose]();
  }

  private obey({ namespace, keys = [], pattern }: InvalidationMessage): void {
    const isOther = namespace !== this.identity.namespace;
    for (const key of keys) if (!isOther || isShared(key)) this.drop(key);
    if (pattern !== undefined) this.dropMatching(pattern, isOther);
  }

  private drop(key: string): void {
    this.cache.remove(key);
    this.flights.cancel(key);
  }

  private dropMatching(pattern: string, sharedOnly: boolean): void {
    this.cache.removeMatching(pattern, sharedOnly);
    this.flights.cancelMatching(keyMatcher(pattern, sharedOnly));
  }

  private doubtAll(): void {
    this.cache.doubtAll();
    this.flights.cancelMatching(() => true);
  }

  /** What cannot be told now is no failure of the write: the gap in the count tells others later, or their own lost connection does. */
  private async tell(what: Pick<InvalidationMessage, "keys" | "pattern">): Promise<void> {
    const { bus, namespace, id, log } = this.identity;
    if (!bus) return;
    this.sequence++;
    const told = bus
      .publish(INVALIDATION_CHANNEL, { ghost: FORM, from: id, seq: this.sequence, namespace, ...what })
      .catch((error: unknown) => {
        log.warn(`other caches were not told what changed: ${(error as Error).message}`);
      });
    // While there is no connection nobody may wait for one.
    if (this.isConnected) await told;
  }
}
