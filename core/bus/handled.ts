import type { Received } from "./envelope.ts";
import type { HandledSubscription, HandlerOptions, SubscriptionCounts } from "./ghost-bus.ts";
import { Intake, type Surroundings } from "./intake.ts";

/** How long the end of a subscription waits for handlers that run, in ms. */
const HANDLERS_LIMIT_MS = 5_000;

/** What is done with one message; failures are told as problems. */
export type Work = (message: Received) => unknown;

/** A subscription whose messages go to a handler, so many at the same time. A message that finds the handler free is handled within the turn in which it arrives. */
export class HandlerSubscription implements HandledSubscription {
  private readonly intake: Intake;
  private readonly surroundings: Surroundings;
  private readonly work: Work;
  private readonly concurrency: number;
  private running = 0;
  private isEndTold = false;
  private whenIdle: (() => void)[] = [];

  constructor(surroundings: Surroundings, channel: string, options: HandlerOptions, work: Work) {
    this.surroundings = surroundings;
    this.work = work;
    this.concurrency = options.concurrency ?? 1;
    this.intake = new Intake(surroundings, channel, options);
    this.intake.wake = () => this.pump();
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

  async unsubscribe(): Promise<void> {
    this.intake.mailbox.clear();
    await this.intake.stop(null);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.unsubscribe();
    if (this.running === 0) return;
    await new Promise<void>((resolve) => {
      this.whenIdle.push(resolve);
      this.whenIdle.push(this.surroundings.clock.after(HANDLERS_LIMIT_MS, resolve));
    });
  }

  private pump(): void {
    const { mailbox, reading } = this.intake;
    while (this.running < this.concurrency) {
      const waiting = mailbox.take();
      if (waiting === undefined) break;
      const message = reading.open(waiting.channel, waiting.payload, waiting.position);
      if (message) this.start(message);
    }
    if (this.intake.end !== undefined && mailbox.size === 0) this.tellEnd(this.intake.end);
  }

  private start(message: Received): void {
    this.running++;
    this.handle(message).then(() => {
      this.running--;
      this.pump();
      if (this.running > 0) return;
      for (const resolve of this.whenIdle.splice(0)) resolve();
    });
  }

  private async handle(message: Received): Promise<void> {
    try {
      const checked = this.intake.reading.check(message);
      const taken = checked instanceof Promise ? await checked : checked;
      if (taken) await this.work(taken);
    } catch (error) {
      this.intake.tell({ is: "failed", channel: message.channel, error, message });
    }
  }

  private tellEnd(error: Error | null): void {
    if (this.isEndTold) return;
    this.isEndTold = true;
    this.surroundings.onEnd(this);
    if (error) this.intake.tell({ is: "ended", channel: this.channel, error });
  }
}
