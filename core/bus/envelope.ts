/**
 * What Ghost's own messages look like on the wire, and what any message looks like to a program:
 *
 *   {"v":1,"id","ts","exp"?,"from","reply"?,"trace"?,"data"}      a message; times in ms since the epoch
 *   {"v":1,"id",…,"error":{"code","message",…},"data":null}       an answer that is a failure
 *
 * An answer has the id of its request. Every other payload is plain data: its JSON, its text, or else its bytes.
 */
import { decodeStrictUtf8 } from "../data/utf8.ts";
import { type ErrorBody, GhostError } from "../errors/ghost-error.ts";
import type { Message } from "./ghost-bus.ts";
import type { Clock, Random } from "./session/transport.ts";

/** What may go around the data. */
export interface EnvelopeFields {
  /** Default: one of its own. */
  readonly id?: string;
  /** The channel on which answers are awaited. */
  readonly reply?: string;
  readonly trace?: string;
  readonly error?: ErrorBody;
}

/** What travels: text, or bytes as they are. */
export type Payload = string | Uint8Array;

/** A received message, with the failure that it tells of. */
export interface Received extends Message {
  readonly error?: ErrorBody;
}

const NO_FIELDS: EnvelopeFields = {};
const ID_CHARACTERS = 12;
const BASE = 36;
/** The first byte of every envelope. */
const BRACE = 123;

/** Wraps what one sender sends. */
export class EnvelopeWriter {
  private readonly clock: Clock;
  private readonly from: string;
  private readonly prefix: string;
  private count = 0;

  constructor(from: string, clock: Clock, random: Random) {
    this.clock = clock;
    this.from = JSON.stringify(from);
    this.prefix = randomName(random);
  }

  /** An id that no other message has. */
  nextId(): string {
    return `${this.prefix}-${(++this.count).toString(BASE)}`;
  }

  /** The payload of a message that is worth something for `expiryMs`, default for ever. Bytes go as they are, without an envelope. Throws USAGE for what JSON cannot hold. */
  write(data: unknown, { id, reply, trace, error }: EnvelopeFields = NO_FIELDS, expiryMs?: number): Payload {
    if (data instanceof Uint8Array) return data;
    const ts = this.clock.now();
    // Ids of our own need no quoting.
    let text = `{"v":1,"id":${id === undefined ? `"${this.nextId()}"` : JSON.stringify(id)},"ts":${ts}`;
    if (expiryMs !== undefined) text += `,"exp":${ts + expiryMs}`;
    text += `,"from":${this.from}`;
    if (reply !== undefined) text += `,"reply":${JSON.stringify(reply)}`;
    if (trace !== undefined) text += `,"trace":${JSON.stringify(trace)}`;
    if (error !== undefined) text += `,"error":${JSON.stringify(error)}`;
    return `${text},"data":${jsonOf(data)}}`;
  }
}

/** A name that nobody else has: 62 bits of chance. */
export function randomName(random: Random): string {
  let name = "";
  while (name.length < ID_CHARACTERS) name += Math.floor(random() * BASE).toString(BASE);
  return name;
}

/** A payload as a message of this channel. Never throws: whatever it is, it is data. */
export function readMessage(channel: string, payload: Payload, position = ""): Received {
  const text = typeof payload === "string" ? payload : decodeStrictUtf8(payload);
  const place = position === "" ? undefined : position;
  if (text === null) return { channel, data: payload, position: place };
  const value = parse(text);
  if (text.charCodeAt(0) !== BRACE || !isEnvelope(value)) return { channel, data: value, position: place };
  const { id, ts, exp, from, reply, trace, error, data } = value;
  return { channel, data, id, sentAtMs: ts, expiresAtMs: exp, from, reply, trace, position: place, ...(error !== undefined && { error }) };
}

interface Envelope {
  readonly id: string;
  readonly ts?: number;
  readonly exp?: number;
  readonly from?: string;
  readonly reply?: string;
  readonly trace?: string;
  readonly error?: ErrorBody;
  readonly data: unknown;
}

/** Anybody may send anything: what an envelope says has the right types, or it is none. */
function isEnvelope(value: unknown): value is Envelope {
  const fields = value as Partial<Record<keyof Envelope | "v", unknown>>;
  return (
    fields.v === 1 &&
    typeof fields.id === "string" &&
    "data" in fields &&
    isOptional(fields.ts, "number") &&
    isOptional(fields.exp, "number") &&
    isOptional(fields.from, "string") &&
    isOptional(fields.reply, "string") &&
    isOptional(fields.trace, "string") &&
    isOptional(fields.error, "object")
  );
}

function isOptional(value: unknown, type: "number" | "string" | "object"): boolean {
  return value === undefined || (typeof value === type && value !== null);
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}

/** The data of a message as JSON. Nothing is null. */
function jsonOf(data: unknown): string {
  if (data === undefined) return "null";
  try {
    const text = JSON.stringify(data);
    if (text !== undefined) return text;
  } catch (error) {
    throw cannotSend((error as Error).message, error);
  }
  throw cannotSend(`a ${typeof data} is no JSON`);
}

function cannotSend(why: string, cause?: unknown): GhostError {
  return new GhostError("USAGE", `cannot send this message: ${why}`, {
    hint: "bytes go alone, bigints as text",
    cause,
  });
}
