import { randomUUID } from "node:crypto";
import { decodeUtf8 } from "../../core/data/utf8.ts";

/** A message as a person reads it, whether a Ghost app sent it in an envelope or another program as it is. */
export interface ShownMessage {
  readonly data: unknown;
  readonly id?: string;
  /** When it was sent, milliseconds since 1970. */
  readonly sentAt?: number;
  /** When it is worth nothing any more, milliseconds since 1970. */
  readonly expiresAt?: number;
  readonly from?: string;
  readonly reply?: string;
}

/** What goes around the data of a message. */
export interface EnvelopeOptions {
  readonly id?: string;
  /** Milliseconds. */
  readonly expiryMs?: number;
  readonly reply?: string;
}

/** An envelope as the SDK makes them: `{"v":1,"id","ts","exp"?,"from","reply"?,"data"}`. */
export function wrap(data: unknown, { id = randomUUID(), expiryMs, reply }: EnvelopeOptions): string {
  const ts = Date.now();
  return JSON.stringify({
    v: 1,
    id,
    ts,
    ...(expiryMs !== undefined && { exp: ts + expiryMs }),
    from: "ghost bus",
    ...(reply && { reply }),
    data,
  });
}

/** Takes a payload out of its envelope. One without is its JSON, or a text. */
export function unwrap(payload: Uint8Array): ShownMessage {
  const text = decodeUtf8(payload);
  const value = parse(text);
  if (typeof value !== "object" || value === null || (value as { v?: unknown }).v !== 1 || !("data" in value)) return { data: value };
  const { data, id, ts, exp, from, reply } = value as Record<string, unknown>;
  return {
    data,
    ...(typeof id === "string" && { id }),
    ...(typeof ts === "number" && { sentAt: ts }),
    ...(typeof exp === "number" && { expiresAt: exp }),
    ...(typeof from === "string" && { from }),
    ...(typeof reply === "string" && { reply }),
  };
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}
