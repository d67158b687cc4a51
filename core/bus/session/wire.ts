import { GhostError } from "../../errors/ghost-error.ts";
import { CommandBuffer } from "../resp/encode-command.ts";
import { Replies, type ReplySink } from "../resp/replies.ts";
import { type Reply, ReplyError } from "../resp/reply.ts";
import { shortText } from "../short-text.ts";
import type { Link, LinkEvents, Topics } from "./transport.ts";

/** Commands that may wait for their replies on one connection. */
export const PENDING_COMMANDS_MAX = 256 * 1024;
/** Bytes that may wait because the hub does not read, and that one command more may go beyond. */
export const UNSENT_BYTES_MAX = 64 * 1024 * 1024;
/** As much is written before the turn ends, in bytes: memory that stays small is memory that is quick. */
const EARLY_WRITE_BYTES = 64 * 1024;
/** Answered places at the begin of the queue before they are cut off. */
const ANSWERED_MAX = 4096;

/** What becomes of a command. Called at once when the reply is read, before anything behind it is. */
export interface Outcome {
  resolve(reply: Reply): void;
  reject(error: Error): void;
  /** The reply comes as a push, as RESP3 confirms subscriptions. An error still comes as a reply. */
  readonly isConfirmedByPush?: boolean;
}

/** Who uses a wire. */
export interface WireEvents {
  /** A push that confirms nothing: a message. Must not throw. */
  onPush(items: readonly Reply[]): void;
  /** The connection is gone, and every command has its outcome. Called once. */
  onEnd(cause: Error): void;
}

const CONFIRMATIONS = new Set(["subscribe", "psubscribe", "unsubscribe", "punsubscribe", "ghost.resume"]);

/**
 * One connection: commands go out in the order of the calls, those of one turn in one write; replies come back in the same
 * order. It never connects again: that is the session's.
 */
export class Wire implements ReplySink, LinkEvents {
  private readonly replies = new Replies(this);
  private readonly buffer = new CommandBuffer();
  private readonly events: WireEvents;
  private queue: Outcome[] = [];
  private answered = 0;
  private link: Link | null = null;
  private canWrite = false;
  private isFlushDue = false;
  private ended: Error | null = null;
  topics?: Topics;
  /** Pieces that have arrived: whoever watches for silence compares. */
  arrivals = 0;

  constructor(events: WireEvents) {
    this.events = events;
  }

  /** Commands without a reply. */
  get pending(): number {
    return this.queue.length - this.answered;
  }

  /** Gives it its connection; what was sent before goes out now. */
  attach(link: Link): void {
    if (this.ended) {
      link.close();
      return;
    }
    this.link = link;
    this.canWrite = true;
    this.flush();
  }

  /** Sends a command. Failures go to its outcome, also the limits': LIMIT_EXCEEDED. */
  send(args: readonly (string | Uint8Array)[], outcome: Outcome): void {
    if (this.ended) return outcome.reject(this.ended);
    try {
      this.checkLimits();
      this.buffer.append(args);
    } catch (error) {
      return outcome.reject(error as Error);
    }
    this.queue.push(outcome);
    if (this.buffer.length >= EARLY_WRITE_BYTES) this.flush();
    else if (!this.isFlushDue) this.flushAtTurnsEnd();
  }

  /** The same, as a promise. */
  call(...args: string[]): Promise<Reply> {
    return new Promise((resolve, reject) => this.send(args, { resolve, reject }));
  }

  pause(): void {
    this.link?.pause();
  }

  resume(): void {
    this.link?.resume();
  }

  /** Ends the connection; commands without a reply fail with `cause`. */
  end(cause: Error): void {
    if (this.ended) return;
    this.ended = cause;
    this.link?.close();
    const left = this.queue.slice(this.answered);
    this.queue = [];
    this.answered = 0;
    for (const { reject } of left) reject(cause);
    this.events.onEnd(cause);
  }

  onData(bytes: Uint8Array): void {
    if (this.ended) return;
    this.arrivals++;
    try {
      this.replies.feed(bytes);
    } catch (error) {
      this.end(error as Error);
    }
  }

  onDrain(): void {
    this.canWrite = true;
    this.flush();
  }

  onClose(cause?: Error): void {
    this.end(connectionLost(cause));
  }

  reply(reply: Reply): void {
    const outcome = this.next();
    if (outcome && reply instanceof ReplyError) outcome.reject(reply);
    else if (outcome && !outcome.isConfirmedByPush) outcome.resolve(reply);
    else {
      const disorder = connectionLost(new Error("a reply that nobody asked for"));
      outcome?.reject(disorder);
      this.end(disorder);
    }
  }

  push(items: readonly Reply[]): void {
    if (this.ended) return;
    const isConfirmation = this.queue[this.answered]?.isConfirmedByPush && CONFIRMATIONS.has(shortText(items[0] as Uint8Array));
    if (isConfirmation) this.next()?.resolve(items);
    else this.events.onPush(items);
  }

  private next(): Outcome | undefined {
    const outcome = this.queue[this.answered];
    if (!outcome) return undefined;
    this.answered++;
    if (this.answered === this.queue.length || this.answered === ANSWERED_MAX) {
      this.queue = this.queue.slice(this.answered);
      this.answered = 0;
    }
    return outcome;
  }

  private flushAtTurnsEnd(): void {
    this.isFlushDue = true;
    Promise.resolve().then(() => {
      this.isFlushDue = false;
      this.flush();
    });
  }

  private flush(): void {
    if (!this.canWrite || !this.link || this.ended || this.buffer.length === 0) return;
    this.canWrite = this.link.write(this.buffer.peek());
    this.buffer.clear(!this.canWrite);
  }

  private checkLimits(): void {
    const { pending, buffer } = this;
    const isFull = pending >= PENDING_COMMANDS_MAX;
    if (!isFull && buffer.length <= UNSENT_BYTES_MAX) return;
    const why = isFull ? `${pending} commands wait for their replies` : `${buffer.length} bytes wait, because the hub does not read`;
    throw new GhostError("LIMIT_EXCEEDED", `cannot send: ${why}`, { hint: "await what was sent" });
  }
}

/** The connection is gone with commands on it, of which nobody knows what came of them. */
export function connectionLost(cause?: Error): GhostError {
  return new GhostError(
    "HUB_UNREACHABLE",
    `cannot reach the hub: the connection ended${cause ? ` (${cause.message})` : ""}: what was sent may be done or not`,
    {
      cause,
    },
  );
}
