/** What a GhostBus is made of: something that carries payloads. Envelopes, requests, validation and overflow are `bus.ts`'s. */
import type { AbortSignal } from "../errors/abort-signal.ts";
import type { Payload } from "./envelope.ts";
import type { PersistentReceipt } from "./ghost-bus.ts";

/** Who hears of a channel. Neither method may throw. */
export interface PortListener {
  message(channel: string, payload: Payload, position: string): void;
  lost(count: number | null): void;
  /** What it hears is no reason for the program to go on. */
  readonly isIdle?: boolean;
}

/** A subscription that is made. */
export interface PortSubscription {
  end(): Promise<void>;
  /** Holds back what comes, until `resume`. Only of one that was made as `isOwn`. */
  pause(): void;
  resume(): void;
}

/** How to publish what must not be lost. */
export interface KeepOptions {
  readonly id: string;
  readonly retentionMs?: number;
  readonly maxLength?: number;
}

/** A message in a stream. */
export interface StreamEntry {
  readonly entryId: string;
  readonly payload: Payload;
  /** How often it was handed out, this time included; 0 outside a group. */
  readonly deliveries: number;
}

/** What a member of a group asks for. */
export interface TakeRequest {
  readonly channel: string;
  readonly group: string;
  readonly consumer: string;
  readonly count: number;
  /** How long to wait when there is nothing. */
  readonly blockMs: number;
  readonly idleMs: number;
  readonly deliveryLimit: number;
  readonly deadLetters: string;
}

/** A connection for waiting. */
export interface Taker {
  take(request: TakeRequest): Promise<StreamEntry[]>;
  /** Ends it at once; a `take` that waits rejects. */
  close(): Promise<void>;
}

/** What a port does with messages that are kept. Failures are GhostErrors. */
export interface StreamPort {
  publishPersistent(channel: string, payload: Payload, keep: KeepOptions, signal?: AbortSignal): Promise<PersistentReceipt>;
  /** Makes a group unless there is one. `from`: an entry id, `0` or `$`. */
  createGroup(channel: string, group: string, from: string): Promise<void>;
  openTaker(): Taker;
  /** Whether it was this group's to acknowledge. */
  acknowledge(channel: string, group: string, entryId: string): Promise<boolean>;
  /** Gives an entry back: it is handed out again after `delayMs`. */
  giveBack(channel: string, group: string, entryId: string, delayMs: number): Promise<void>;
  /** Puts an entry aside, with a reason, as the hub itself does after too many deliveries. */
  putAside(channel: string, group: string, entryId: string, deadLetters: string, reason: string): Promise<void>;
  /** An entry counts as handed out now. */
  extend(channel: string, group: string, consumer: string, entryId: string): Promise<void>;
  /** Entries between two ids, inclusive unless they begin with `(`. */
  range(channel: string, from: string, to: string, count: number, signal?: AbortSignal): Promise<StreamEntry[]>;
}

/** Carries payloads. Failures are GhostErrors. */
export interface BusPort {
  /** To who listens now. How many subscriptions it reached. */
  send(channel: string, payload: Payload, signal?: AbortSignal): Promise<number>;
  /** The same, kept for those who are away. Default: as long as the hub keeps messages. */
  publish(channel: string, payload: Payload, expiryMs?: number, signal?: AbortSignal): Promise<number>;
  /** `isOwn`: it can be paused without holding up others. */
  subscribe(name: string, isPattern: boolean, listener: PortListener, isOwn: boolean): Promise<PortSubscription>;
  /** Messages that are kept, with code that is loaded when the first is wanted. */
  streams(): Promise<StreamPort>;
  close(): Promise<void>;
}
