/** What a subscription with a schema does with each message; loaded with the first. */
import type { GhostError } from "../errors/ghost-error.ts";
import type { Received } from "./envelope.ts";
import type { Reading } from "./reading.ts";
import { type StandardSchema, validate } from "./standard-schema.ts";

/** The message as the schema gives it; null when that does not take it, which is counted and told. */
export async function checked({ counts, tell }: Reading, schema: StandardSchema, message: Received): Promise<Received | null> {
  const { channel, data } = message;
  try {
    return { ...message, data: await validate(schema, data, `this message of ${channel}`) };
  } catch (error) {
    counts.invalid++;
    tell({ is: "invalid", channel, error: error as GhostError, message });
    return null;
  }
}
