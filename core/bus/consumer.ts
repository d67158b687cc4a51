import { type Duration, waitMs } from "../config/duration.ts";
import { GhostError } from "../errors/ghost-error.ts";
import type { Received } from "./envelope.ts";
import type { BusProblem, ConsumeHandlerOptions, ConsumeOptions, Consumer, Delivery, Handler } from "./ghost-bus.ts";
import type { Surroundings } from "./intake.ts";
import type { StreamEntry, StreamPort, TakeRequest, Taker } from "./port.ts";
import { Reading } from "./reading.ts";
import { Room } from "./room.ts";

const BATCH = 16;
const REDELIVER_AFTER: Duration = "30s";
const DELIVERY_LIMIT = 10;
const RETRY_DELAY: Duration = "1s";
/** How long one question for messages waits at the hub, in ms; then the next is asked. */
const BLOCK_MS = 5_000;
/** The pause before the hub is asked again after it could not be reached, in ms. */
const AGAIN_MS = 100;
/** The last entry that one millisecond can have. */
const LAST_OF_MS = "18446744073709551615";

/** Options with this member's name. */
export type Member = ConsumeOptions & { readonly consumer: string };

/** What members of groups are given. */
interface ConsumerSurroundings extends Surroundings {
  readonly streams: StreamPort;
}

/** A member of a group, read in a loop. */
class ReadConsumer implements Consumer {
  private readonly surroundings: ConsumerSurroundings;
  private readonly options: Member;
  readonly request: TakeRequest;
  private readonly reading: Reading;
  private readonly taker: Taker;
  private readonly room: Room;
  private readonly tell: (problem: BusProblem) => void;
  private readonly stopWatching: () => void;
  private batch: { readonly entry: StreamEntry; readonly takenAtMs: number }[] = [];
  private filling: Promise<void> | null = null;
  private isOver = false;

  constructor(surroundings: ConsumerSurroundings, channel: string, options: Member) {
    const { group, consumer, batch = BATCH, redeliverAfter = REDELIVER_AFTER, schema, signal } = options;
    const { deliveryLimit = DELIVERY_LIMIT, deadLetters = `${channel}:dead` } = options;
    this.surroundings = surroundings;
    this.options = options;
    this.tell = options.onProblem ?? surroundings.onProblem;
    this.reading = new Reading(schema, surroundings.clock, this.tell);
    this.room = new Room(surroundings.clock, channel, this.tell);
    const idleMs = waitMs(redeliverAfter, "redeliverAfter");
    this.request = { channel, group, consumer, count: batch, blockMs: BLOCK_MS, idleMs, deliveryLimit, deadLetters };
    this.taker = surroundings.streams.openTaker();
    const stop = (): void => void this.return();
    this.stopWatching = () => signal?.removeEventListener("abort", stop);
    if (signal?.aborted) stop();
    else signal?.addEventListener("abort", stop);
  }

  async next(): Promise<IteratorResult<Delivery>> {
    while (!this.isOver) {
      const taken = this.batch.shift();
      // One that cannot be handed out because the hub is away comes again.
      const delivery = taken && (await this.hand(taken.entry, taken.takenAtMs).catch((error) => this.bear(error)));
      if (delivery) return { done: false, value: delivery };
      if (!taken) await this.fill();
    }
    return { done: true, value: undefined };
  }

  /** Ends it. What was taken and not handed out goes to others in time. */
  async return(): Promise<IteratorResult<Delivery>> {
    if (!this.isOver) {
      this.isOver = true;
      this.stopWatching();
      this.surroundings.onEnd(this);
      await this.taker.close();
    }
    return { done: true, value: undefined };
  }

  [Symbol.asyncIterator](): this {
    return this;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.return();
  }

  /** Several that wait share one question. */
  private fill(): Promise<void> {
    this.filling ??= this.take().finally(() => {
      this.filling = null;
    });
    return this.filling;
  }

  private async take(): Promise<void> {
    const { streams, clock } = this.surroundings;
    const { channel, group } = this.request;
    try {
      const entries = await this.taker.take(this.request).catch((error) => {
        if (!isCode(error, "NOT_FOUND")) throw error;
        return streams.createGroup(channel, group, beginOf(this.options.from));
      });
      this.room.isThere();
      this.batch = (entries ?? []).map((entry) => ({ entry, takenAtMs: clock.now() }));
    } catch (error) {
      await this.bear(error);
    }
  }

  /** A hub that is away is waited for, and one whose disk is full; anything else ends this member. */
  private async bear(error: unknown): Promise<void> {
    if (this.isOver) return;
    if (isCode(error, "HUB_UNREACHABLE")) return new Promise((resolve) => this.surroundings.clock.after(AGAIN_MS, resolve));
    if (await this.room.waitFor(error)) return;
    await this.return();
    throw error;
  }

