import type { Duration } from "../config/duration.ts";
import type { AbortSignal } from "../errors/abort-signal.ts";
import type { GhostError } from "../errors/ghost-error.ts";
import type { StandardSchema } from "./standard-schema.ts";

/** A message as a program gets it. What only Ghost's own messages have is undefined in others. */
export interface Message<T = unknown> {
  readonly channel: string;
  /** What was sent: JSON's value, else the text, else the bytes. */
  readonly data: T;
  /** The message's own; an answer has its request's. */
  readonly id?: string;
  /** When it was sent, in ms since the epoch, by the sender's clock. */
  readonly sentAtMs?: number;
  /** When it is worth nothing any more, in ms since the epoch. */
  readonly expiresAtMs?: number;
  /** The sender's name. */
  readonly from?: string;
  /** Where an answer is awaited. */
  readonly reply?: string;
  /** The trace that it belongs to, as W3C's `traceparent`. */
  readonly trace?: string;
  /** Where the hub keeps it. */
  readonly position?: string;
}

/**
 * What becomes of messages that come faster than they are taken, once `buffer` of them wait:
 *
 * - `error` (default): the subscription ends with LIMIT_EXCEEDED. Nothing is lost unseen.
 * - `drop-oldest`, `drop-new`: one goes, and is counted in `counts.dropped`.
 * - `block`: nothing more is read until a quarter is left. The subscription has a connection of its own, so that nothing else
 *   waits. The hub keeps what comes meanwhile within its limits, and tells what it could not keep.
 */
export type Overflow = "error" | "drop-oldest" | "drop-new" | "block";

/** Something that a program should know and that is no failure of a call of its own. */
export type BusProblem =
  /** Messages that passed while there was no connection: how many, or null when nobody knows. */
  | { readonly is: "lost"; readonly channel: string; readonly count: number | null }
  /** Messages begin to be dropped, because they come faster than they are taken. */
  | { readonly is: "dropping"; readonly channel: string }
  /** A message that the schema does not take (MESSAGE_INVALID); it goes to no handler. */
  | { readonly is: "invalid"; readonly channel: string; readonly error: GhostError; readonly message: Message }
  /** A handler failed. `delivery`: of a persistent message, which comes again, or after its last delivery is put aside. */
  | {
      readonly is: "failed";
      readonly channel: string;
      readonly error: unknown;
      readonly message: Message;
      readonly delivery?: FailedDelivery;
    }
  /** The hub's disk is full: a member of a group waits until it can take messages, or say what became of them. */
  | { readonly is: "waits"; readonly channel: string; readonly error: GhostError }
  /** There is room again. */
  | { readonly is: "continues"; readonly channel: string }
  /** A subscription with a handler has ended by itself. */
  | { readonly is: "ended"; readonly channel: string; readonly error: unknown };

/** A delivery of a persistent message to a handler that failed. */
export interface FailedDelivery {
  /** Its place in the channel's stream. */
  readonly entryId: string;
  /** Which delivery of it this was, from 1 on; the one with the number `limit` was the last. */
  readonly number: number;
  readonly limit: number;
  /** The stream, as a channel, where it goes after the last. */
  readonly deadLetters: string;
}

/** How to listen. */
export interface SubscribeOptions<T = unknown> {
  /** Checks each message, and may change it; any library that follows Standard Schema. Others are counted, told and left out. */
  readonly schema?: StandardSchema<T>;
  /** Default `error`. */
  readonly overflow?: Overflow;
  /** Messages that may wait; default 16,384. */
  readonly buffer?: number;
  /** Ends the subscription, without an error. */
  readonly signal?: AbortSignal;
  /** Told of problems of this subscription, in place of the bus's own `onProblem`. Must not throw. */
  readonly onProblem?: (problem: BusProblem) => void;
}

/** How to listen with a handler. */
export interface HandlerOptions<T = unknown> extends SubscribeOptions<T> {
  /** Messages that are handled at the same time; default 1, in their order. */
  readonly concurrency?: number;
}

/** What a subscription has seen so far. */
export interface SubscriptionCounts {
  /** All that came. */
  readonly received: number;
  /** Came too late to be worth anything, and were left out. */
  readonly expired: number;
  /** The schema did not take them. */
  readonly invalid: number;
  readonly dropped: number;
  /** Passed while there was no connection, as far as that is known. */
  readonly lost: number;
}

