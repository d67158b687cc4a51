/**
 * Messages that are kept until they expire, so that a subscriber that was away gets them (GHOST.PUBLISH, GHOST.RESUME). They are in
 * one sequence for all channels; a position in it is `EPOCH-NUMBER`, and the epoch is new whenever the hub begins anew.
 */
import { randomBytes } from "node:crypto";
import { compileGlob, type Glob } from "../../../core/bus/glob.ts";
import type { Client } from "../server/client.ts";
import type { Hub } from "../server/hub.ts";
import { Output } from "../server/output.ts";

export const RETAINED_LIMITS = {
  /** How long a message is kept unless its publisher says otherwise, and at most, milliseconds. */
  expiryMs: 60_000,
  expiryMaxMs: 60 * 60_000,
  /** All kept messages together; the oldest go first. */
  messagesMax: 100_000,
  bytesMax: 64 * 1024 * 1024,
} as const;

interface Message {
  readonly number: number;
  readonly channel: string;
  readonly payload: Uint8Array;
  readonly expiresAt: number;
}

interface Subscription {
  readonly glob: Glob | null;
  readonly clients: Set<Client>;
}

type Kind = "channel" | "pattern";

export class Retained {
  private readonly hub: Hub;
  private readonly epoch = randomBytes(6).toString("hex");
  /** In their order; those before `first` are gone. */
  private messages: Message[] = [];
  private first = 0;
  private number = 0;
  private bytes = 0;
  /** When the first of them expires. */
  private soonest = Number.POSITIVE_INFINITY;
  /** Of the channels whose messages had to go before their time: the numbers of those. Bounded as the messages are. */
  private lost: { channel: string; number: number; expiresAt: number }[] = [];
  /** Up to this number not even the loss is known. */
  private uncounted = 0;
  private readonly channels = new Map<string, Subscription>();
  private readonly patterns = new Map<string, Subscription>();
  private readonly scratch = new Output();

  constructor(hub: Hub) {
    this.hub = hub;
  }

  /** Keeps a message and passes it on; gives its position and how many subscriptions it reached. */
  publish(channel: string, payload: Uint8Array, expiryMs: number): { position: string; receivers: number } {
    const now = Date.now();
    this.number++;
    const expiresAt = now + Math.min(expiryMs, RETAINED_LIMITS.expiryMaxMs);
    this.messages.push({ number: this.number, channel, payload, expiresAt });
    this.soonest = Math.min(this.soonest, expiresAt);
    this.bytes += payload.length + channel.length;
    this.dropOld(now);
    const position = this.position();
    return { position, receivers: this.hub.channels.publish(channel, payload, position) };
  }

  /** Subscribes a client, tells it how far it can be helped, and gives it what it missed since `position`. */
  resume(client: Client, kind: Kind, name: string, position: string | null): void {
    const missed = position === null ? { messages: [], lost: 0 } : this.since(kind, name, position);
    this.subscribe(client, kind, name);
    this.hub.send(
      client,
      this.frame(client.protocol, () => this.report(kind, name, missed)),
      1,
    );
    for (const message of missed.messages) {
      const { channel, payload, number } = message;
      this.hub.send(
        client,
        this.frame(client.protocol, () => this.message(name, channel, this.position(number), payload)),
      );
    }
  }

  /** Passes a message to those that subscribed by GHOST.RESUME; gives how many subscriptions it reached. */
  deliver(channel: string, payload: Uint8Array, position: string): number {
    if (!this.mayReach()) return 0;
    const exact = this.channels.get(channel);
    let reached = exact ? this.sendTo(exact.clients, channel, channel, payload, position) : 0;
    for (const [pattern, { glob, clients }] of this.patterns) {
      if (glob?.matches(channel)) reached += this.sendTo(clients, pattern, channel, payload, position);
    }
    return reached;
  }

  /** Whether anybody listens to anything. */
  mayReach(): boolean {
    return this.channels.size > 0 || this.patterns.size > 0;
  }

  /** How many of those a message would reach. */
  reach(channel: string): number {
    let reached = this.channels.get(channel)?.clients.size ?? 0;
    for (const { glob, clients } of this.patterns.values()) if (glob?.matches(channel)) reached += clients.size;
    return reached;
  }

  unsubscribe(client: Client, kind: Kind, name: string): void {
    const [map, own] = this.of(client, kind);
    if (!own.delete(name)) return;
    const subscription = map.get(name);
    subscription?.clients.delete(client);
    if (subscription?.clients.size === 0) map.delete(name);
  }

  /** Ends all subscriptions of a client. */
  forget(client: Client): void {
    for (const name of [...client.resumedChannels]) this.unsubscribe(client, "channel", name);
    for (const name of [...client.resumedPatterns]) this.unsubscribe(client, "pattern", name);
  }

