import type { Message, SubscribeOptions, Subscription, SubscriptionCounts } from "./ghost-bus.ts";
import { Intake, type Surroundings } from "./intake.ts";

/** A subscription that is read in a loop. */
export class ReadSubscription implements Subscription {
  private readonly intake: Intake;
  private readonly surroundings: Surroundings;
  private readers: (() => void)[] = [];

  constructor(surroundings: Surroundings, channel: string, options: SubscribeOptions) {
    this.surroundings = surroundings;
    this.intake = new Intake(surroundings, channel, options);
    this.intake.wake = () => this.wake();
  }

  get channel(): string {
    return this.intake.channel;
  }

  get ready(): Promise<void> {
    return this.intake.ready;
  }

  get counts(): SubscriptionCounts {
    return this.intake.counts;
  }

  async next(): Promise<IteratorResult<Message>> {
    const { mailbox, reading } = this.intake;
    for (;;) {
      const waiting = mailbox.take();
      if (waiting !== undefined) {
        const opened = reading.open(waiting.channel, waiting.payload, waiting.position);
        const message = opened && (await reading.check(opened));
        if (message) return { done: false, value: message };
      } else if (this.intake.end === undefined) await new Promise<void>((resolve) => this.readers.push(resolve));
      else return this.finish();
    }
  }

  async return(): Promise<IteratorResult<Message>> {
    await this.unsubscribe();
    return { done: true, value: undefined };
  }

  async unsubscribe(): Promise<void> {
    this.surroundings.onEnd(this);
    this.intake.mailbox.clear();
    await this.intake.stop(null);
  }

  [Symbol.asyncIterator](): this {
    return this;
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.unsubscribe();
  }

  /** An error is thrown once; after that the loop is just over. */
  private finish(): IteratorResult<Message> {
    this.surroundings.onEnd(this);
    const { end } = this.intake;
    this.intake.end = null;
    if (end) throw end;
    return { done: true, value: undefined };
  }

  private wake(): void {
    const readers = this.readers;
    if (readers.length === 0) return;
    this.readers = [];
    for (const resolve of readers) resolve();
  }
}
