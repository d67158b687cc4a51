import { type ErrorBody, GhostError } from "../errors/ghost-error.ts";
import type { EnvelopeWriter, Payload, Received } from "./envelope.ts";
import type { BusProblem, Responder } from "./ghost-bus.ts";
import type { BusPort } from "./port.ts";
import { type StandardSchema, validate } from "./standard-schema.ts";

/** Who answers, and with what. */
export interface Answering {
  readonly port: BusPort;
  readonly writer: EnvelopeWriter;
  readonly tell: (problem: BusProblem) => void;
  readonly schema?: StandardSchema;
  readonly responder: Responder<unknown>;
}

/** Sends the answer to a request, or the failure, to where it is awaited. */
export async function answer(answering: Answering, request: Received, reply: string): Promise<void> {
  const { port, writer, tell } = answering;
  const fields = { id: request.id, trace: request.trace };
  let payload: Payload;
  try {
    payload = writer.write(notBytes(await respond(answering, request)), fields);
  } catch (thrown) {
    payload = writer.write(null, { ...fields, error: bodyOf(thrown) });
    // The requester hears of what it did wrong; of what went wrong here, this program hears, too.
    if (!(thrown instanceof GhostError)) tell({ is: "failed", channel: request.channel, error: thrown, message: request });
  }
  await port.send(reply, payload);
}

async function respond({ schema, responder }: Answering, request: Received): Promise<unknown> {
  const data = schema ? await validate(schema, request.data, `this request to ${request.channel}`) : request.data;
  return responder(data, { ...request, data });
}

function bodyOf(thrown: unknown): ErrorBody {
  if (thrown instanceof GhostError) return thrown.body();
  return { code: "FAILED", message: thrown instanceof Error ? thrown.message : String(thrown) };
}

/** An answer has to bear its request's id, which bytes cannot. */
function notBytes(answer: unknown): unknown {
  if (answer instanceof Uint8Array)
    throw new GhostError("USAGE", "cannot answer with bytes: they have no place for the request's id", { hint: "send them as base64" });
  return answer;
}