/** A subscription with a handler. Disposing it ends it, and waits until no handler runs, for at most 5 s. */
export interface HandledSubscription extends AsyncDisposable {
  /** The channel or glob. */
  readonly channel: string;
  /** Resolves when messages come; rejects with what the hub refused, or HUB_UNREACHABLE. */
  readonly ready: Promise<void>;
  readonly counts: SubscriptionCounts;
  /** Ends it; resolves when the hub knows. Messages that wait are forgotten; a handler that runs may call it. */
  unsubscribe(): Promise<void>;
}

/**
 * A subscription to be read: `for await (const { data } of bus.subscribe("orders"))`. Leaving the loop ends it. What comes
 * between two turns of the loop waits in its buffer. The loop ends with an error when the subscription does.
 */
export interface Subscription<T = unknown> extends HandledSubscription, AsyncIterableIterator<Message<T>> {
  [Symbol.asyncIterator](): Subscription<T>;
}

/** Handles one message. What it throws is told as a problem. */
export type Handler<T> = (data: T, message: Message<T>) => unknown;
/** Answers one request with what it gives; what it throws is the requester's failure. */
export type Responder<T> = (data: T, request: Message<T>) => unknown;

/** How to publish. */
export interface PublishOptions {
  /** How long the message is worth something: the hub keeps it so long for subscribers that are away, and receivers drop it afterwards. Default: kept for 60 s, never dropped. */
  readonly expiry?: Duration;
  readonly trace?: string;
  /** Default: one of its own. */
  readonly id?: string;
  readonly signal?: AbortSignal;
}

/** How to publish what must not be lost. */
export interface PersistentOptions {
  /** How long the channel's messages are kept from now on, this one among them. Default: as before, at first `7d`. */
  readonly retention?: Duration;
  /** How many of them, the newest, are kept from now on. Default: as before, at first all. */
  readonly maxLength?: number;
  /** Two with the same id within 2 minutes are one. Default: an id of its own. */
  readonly id?: string;
  readonly trace?: string;
  readonly signal?: AbortSignal;
}

/** A persistent message is on disk. */
export interface PersistentReceipt {
  /** Its place in the channel's stream. */
  readonly entryId: string;
  /** Subscriptions that it reached at once. */
  readonly receivers: number;
  /** One with this id was there already, and this is its place. */
  readonly isDuplicate: boolean;
}

/** How to ask. */
export interface RequestOptions<T = unknown> {
  /** Default `5s`. */
  readonly timeout?: Duration;
  /** Checks the answer. */
  readonly schema?: StandardSchema<T>;
  readonly trace?: string;
  readonly signal?: AbortSignal;
}

/** How to ask many. */
export interface RequestManyOptions<T = unknown> extends RequestOptions<T> {
  /** Ends after so many answers. Default: as many as listeners were reached. */
  readonly max?: number;
}

/** One of several answers: a message, or a responder's failure. */
export type Answer<T> =
  | { readonly is: "answer"; readonly data: T; readonly message: Message<T> }
  | { readonly is: "failure"; readonly error: GhostError; readonly from?: string };

/** How to take persistent messages as a member of a group. */
export interface ConsumeOptions<T = unknown> {
  /** Each message goes to one member of each group. */
  readonly group: string;
  /** This member's name; default the sender's name of the bus. */
  readonly consumer?: string;
  /** Where a new group begins: with what is kept (`start`, the default), with what comes (`new`), or at a time (ms since the epoch). */
  readonly from?: "start" | "new" | number;
  /** Messages taken at once; default 16, with a handler its concurrency. */
  readonly batch?: number;
  /** A message that was neither acknowledged nor refused for so long since it was handed out goes to another; default `30s`. */
  readonly redeliverAfter?: Duration;
  /** Deliveries before a message is a dead letter; default 10. */
  readonly deliveryLimit?: number;
  /** The channel whose stream gets dead letters; default `CHANNEL:dead`. */
  readonly deadLetters?: string;
  /** Messages that it does not take are refused, and become dead letters in time. */
  readonly schema?: StandardSchema<T>;
  readonly signal?: AbortSignal;
  readonly onProblem?: (problem: BusProblem) => void;
}