  /** Null when it is not to be handed out: too old, or not fit. */
  private async hand(entry: StreamEntry, takenAtMs: number): Promise<Delivery | null> {
    const { idleMs, channel } = this.request;
    const ageMs = this.surroundings.clock.now() - takenAtMs;
    // It goes to another about now; or would, before this program is done with it.
    if (ageMs >= idleMs) return null;
    if (ageMs > idleMs / 2) await this.extend(entry);
    const message = this.reading.open(channel, entry.payload, entry.entryId);
    if (!message) {
      await this.acknowledge(entry);
      return null;
    }
    const checked = await this.reading.check(message);
    if (checked) return this.deliver(entry, checked);
    await this.giveBack(entry, 0);
    return null;
  }

  private deliver(entry: StreamEntry, message: Received): Delivery {
    return {
      ...message,
      entryId: entry.entryId,
      deliveries: entry.deliveries,
      ack: () => this.acknowledge(entry),
      nak: (delay) => this.giveBack(entry, delay === undefined ? 0 : waitMs(delay, "delay")),
      extend: () => this.extend(entry),
    };
  }

  private acknowledge({ entryId }: StreamEntry): Promise<boolean> {
    return this.write(() => this.surroundings.streams.acknowledge(this.request.channel, this.request.group, entryId));
  }

  private giveBack({ entryId }: StreamEntry, delayMs: number): Promise<void> {
    return this.write(() => this.surroundings.streams.giveBack(this.request.channel, this.request.group, entryId, delayMs));
  }

  private extend({ entryId }: StreamEntry): Promise<void> {
    const { channel, group, consumer } = this.request;
    return this.write(() => this.surroundings.streams.extend(channel, group, consumer, entryId));
  }

  /** While the hub's disk is full it waits, until this member ends. */
  private write<T>(work: () => Promise<T>): Promise<T> {
    return this.room.until(work, () => this.isOver);
  }
}

/** A member of a group, read or with a handler. What is wrong with the options of one with a handler is told as its end, too. */
export async function openMember(
  surroundings: Surroundings,
  channel: string,
  options: Member & ConsumeHandlerOptions,
  handler?: Handler<unknown>,
): Promise<AsyncDisposable> {
  try {
    const own = { ...surroundings, streams: await surroundings.port.streams() };
    return handler ? consumeWith(own, channel, options, handler) : new ReadConsumer(own, channel, options);
  } catch (error) {
    if (handler) (options.onProblem ?? surroundings.onProblem)({ is: "ended", channel, error });
    throw error;
  }
}

/** A member of a group whose messages go to a handler. Its end waits for those that are handled. */
function consumeWith(
  surroundings: ConsumerSurroundings,
  channel: string,
  options: Member & ConsumeHandlerOptions,
  handler: Handler<unknown>,
): AsyncDisposable {
  const { concurrency = 1, retryDelay = RETRY_DELAY } = options;
  const tell = options.onProblem ?? surroundings.onProblem;
  waitMs(retryDelay, "retryDelay");
  const consumer = new ReadConsumer(surroundings, channel, { batch: concurrency, ...options });
  const { group, deliveryLimit: limit, deadLetters } = consumer.request;
  // A hub that cannot put it aside now does so when it is asked for more.
  const putAside = ({ entryId, nak }: Delivery, error: unknown): Promise<void> =>
    surroundings.streams
      .putAside(channel, group, entryId, deadLetters, error instanceof Error ? error.message : String(error))
      .catch(() => nak())
      .catch(() => undefined);
  const handle = async (delivery: Delivery): Promise<void> => {
    try {
      await handler(delivery.data, delivery);
      await delivery.ack();
    } catch (error) {
      const { entryId, deliveries: number } = delivery;
      tell({ is: "failed", channel, error, message: delivery, delivery: { entryId, number, limit, deadLetters } });
      if (number < limit) await delivery.nak(retryDelay).catch(() => undefined);
      else await putAside(delivery, error);
    }
  };
  const work = async (): Promise<void> => {
    for await (const delivery of consumer) await handle(delivery);
  };
  const end = (error: unknown): void => tell({ is: "ended", channel, error });
  const workers = Promise.all(Array.from({ length: concurrency }, work)).catch(end);
  return {
    async [Symbol.asyncDispose]() {
      await consumer.return();
      await workers;
    },
  };
}

/** The last entry that a new group is not given. */
function beginOf(from: ConsumeOptions["from"] = "start"): string {
  if (from === "start") return "0";
  return from === "new" ? "$" : `${Math.max(0, Math.ceil(from) - 1)}-${LAST_OF_MS}`;
}

function isCode(error: unknown, code: GhostError["code"]): boolean {
  return error instanceof GhostError && error.code === code;
}
