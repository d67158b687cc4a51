import { EnvelopeWriter, type Received, readMessage } from "../../core/bus/envelope.ts";
import { decodeUtf8 } from "../../core/data/utf8.ts";
import { systemClock } from "../../runtime/client/hub-connection.ts";

/** Wraps what `ghost bus` sends. */
export function envelopeWriter(): EnvelopeWriter {
  return new EnvelopeWriter("ghost bus", systemClock, Math.random);
}

/** A message as a person reads it: bytes that are no text are shown as one, as far as that goes. */
export function readShown(channel: string, payload: Uint8Array, position = ""): Received {
  const message = readMessage(channel, payload, position);
  return message.data instanceof Uint8Array ? { ...message, data: decodeUtf8(message.data) } : message;
}