  /** For INFO and health. */
  status(): { messages: number; bytes: number } {
    return { messages: this.messages.length - this.first, bytes: this.bytes };
  }

  private subscribe(client: Client, kind: Kind, name: string): void {
    const [map, own] = this.of(client, kind);
    own.add(name);
    const known = map.get(name) ?? { glob: kind === "pattern" ? compileGlob(name) : null, clients: new Set<Client>() };
    known.clients.add(client);
    map.set(name, known);
  }

  private of(client: Client, kind: Kind): [Map<string, Subscription>, Set<string>] {
    return kind === "channel" ? [this.channels, client.resumedChannels] : [this.patterns, client.resumedPatterns];
  }

  /** What a subscriber missed; `lost` -1: the hub began anew meanwhile, so nobody knows. */
  private since(kind: Kind, name: string, position: string): { messages: Message[]; lost: number } {
    const now = Date.now();
    this.dropOld(now);
    const glob = kind === "pattern" ? compileGlob(name) : null;
    const concerns = (channel: string) => (glob ? glob.matches(channel) : channel === name);
    const [epoch, number] = position.split("-");
    const isKnown = epoch === this.epoch && /^\d{1,15}$/.test(number ?? "");
    const after = isKnown ? Number(number) : 0;
    const messages = this.messages.slice(this.first).filter((one) => one.number > after && one.expiresAt > now && concerns(one.channel));
    const lost = this.lost.filter((one) => one.number > after && one.expiresAt > now && concerns(one.channel)).length;
    return { messages, lost: isKnown && after >= this.uncounted ? lost : -1 };
  }

  /** Removes what expired, as far as it is oldest, and what is too much. */
  private dropOld(now: number): void {
    while (this.first < this.messages.length) {
      const oldest = this.messages[this.first] as Message;
      const isOver = oldest.expiresAt <= now;
      const isTooMuch = this.messages.length - this.first > RETAINED_LIMITS.messagesMax || this.bytes > RETAINED_LIMITS.bytesMax;
      if (!isOver && !isTooMuch) break;
      if (!isOver && now >= this.soonest) {
        this.sweep(now);
        continue;
      }
      if (!isOver) this.lost.push({ channel: oldest.channel, number: oldest.number, expiresAt: oldest.expiresAt });
      this.bytes -= oldest.payload.length + oldest.channel.length;
      this.first++;
    }
    if (this.first > 1024 && this.first * 2 > this.messages.length) {
      this.messages = this.messages.slice(this.first);
      this.first = 0;
    }
    if (this.lost.length <= RETAINED_LIMITS.messagesMax) return;
    this.uncounted = this.lost[RETAINED_LIMITS.messagesMax / 2 - 1]?.number ?? 0;
    this.lost = this.lost.slice(RETAINED_LIMITS.messagesMax / 2);
  }

  /** Removes all that expired, so that what is still to be kept need not go for it. */
  private sweep(now: number): void {
    this.messages = this.messages.slice(this.first).filter(({ expiresAt }) => expiresAt > now);
    this.first = 0;
    this.bytes = this.messages.reduce((sum, { payload, channel }) => sum + payload.length + channel.length, 0);
    this.soonest = this.messages.reduce((soonest, { expiresAt }) => Math.min(soonest, expiresAt), Number.POSITIVE_INFINITY);
  }

  private position(number = this.number): string {
    return `${this.epoch}-${number}`;
  }

  private sendTo(clients: ReadonlySet<Client>, name: string, channel: string, payload: Uint8Array, position: string): number {
    const frames: (Uint8Array | null)[] = [null, null];
    for (const client of clients) {
      const frame = (frames[client.protocol - 2] ??= this.frame(client.protocol, () => this.message(name, channel, position, payload)));
      this.hub.send(client, frame);
    }
    return clients.size;
  }

  private report(kind: Kind, name: string, missed: { messages: Message[]; lost: number }): void {
    this.scratch.push(6);
    this.scratch.text("ghost.resume");
    this.scratch.text(kind);
    this.scratch.latin1(name);
    this.scratch.text(this.position());
    this.scratch.integer(missed.messages.length);
    this.scratch.integer(missed.lost);
  }

  private message(name: string, channel: string, position: string, payload: Uint8Array): void {
    this.scratch.push(5);
    this.scratch.raw(MESSAGE);
    this.scratch.latin1(name);
    this.scratch.latin1(channel);
    this.scratch.latin1(position);
    this.scratch.bulk(payload);
  }

  /** What `write` writes, in a protocol. */
  private frame(protocol: 2 | 3, write: () => void): Uint8Array {
    this.scratch.protocol = protocol;
    this.scratch.clear();
    write();
    return this.scratch.copy();
  }
}

const MESSAGE = Buffer.from("$13\r\nghost.message\r\n");
