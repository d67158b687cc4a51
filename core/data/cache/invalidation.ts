/** What caches tell each other on `cache:invalidation`, and how one finds out that it missed something. */
import { LRUCache } from "lru-cache";

/** The bus's channel for it. */
export const INVALIDATION_CHANNEL = "cache:invalidation";
/** Keys of one message; more go in several. */
export const KEYS_PER_MESSAGE = 1000;
/** Publishers whose count is remembered; one that was forgotten is taken for new. */
const PUBLISHERS_MAX = 1000;

/** Who hears of invalidations. */
export interface InvalidationListener {
  /** A message's payload: parsed, or as text. */
  message(payload: unknown): void;
  /** From now on every message comes. */
  connected(): void;
  /** Messages may be missed from now on, or have been. */
  lost(): void;
}

/** The part of the bus that a cache needs. */
export interface InvalidationBus {
  /** Resolves when the hub has taken it. */
  publish(channel: string, message: InvalidationMessage): Promise<unknown>;
  /** Calls the listener until it is disposed, over any number of connections. */
  subscribe(channel: string, listener: InvalidationListener): AsyncDisposable;
}

/** What the first key of a message says; a later form would have another number. */
export const FORM = "invalidation/1";

/** One message. */
export interface InvalidationMessage {
  readonly ghost: typeof FORM;
  /** Random, one for each cache. */
  readonly from: string;
  /** 1, 2, 3 … of this publisher: a gap means that a message was missed. */
  readonly seq: number;
  /** Whose keys these are; `shared:` keys are everybody's. */
  readonly namespace: string;
  readonly keys?: readonly string[];
  /** A Redis glob. */
  readonly pattern?: string;
}

/**
 * The message of a payload; any other text is the name of a key, as other programs publish it, in an envelope of the bus or without one. Null of what is
 * neither.
 */
export function readInvalidation(payload: unknown): InvalidationMessage | string | null {
  if (typeof payload === "string") return payload;
  if (typeof payload !== "object" || payload === null) return null;
  if ("data" in payload && "id" in payload) return readInvalidation(payload.data);
  const { ghost, from, seq, namespace, keys, pattern } = payload as Partial<InvalidationMessage>;
  if (ghost !== FORM || typeof from !== "string" || !Number.isSafeInteger(seq) || typeof namespace !== "string") return null;
  const isList = keys === undefined || (Array.isArray(keys) && keys.every((key) => typeof key === "string"));
  return isList && (pattern === undefined || typeof pattern === "string") ? (payload as InvalidationMessage) : null;
}

/** Follows the counts of all publishers. */
export class Sequences {
  private readonly last = new LRUCache<string, number>({ max: PUBLISHERS_MAX });

  /** Notes a message; true when one before it was missed, or may have been: a publisher that is not known begins with 1. */
  isGap(from: string, seq: number): boolean {
    const last = this.last.get(from) ?? 0;
    this.last.set(from, Math.max(last, seq));
    return seq > last + 1;
  }
}
