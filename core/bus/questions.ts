import type { AbortSignal } from "../errors/abort-signal.ts";
import { GhostError } from "../errors/ghost-error.ts";
import { type EnvelopeFields, type EnvelopeWriter, type Payload, type Received, randomName, readMessage } from "./envelope.ts";
import type { BusPort, PortSubscription } from "./port.ts";
import type { Clock, Random } from "./session/transport.ts";

/** A question that was asked. */
export interface Question {
  readonly channel: string;
  readonly data: unknown;
  readonly timeoutMs: number;
  readonly trace?: string;
  readonly signal?: AbortSignal;
}

/** What becomes of a question. `settle` is called at most once, and nothing after it. */
interface Asked {
  answer(message: Received): void;
  /** How many subscriptions it reached; never 0. */
  reached(receivers: number): void;
  /** Null: its time is over. */
  settle(error: Error | null): void;
}

/**
 * Questions and their answers. All answers come on one channel of this program's own, made with the first question; each
 * bears its question's id.
 */
export class Questions {
  private readonly port: BusPort;
  private readonly writer: EnvelopeWriter;
  private readonly clock: Clock;
  private readonly inbox: string;
  private readonly asked = new Map<string, Asked>();
  private subscription: Promise<PortSubscription> | null = null;

  constructor(port: BusPort, writer: EnvelopeWriter, clock: Clock, random: Random) {
    this.port = port;
    this.writer = writer;
    this.clock = clock;
    this.inbox = `_reply:${randomName(random)}`;
  }

  /** The first answer. Rejects with NO_RESPONDERS, TIMED_OUT, HUB_UNREACHABLE, or the signal's reason. */
  first(question: Question): Promise<Received> {
    return new Promise((resolve, reject) => {
      const answer = (message: Received): void => {
        end();
        resolve(message);
      };
      const settle = (error: Error | null): void => reject(error ?? tooLate(question));
      const end = this.ask(question, { answer, reached: () => undefined, settle });
    });
  }

  /** Answers as they come: at most `max`, or as many as were reached, within the time. Rejects as `first` does, but not for the time. */
  async *many(question: Question, max = Number.POSITIVE_INFINITY): AsyncGenerator<Received, void, undefined> {
    const come: Received[] = [];
    let isOver = false;
    let wake = (): void => undefined;
    let failure: Error | null = null;
    let left = max;
    const end = this.ask(question, {
      answer: (message) => {
        come.push(message);
        wake();
      },
      reached: (receivers) => {
        left = Math.min(max, receivers);
        wake();
      },
      settle: (error) => {
        failure = error;
        isOver = true;
        wake();
      },
    });
    try {
      for (let given = 0; given < left; ) {
        const message = come.shift();
        if (message) {
          given++;
          yield message;
        } else if (isOver) break;
        else await new Promise<void>((resolve) => (wake = resolve));
      }
      if (failure) throw failure;
    } finally {
      end();
    }
  }

  /** Fails all that were asked. */
  async close(error: Error): Promise<void> {
    for (const { settle } of [...this.asked.values()]) settle(error);
    const subscription = await this.subscription?.catch(() => null);
    await subscription?.end();
  }

  /** Asks; what it gives ends the waiting. */
  private ask(question: Question, to: Asked): () => void {
    const { signal, timeoutMs, trace } = question;
    const id = this.writer.nextId();
    const settle = (error: Error | null): void => {
      if (!this.asked.has(id)) return;
      end();
      to.settle(error);
    };
    const reached = (receivers: number): void => {
      if (receivers === 0) settle(noResponders(question));
      else if (this.asked.has(id)) to.reached(receivers);
    };
    const abort = (): void => settle(signal?.reason as Error);
    const cancelTimer = this.clock.after(timeoutMs, () => settle(null));
    const end = (): void => {
      this.asked.delete(id);
      cancelTimer();
      signal?.removeEventListener("abort", abort);
    };
    this.asked.set(id, { ...to, settle });
    signal?.addEventListener("abort", abort);
    this.send(question, { id, reply: this.inbox, trace }).then(reached, settle);
    return end;
  }

  private async send({ channel, data, timeoutMs }: Question, fields: EnvelopeFields): Promise<number> {
    if (data instanceof Uint8Array)
      throw new GhostError("USAGE", `cannot ask ${channel} with bytes: they have no place for where to answer`, {
        hint: "send them as base64",
      });
    const payload = this.writer.write(data, fields, timeoutMs);
    await this.listen();
    return this.port.send(channel, payload);
  }

  private listen(): Promise<PortSubscription> {
    if (this.subscription) return this.subscription;
    const message = (channel: string, payload: Payload): void => {
      const received = readMessage(channel, payload);
      if (received.id !== undefined) this.asked.get(received.id)?.answer(received);
    };
    const subscription = this.port.subscribe(this.inbox, false, { message, lost: () => undefined, isIdle: true }, false);
    this.subscription = subscription;
    subscription.catch(() => {
      this.subscription = null;
    });
    return subscription;
  }
}

function noResponders({ channel }: Question): GhostError {
  return new GhostError("NO_RESPONDERS", `cannot ask ${channel}: nobody listens there`, {
    hint: "start the program that answers; ghost list shows what runs",
  });
}

function tooLate({ channel, timeoutMs }: Question): GhostError {
  return new GhostError("TIMED_OUT", `cannot ask ${channel}: no answer within ${timeoutMs} ms, though somebody listens`, {
    hint: "a longer timeout waits longer",
  });
}
