import { GhostError } from "../../errors/ghost-error.ts";
import type { Reply } from "../resp/reply.ts";
import { shortText } from "../short-text.ts";
import type { Wire } from "./wire.ts";

/** Who hears of a channel. Neither method may throw. */
export interface Listener {
  /** `position` is where the hub keeps the message; empty for one that it does not keep. */
  message(channel: string, payload: Uint8Array, position: string): void;
  /** Messages that were not received while there was no connection: how many, or null when nobody knows. */
  lost(count: number | null): void;
  /** What it hears is no reason for the program to go on. */
  readonly isIdle?: boolean;
}

/** A channel, or a Redis glob. */
export type TopicKind = "channel" | "pattern";

interface Topic {
  readonly kind: TopicKind;
  readonly name: string;
  readonly listeners: Set<Listener>;
  /** Of the last message that was received; empty: none yet. */
  position: string;
  isConfirmed: boolean;
  /** Those who wait for the first confirmation. */
  readonly waiting: { resolve(): void; reject(error: Error): void }[];
}

/** Letters of the words with which messages begin: message, pmessage, ghost.message. */
const MESSAGE_LENGTH = 7;
const PATTERN_MESSAGE_LENGTH = 8;
const GHOST_MESSAGE_LENGTH = 13;

/**
 * All subscriptions of a session, each once however many listen. On every new connection they are made again, from the
 * last position where the server keeps messages.
 */
export class Subscriptions {
  private readonly topics: Readonly<Record<TopicKind, Map<string, Topic>>> = { channel: new Map(), pattern: new Map() };
  private wire: Wire | null = null;
  private isGhost = false;

  /** Adds a listener; resolves when its messages come. Rejects with the server's error, and then it was not added. */
  async add(kind: TopicKind, name: string, listener: Listener): Promise<void> {
    const known = this.topics[kind].get(name);
    const topic: Topic = known ?? { kind, name, listeners: new Set(), position: "", isConfirmed: false, waiting: [] };
    topic.listeners.add(listener);
    if (topic.isConfirmed) return;
    const confirmed = new Promise<void>((resolve, reject) => topic.waiting.push({ resolve, reject }));
    this.topics[kind].set(name, topic);
    // It may be refused at once.
    if (!known && this.wire) this.subscribe(this.wire, topic);
    await confirmed;
  }

  /** Takes a listener away; resolves when the server knows. */
  async remove(kind: TopicKind, name: string, listener: Listener): Promise<void> {
    const topic = this.topics[kind].get(name);
    if (!topic?.listeners.delete(listener) || topic.listeners.size > 0) return;
    this.topics[kind].delete(name);
    for (const { resolve } of topic.waiting.splice(0)) resolve();
    const { wire } = this;
    if (!wire) return;
    await new Promise<void>((resolve) =>
      wire.send([redisCommand("UNSUBSCRIBE", kind), name], { resolve: () => resolve(), reject: () => resolve(), isConfirmedByPush: true }),
    );
  }

  /** There is a connection: subscribes to everything. */
  begin(wire: Wire, isGhost: boolean): void {
    this.wire = wire;
    wire.topics = this.topics;
    this.isGhost = isGhost;
    for (const topic of this.all()) this.subscribe(wire, topic);
  }

  /** There is none. */
  interrupt(): void {
    this.wire = null;
  }

  /** There will be none any more. */
  end(error: Error): void {
    this.wire = null;
    for (const topic of this.all()) this.refuse(topic, error);
  }

  /** Hands a push to whom it concerns. */
  dispatch(items: readonly Reply[]): void {
    const [kind, name, channel, last, payload] = items as readonly Uint8Array[] as [
      Uint8Array,
      Uint8Array,
      Uint8Array,
      Uint8Array,
      Uint8Array,
    ];
    if (kind.length === GHOST_MESSAGE_LENGTH) this.deliver(this.named(shortText(name)), channel, payload, shortText(last));
    else if (kind.length === MESSAGE_LENGTH) this.deliver(this.topics.channel.get(shortText(name)), name, channel, "");
    else if (kind.length === PATTERN_MESSAGE_LENGTH) this.deliver(this.topics.pattern.get(shortText(name)), channel, last, "");
  }

  /** Ghost's push does not say whether it is for a channel or a pattern. */
  private named(name: string): Topic | undefined {
    return this.topics.channel.get(name) ?? this.topics.pattern.get(name);
  }

  private deliver(topic: Topic | undefined, channel: Uint8Array, payload: Uint8Array, position: string): void {
    if (!topic) return;
    if (position !== "") topic.position = position;
    const where = topic.kind === "channel" ? topic.name : shortText(channel);
    for (const listener of topic.listeners) listener.message(where, payload, position);
  }

  /** Of both kinds. */
  all(): Topic[] {
    return [...this.topics.channel.values(), ...this.topics.pattern.values()];
  }

  private subscribe(wire: Wire, topic: Topic): void {
    wire.send(this.commandFor(topic), {
      isConfirmedByPush: true,
      resolve: (items) => this.confirm(topic, items as readonly Reply[]),
      // A connection that ends is followed by another, on which it is tried again.
      reject: (error) => !isConnectionLost(error) && this.refuse(topic, error),
    });
  }

  private commandFor({ kind, name, position }: Topic): string[] {
    return this.isGhost
      ? ["GHOST.RESUME", kind.toUpperCase(), name, ...(position ? [position] : [])]
      : [redisCommand("SUBSCRIBE", kind), name];
  }

  private confirm(topic: Topic, items: readonly Reply[]): void {
    // A plain Redis says no more than three words: it keeps nothing.
    const [, , , now = null, replayed = 0, lost = topic.isConfirmed ? -1 : 0] = items;
    // What is replayed has its own positions, and is not received before it is.
    if (now !== null && replayed === 0) topic.position = shortText(now as Uint8Array);
    topic.isConfirmed = true;
    if (lost !== 0) for (const listener of topic.listeners) listener.lost(lost === -1 ? null : Number(lost));
    for (const { resolve } of topic.waiting.splice(0)) resolve();
  }

  private refuse(topic: Topic, error: Error): void {
    if (this.topics[topic.kind].get(topic.name) === topic) this.topics[topic.kind].delete(topic.name);
    for (const { reject } of topic.waiting.splice(0)) reject(error);
  }
}

function redisCommand(command: string, kind: TopicKind): string {
  return kind === "channel" ? command : `P${command}`;
}

function isConnectionLost(error: Error): boolean {
  return error instanceof GhostError && error.code === "HUB_UNREACHABLE";
}
