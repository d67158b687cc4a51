import { durationMs } from "../config/duration.ts";
import { throwIfAborted } from "../errors/abort-signal.ts";
import { GhostError } from "../errors/ghost-error.ts";
import { EnvelopeWriter, type Received } from "./envelope.ts";
import type * as api from "./ghost-bus.ts";
import { HandlerSubscription } from "./handled.ts";
import type { Surroundings } from "./intake.ts";
import { lateConsumer } from "./late-consumer.ts";
import type { BusPort } from "./port.ts";
import type { Requests } from "./requesting.ts";
import type { Clock, Random } from "./session/transport.ts";
import { ReadSubscription } from "./subscription.ts";

/** Requests that one responder answers at the same time unless told otherwise. */
const RESPONDER_CONCURRENCY = 64;

const NO_OPTIONS: api.PublishOptions = {};

/** What a bus is made of. */
export interface BusOptions {
  /** The sender's name in every message: the app's. */
  readonly from: string;
  readonly clock: Clock;
  readonly random: Random;
  /** Told of what is no failure of a call. Must not throw. Default: nobody is. */
  readonly onProblem?: (problem: api.BusProblem) => void;
}

/** A bus over whatever carries payloads. */
export class PortBus implements api.GhostBus {
  private readonly port: BusPort;
  private readonly options: BusOptions;
  private readonly writer: EnvelopeWriter;
  private requests: Promise<Requests> | null = null;
  private readonly open = new Set<AsyncDisposable>();
  private readonly surroundings: Surroundings;
  private isClosed = false;

  constructor(port: BusPort, options: BusOptions) {
    const { from, clock, random, onProblem = () => undefined } = options;
    this.port = port;
    this.options = options;
    this.writer = new EnvelopeWriter(from, clock, random);
    this.surroundings = { port, clock, onProblem, onEnd: (ended) => this.open.delete(ended) };
  }

  // No async function: the many promises of one would be half of what a message costs.
  publish(channel: string, data: unknown, options: api.PublishOptions = NO_OPTIONS): Promise<number> {
    try {
      this.check(options);
      const expiryMs = options.expiry && durationMs(options.expiry, "expiry");
      return this.port.publish(channel, this.writer.write(data, options, expiryMs), expiryMs, options.signal);
    } catch (error) {
      return Promise.reject(error);
    }
  }

  async publishPersistent(channel: string, data: unknown, options: api.PersistentOptions = {}): Promise<api.PersistentReceipt> {
    this.check(options);
    const { id = this.writer.nextId(), retention, maxLength, trace, signal } = options;
    const retentionMs = retention && durationMs(retention, "retention");
    const payload = this.writer.write(data, { id, trace });
    return await (await this.port.streams()).publishPersistent(channel, payload, { id, retentionMs, maxLength }, signal);
  }

  subscribe<T>(channel: string, options?: api.SubscribeOptions<T>): api.Subscription<T>;
  subscribe<T>(channel: string, handler: api.Handler<T>, options?: api.HandlerOptions<T>): api.HandledSubscription;
  subscribe<T>(
    channel: string,
    first: api.SubscribeOptions<T> | api.Handler<T> = {},
    options: api.HandlerOptions<T> = {},
  ): api.Subscription<T> | api.HandledSubscription {
    this.check();
    if (typeof first !== "function") return this.kept(new ReadSubscription(this.surroundings, channel, first)) as api.Subscription<T>;
    return this.kept(
      new HandlerSubscription(this.surroundings, channel, options, (message) => first(message.data as T, message as api.Message<T>)),
    );
  }

  async request<T>(channel: string, data: unknown, options: api.RequestOptions<T> = {}): Promise<T> {
    return await (await this.asking(options)).first(channel, data, options);
  }

  async *requestMany<T>(
    channel: string,
    data: unknown,
    options: api.RequestManyOptions<T> = {},
  ): AsyncGenerator<api.Answer<T>, void, undefined> {
    yield* (await this.asking(options)).many(channel, data, options);
  }

  respond<T>(channel: string, responder: api.Responder<T>, options: api.HandlerOptions<T> = {}): api.HandledSubscription {
    this.check();
    const { schema, onProblem: tell = this.surroundings.onProblem } = options;
    const { port, writer } = this;
    const answering = { port, writer, tell, schema, responder: responder as api.Responder<unknown> };
    const work = async (request: Received): Promise<unknown> =>
      request.reply !== undefined && (await import("./answering.ts")).answer(answering, request, request.reply);
    return this.kept(
      new HandlerSubscription(this.surroundings, channel, { concurrency: RESPONDER_CONCURRENCY, ...options, schema: undefined }, work),
    );
  }

  consume<T>(channel: string, options: api.ConsumeOptions<T>): api.Consumer<T>;
  consume<T>(channel: string, options: api.ConsumeHandlerOptions<T>, handler: api.Handler<T>): AsyncDisposable;
  consume<T>(channel: string, options: api.ConsumeHandlerOptions<T>, handler?: api.Handler<T>): api.Consumer<T> | AsyncDisposable {
    this.check();
    const named = { consumer: this.options.from, ...options };
    return this.kept(lateConsumer(this.surroundings, channel, named, handler as api.Handler<unknown> | undefined)) as api.Consumer<T>;
  }

  // What few programs do is loaded when it is done.
  history<T>(channel: string, options: api.HistoryOptions = {}): AsyncIterable<api.Message<T>> {
    this.check(options);
    const { port } = this;
    return (async function* () {
      yield* (await import("./history.ts")).readHistory(port, channel, options);
    })() as AsyncIterable<api.Message<T>>;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (this.isClosed) return;
    this.isClosed = true;
    await (await this.requests)?.close(closed());
    await Promise.allSettled([...this.open].map((one) => one[Symbol.asyncDispose]()));
    await this.port.close();
  }

  private async asking(options: api.RequestOptions): Promise<Requests> {
    this.check(options);
    this.requests ??= import("./requesting.ts").then(({ Requests }) => new Requests(this.port, this.writer, this.options));
    const requests = await this.requests;
    // It may have been closed meanwhile.
    this.check(options);
    return requests;
  }

  private check(options: { readonly signal?: api.SubscribeOptions["signal"] } = {}): void {
    if (this.isClosed) throw closed();
    throwIfAborted(options.signal);
  }

  private kept<Kind extends AsyncDisposable>(subscription: Kind): Kind {
    this.open.add(subscription);
    return subscription;
  }
}

function closed(): GhostError {
  return new GhostError("BUS_CLOSED", "cannot use the bus: it was closed");
}
