import { type Duration, durationMs, waitMs } from "../config/duration.ts";
import { throwIfAborted } from "../errors/abort-signal.ts";
import { type ErrorBody, GhostError } from "../errors/ghost-error.ts";
import { EnvelopeWriter, type Received } from "./envelope.ts";
import type * as api from "./ghost-bus.ts";
import { HandlerSubscription } from "./handled.ts";
import type { Surroundings } from "./intake.ts";
import { lateConsumer } from "./late-consumer.ts";
import type { BusPort } from "./port.ts";
import { Questions } from "./questions.ts";
import type { Clock, Random } from "./session/transport.ts";
import { validate } from "./standard-schema.ts";
import { ReadSubscription } from "./subscription.ts";

/** How long an answer is waited for unless told otherwise. */
const REQUEST_TIMEOUT: Duration = "5s";
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
  private readonly questions: Questions;
  private readonly open = new Set<AsyncDisposable>();
  private readonly surroundings: Surroundings;
  private isClosed = false;

  constructor(port: BusPort, options: BusOptions) {
    const { from, clock, random, onProblem = () => undefined } = options;
    this.port = port;
    this.options = options;
    this.writer = new EnvelopeWriter(from, clock, random);
    this.questions = new Questions(port, this.writer, clock, random);
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
    return (await this.port.streams()).publishPersistent(channel, payload, { id, retentionMs, maxLength }, signal);
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
    this.check(options);
    const message = await this.questions.first(question(channel, data, options));
    if (message.error) throw failureOf(message.error, message);
    return options.schema ? validate(options.schema, message.data, `the answer of ${channel}`) : (message.data as T);
  }

  async *requestMany<T>(
    channel: string,
    data: unknown,
    options: api.RequestManyOptions<T> = {},
  ): AsyncGenerator<api.Answer<T>, void, undefined> {
    this.check(options);
    for await (const message of this.questions.many(question(channel, data, options), options.max)) {
      try {
        if (message.error) throw failureOf(message.error, message);
        const answer = options.schema ? await validate(options.schema, message.data, `an answer of ${channel}`) : (message.data as T);
        yield { is: "answer", data: answer, message: { ...message, data: answer } };
      } catch (error) {
        yield { is: "failure", error: error as GhostError, from: message.from };
      }
    }
  }

  respond<T>(channel: string, responder: api.Responder<T>, options: api.HandlerOptions<T> = {}): api.HandledSubscription {
    this.check();
    const { schema, ...rest } = options;
    const answer = async (request: Received): Promise<unknown> => {
      const data = schema ? await validate(schema, request.data, `this request to ${channel}`) : (request.data as T);
      return responder(data, { ...request, data });
    };
    const work = (request: Received): unknown =>
      request.reply !== undefined && this.answer(request, request.reply, answer, options.onProblem ?? this.surroundings.onProblem);
    return this.kept(
      new HandlerSubscription(this.surroundings, channel, { concurrency: RESPONDER_CONCURRENCY, ...rest, schema: undefined }, work),
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
      const { readHistory } = await import("./history.ts");
      yield* readHistory(await port.streams(), channel, options);
    })() as AsyncIterable<api.Message<T>>;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (this.isClosed) return;
    this.isClosed = true;
    await this.questions.close(closed());
    await Promise.all([...this.open].map((one) => one[Symbol.asyncDispose]()));
    await this.port.close();
  }

  private check(options: { readonly signal?: api.SubscribeOptions["signal"] } = {}): void {
    if (this.isClosed) throw closed();
    throwIfAborted(options.signal);
  }

  private kept<Kind extends AsyncDisposable>(subscription: Kind): Kind {
    this.open.add(subscription);
    return subscription;
  }

  /** Sends the answer, or the failure, to where it is awaited. */
  private async answer(
    request: Received,
    reply: string,
    respond: (request: Received) => Promise<unknown>,
    tell: BusOptions["onProblem"],
  ): Promise<void> {
    const fields = { id: request.id, trace: request.trace };
    let payload: string | Uint8Array;
    try {
      payload = this.writer.write(notBytes(await respond(request)), fields);
    } catch (thrown) {
      const error: ErrorBody =
        thrown instanceof GhostError
          ? thrown.body()
          : { code: "FAILED", message: thrown instanceof Error ? thrown.message : String(thrown) };
      payload = this.writer.write(null, { ...fields, error });
      // The requester hears of what it did wrong; of what went wrong here, this program hears, too.
      if (!(thrown instanceof GhostError)) tell?.({ is: "failed", channel: request.channel, error: thrown, message: request });
    }
    await this.port.send(reply, payload);
  }
}

function question(channel: string, data: unknown, { timeout = REQUEST_TIMEOUT, trace, signal }: api.RequestOptions) {
  return { channel, data, timeoutMs: waitMs(timeout, "timeout"), trace, signal };
}

/** An answer has to bear its request's id, which bytes cannot. */
function notBytes(answer: unknown): unknown {
  if (answer instanceof Uint8Array)
    throw new GhostError("USAGE", "cannot answer with bytes: they have no place for the request's id", { hint: "send them as base64" });
  return answer;
}

function failureOf(error: ErrorBody, { from }: Received): GhostError {
  const { code, message, hint, details } = GhostError.from(error);
  return new GhostError(code, String(message), { hint, details: { ...details, ...(from !== undefined && { from }) } });
}

function closed(): GhostError {
  return new GhostError("BUS_CLOSED", "cannot use the bus: it was closed");
}
