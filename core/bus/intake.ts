import type { Payload } from "./envelope.ts";
import type { BusProblem, SubscribeOptions, SubscriptionCounts } from "./ghost-bus.ts";
import { MAILBOX_MESSAGES, Mailbox } from "./mailbox.ts";
import type { BusPort, PortListener, PortSubscription } from "./port.ts";
import { Reading } from "./reading.ts";
import type { Clock } from "./session/transport.ts";

/** What subscriptions of all kinds are given. */
export interface Surroundings {
  readonly port: BusPort;
  readonly clock: Clock;
  /** Told of problems, unless the subscription has its own. */
  readonly onProblem: (problem: BusProblem) => void;
  /** Told when a subscription has ended, so that the bus need not end it. */
  readonly onEnd: (subscription: AsyncDisposable) => void;
}

const GLOB = /[*?[\\]/;

/**
 * One subscription up to where its messages wait. Whoever takes them from `mailbox` is told by `wake`: when something came,
 * and when it ended (`end` is then no longer undefined: null by itself or by its program, else the error).
 */
export class Intake implements PortListener {
  readonly channel: string;
  readonly mailbox: Mailbox;
  readonly reading: Reading;
  readonly ready: Promise<void>;
  /** Why it ended; undefined: it has not. */
  end: Error | null | undefined;
  /** Set by who takes the messages. */
  wake: () => void = () => undefined;
  readonly tell: (problem: BusProblem) => void;
  private readonly subscription: Promise<PortSubscription>;
  private readonly stopWatching: () => void;

  constructor({ port, clock, onProblem }: Surroundings, channel: string, options: SubscribeOptions) {
    const { schema, overflow = "error", buffer = MAILBOX_MESSAGES, signal } = options;
    this.channel = channel;
    this.tell = options.onProblem ?? onProblem;
    this.reading = new Reading(schema, clock, this.tell);
    const withPort = (use: (port: PortSubscription) => void) => () => void this.subscription.then(use, () => undefined);
    this.mailbox = new Mailbox(buffer, overflow, {
      pause: withPort((subscription) => subscription.pause()),
      resume: withPort((subscription) => subscription.resume()),
      dropping: () => this.tell({ is: "dropping", channel }),
    });
    const stop = (): void => void this.stop(null);
    this.stopWatching = () => signal?.removeEventListener("abort", stop);
    this.subscription = port.subscribe(channel, GLOB.test(channel), this, overflow === "block");
    this.ready = this.subscription.then(() => undefined);
    this.ready.catch((error) => this.stop(error));
    if (signal?.aborted) stop();
    else signal?.addEventListener("abort", stop);
  }

  get counts(): SubscriptionCounts {
    this.reading.counts.dropped = this.mailbox.dropped;
    return this.reading.counts;
  }

  message(channel: string, payload: Payload, position: string): void {
    if (this.end !== undefined) return;
    this.reading.counts.received++;
    try {
      this.mailbox.put({ channel, payload, position });
    } catch (error) {
      this.stop(error as Error);
      return;
    }
    this.wake();
  }

  lost(count: number | null): void {
    this.reading.counts.lost += count ?? 0;
    this.tell({ is: "lost", channel: this.channel, count });
  }

  /** Ends it; resolves when the hub knows. What waits can still be taken. */
  async stop(error: Error | null): Promise<void> {
    if (this.end === undefined) {
      this.end = error;
      this.stopWatching();
      this.wake();
    }
    const made = await this.subscription.catch(() => null);
    await made?.end();
  }
}
