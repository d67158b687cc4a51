import { type Payload, type Received, readMessage } from "./envelope.ts";
import type { BusProblem, SubscriptionCounts } from "./ghost-bus.ts";
import type { Clock } from "./session/transport.ts";
import type { StandardSchema } from "./standard-schema.ts";

/** Makes messages of payloads: leaves out what came too late and what a schema does not take, counts both, and tells of the latter. */
export class Reading {
  private readonly schema: StandardSchema | undefined;
  private readonly clock: Clock;
  readonly tell: (problem: BusProblem) => void;
  readonly counts: { -readonly [Name in keyof SubscriptionCounts]: SubscriptionCounts[Name] } = {
    received: 0,
    expired: 0,
    invalid: 0,
    dropped: 0,
    lost: 0,
  };

  constructor(schema: StandardSchema | undefined, clock: Clock, tell: (problem: BusProblem) => void) {
    this.schema = schema;
    this.clock = clock;
    this.tell = tell;
  }

  /** The message, or null when it is worth nothing any more. */
  open(channel: string, payload: Payload, position: string): Received | null {
    const message = readMessage(channel, payload, position);
    if (message.expiresAtMs === undefined || message.expiresAtMs > this.clock.now()) return message;
    this.counts.expired++;
    return null;
  }

  /** The message as the schema gives it; null when that does not take it. At once where there is no schema. */
  check(message: Received): Received | Promise<Received | null> {
    const { schema } = this;
    return schema ? import("./checked.ts").then(({ checked }) => checked(this, schema, message)) : message;
  }
}
