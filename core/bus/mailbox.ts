import { GhostError } from "../errors/ghost-error.ts";
import type { Payload } from "./envelope.ts";
import type { Overflow } from "./ghost-bus.ts";

/** Messages that may wait for one subscriber unless told otherwise. */
export const MAILBOX_MESSAGES = 16_384;
/** Taken places at the begin of the queue before they are cut off. */
const TAKEN_MAX = 4096;

/** A message that waits; it is read when somebody takes it. */
export interface Waiting {
  readonly channel: string;
  readonly payload: Payload;
  readonly position: string;
}

/** What a mailbox tells. */
export interface MailboxEvents {
  /** The mailbox is full, and its policy is to block. */
  pause(): void;
  /** There is room again. */
  resume(): void;
  /** The first of a row of messages is dropped. */
  dropping(): void;
}

/** The queue in front of one subscriber, with a limit and a policy. */
export class Mailbox {
  private readonly max: number;
  private readonly overflow: Overflow;
  private readonly events: MailboxEvents;
  private queue: Waiting[] = [];
  private taken = 0;
  private isPaused = false;
  private isDropping = false;
  dropped = 0;

  constructor(max: number, overflow: Overflow, events: MailboxEvents) {
    this.max = max;
    this.overflow = overflow;
    this.events = events;
  }

  get size(): number {
    return this.queue.length - this.taken;
  }

  /** Adds a message as far as the policy lets it. Throws LIMIT_EXCEEDED under `error`. */
  put(message: Waiting): void {
    if (this.size >= this.max && !this.makeRoom(message.channel)) return;
    this.queue.push(message);
  }

  /** The oldest, or undefined. */
  take(): Waiting | undefined {
    const message = this.queue[this.taken];
    if (message === undefined) return undefined;
    this.taken++;
    if (this.taken === this.queue.length || this.taken === TAKEN_MAX) {
      this.queue = this.queue.slice(this.taken);
      this.taken = 0;
    }
    if ((this.isPaused || this.isDropping) && this.size <= this.max / 4) this.relax();
    return message;
  }

  /** Forgets all that waits. */
  clear(): void {
    this.queue = [];
    this.taken = 0;
  }

  /** Whether the message may come in after all. */
  private makeRoom(channel: string): boolean {
    if (this.overflow === "error")
      throw new GhostError("LIMIT_EXCEEDED", `cannot keep up with ${channel}: ${this.size} messages wait`, {
        hint: 'say { overflow: "block" }',
      });
    if (this.overflow === "block") {
      // What is on its way already still comes in.
      if (!this.isPaused) this.events.pause();
      this.isPaused = true;
      return true;
    }
    this.dropped++;
    if (!this.isDropping) this.events.dropping();
    this.isDropping = true;
    if (this.overflow === "drop-oldest") this.take();
    return this.overflow === "drop-oldest";
  }

  private relax(): void {
    if (this.isPaused) this.events.resume();
    this.isPaused = false;
    this.isDropping = false;
  }
}