/** How to take them with a handler. */
export interface ConsumeHandlerOptions<T = unknown> extends ConsumeOptions<T> {
  /** Messages that are handled at the same time; default 1. */
  readonly concurrency?: number;
  /** The pause before a message whose handler failed is tried again; default `1s`. */
  readonly retryDelay?: Duration;
}

/** A persistent message that was handed out, to be acknowledged. */
export interface Delivery<T = unknown> extends Message<T> {
  /** Its place in the channel's stream. */
  readonly entryId: string;
  /** How often it was handed out, this time included. */
  readonly deliveries: number;
  /** It is done with. False: it was handed to another meanwhile, or acknowledged already. While the hub's disk is full this waits, as the two below do. */
  ack(): Promise<boolean>;
  /** It is not: it is handed out again after `delay` (default at once). */
  nak(delay?: Duration): Promise<void>;
  /** It takes longer: the time until it goes to another begins anew. */
  extend(): Promise<void>;
}

/** A member of a group at work. Leaving the loop, or disposing it, ends it. */
export interface Consumer<T = unknown> extends AsyncIterableIterator<Delivery<T>>, AsyncDisposable {
  [Symbol.asyncIterator](): Consumer<T>;
}

/** How to read what is kept. */
export interface HistoryOptions {
  /** In ms since the epoch; default: the oldest that is kept. */
  readonly from?: number;
  /** In ms since the epoch, inclusive; default: the newest. */
  readonly to?: number;
  /** At most so many. */
  readonly limit?: number;
  readonly signal?: AbortSignal;
}

/**
 * Messages between programs. A channel is a name; where one listens, a name with `*`, `?` or `[…]` is a glob as Redis has
 * them. All implementations pass the suite in `test/contract`. Failures are GhostErrors. Whoever opened it disposes it;
 * afterwards each call throws BUS_CLOSED.
 */
export interface GhostBus extends AsyncDisposable {
  /** Publishes to who listens now, and to subscribers that are away for a while. How many subscriptions it reached at once. */
  publish(channel: string, data: unknown, options?: PublishOptions): Promise<number>;
  /** Publishes what must not be lost: resolves when it is on disk. It also reaches who listens now. */
  publishPersistent(channel: string, data: unknown, options?: PersistentOptions): Promise<PersistentReceipt>;
  /** Listens to a channel or a glob. */
  subscribe<T = unknown>(channel: string, options?: SubscribeOptions<T>): Subscription<T>;
  /** The same, with a handler: `bus.subscribe("metrics:*", async (metrics) => …)`. */
  subscribe<T = unknown>(channel: string, handler: Handler<T>, options?: HandlerOptions<T>): HandledSubscription;
  /**
   * Asks who answers on a channel, and gives the first answer. Throws NO_RESPONDERS at once when nobody listens, TIMED_OUT,
   * and the responder's own failure. Whoever listens counts as one who may answer.
   */
  request<T = unknown>(channel: string, data: unknown, options?: RequestOptions<T>): Promise<T>;
  /** Asks all who answer; ends when all that were reached have answered, or in time. Throws NO_RESPONDERS. */
  requestMany<T = unknown>(channel: string, data: unknown, options?: RequestManyOptions<T>): AsyncIterable<Answer<T>>;
  /** Answers requests, by default up to 64 at the same time. */
  respond<T = unknown>(channel: string, responder: Responder<T>, options?: HandlerOptions<T>): HandledSubscription;
  /** Takes a channel's persistent messages as a member of a group: `for await (const order of bus.consume("orders", { group: "billing" }))`. */
  consume<T = unknown>(channel: string, options: ConsumeOptions<T>): Consumer<T>;
  /** The same, with a handler: done when it returns, tried again when it throws. */
  consume<T = unknown>(channel: string, options: ConsumeHandlerOptions<T>, handler: Handler<T>): AsyncDisposable;
  /** Reads a channel's persistent messages that are kept, oldest first. */
  history<T = unknown>(channel: string, options?: HistoryOptions): AsyncIterable<Message<T>>;
}
