import { type Duration, waitMs } from "../config/duration.ts";
import { calledFrom } from "../errors/called-from.ts";
import { errorFrom } from "../errors/error-from.ts";
import { type ErrorBody, GhostError } from "../errors/ghost-error.ts";
import type { EnvelopeWriter, Received } from "./envelope.ts";
import type * as api from "./ghost-bus.ts";
import type { BusPort } from "./port.ts";
import { type Question, Questions } from "./questions.ts";
import type { Clock, Random } from "./session/transport.ts";
import { validate } from "./standard-schema.ts";

/** How long an answer is waited for unless told otherwise. */
const REQUEST_TIMEOUT: Duration = "5s";

/** Requests as programs make them: time limits, and answers that are checked. */
export class Requests {
  private readonly questions: Questions;

  constructor(port: BusPort, writer: EnvelopeWriter, { clock, random }: { readonly clock: Clock; readonly random: Random }) {
    this.questions = new Questions(port, writer, clock, random);
  }

  /** The first answer's data. */
  async first<T>(channel: string, data: unknown, options: api.RequestOptions<T>): Promise<T> {
    const message = await this.asked(question(channel, data, options));
    if (message.error) throw failureOf(message.error, message);
    return options.schema ? validate(options.schema, message.data, `the answer of ${channel}`) : (message.data as T);
  }

  /** What fails shows where it was asked, and not where it was found out. */
  private async asked(question: Question): Promise<Received> {
    try {
      return await this.questions.first(question);
    } catch (error) {
      throw calledFrom(error);
    }
  }

  /** Answers as they come. */
  async *many<T>(channel: string, data: unknown, options: api.RequestManyOptions<T>): AsyncGenerator<api.Answer<T>, void, undefined> {
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

  /** Fails all that wait for an answer. */
  close(error: Error): Promise<void> {
    return this.questions.close(error);
  }
}

function question(channel: string, data: unknown, { timeout = REQUEST_TIMEOUT, trace, signal }: api.RequestOptions): Question {
  return { channel, data, timeoutMs: waitMs(timeout, "timeout"), trace, signal };
}

function failureOf(error: ErrorBody, { from }: Received): GhostError {
  const { code, message, hint, details } = errorFrom(error);
  return new GhostError(code, String(message), { hint, details: { ...details, ...(from !== undefined && { from }) } });
}
