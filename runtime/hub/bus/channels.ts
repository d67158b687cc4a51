/** Who listens to which channel, and the passing on of messages. Payloads are bytes, never parsed; channels are shared by all namespaces. */
import { compileGlob, type Glob } from "../../../core/bus/glob.ts";
import type { Client } from "../server/client.ts";
import type { Hub } from "../server/hub.ts";
import { Output } from "../server/output.ts";

interface Pattern {
  readonly glob: Glob;
  readonly clients: Set<Client>;
}

/** Subscriptions that one client may have. */
export const SUBSCRIPTIONS_MAX = 10_000;

export class Channels {
  private readonly hub: Hub;
  private readonly subscribers = new Map<string, Set<Client>>();
  private readonly patterns = new Map<string, Pattern>();
  private readonly scratch = new Output();

  constructor(hub: Hub) {
    this.hub = hub;
  }

  /** How many subscriptions a client has. */
  countOf(client: Client): number {
    return client.channels.size + client.patterns.size + client.resumedChannels.size + client.resumedPatterns.size;
  }

  subscribe(client: Client, channel: string): void {
    client.channels.add(channel);
    add(this.subscribers, channel, client);
  }

  unsubscribe(client: Client, channel: string): void {
    if (client.channels.delete(channel)) remove(this.subscribers, channel, client);
  }

  subscribePattern(client: Client, pattern: string): void {
    client.patterns.add(pattern);
    const known = this.patterns.get(pattern) ?? { glob: compileGlob(pattern), clients: new Set<Client>() };
    known.clients.add(client);
    this.patterns.set(pattern, known);
  }

  unsubscribePattern(client: Client, pattern: string): void {
    if (!client.patterns.delete(pattern)) return;
    const known = this.patterns.get(pattern);
    known?.clients.delete(client);
    if (known?.clients.size === 0) this.patterns.delete(pattern);
  }

  /** Ends all subscriptions of a client. */
  forget(client: Client): void {
    for (const channel of [...client.channels]) this.unsubscribe(client, channel);
    for (const pattern of [...client.patterns]) this.unsubscribePattern(client, pattern);
  }

  /** Passes a message on; gives how many subscriptions it reached. `position`: of a kept message, else "". */
  publish(channel: string, payload: Uint8Array, position = ""): number {
    return this.deliver(channel, payload) + this.hub.retained.deliver(channel, payload, position);
  }

  /** Whether anybody listens to anything. */
  mayReach(): boolean {
    return this.subscribers.size > 0 || this.patterns.size > 0;
  }

  /** How many subscriptions a message on a channel would reach. */
  reach(channel: string): number {
    let reached = (this.subscribers.get(channel)?.size ?? 0) + this.hub.retained.reach(channel);
    for (const { glob, clients } of this.patterns.values()) if (glob.matches(channel)) reached += clients.size;
    return reached;
  }

  private deliver(channel: string, payload: Uint8Array): number {
    const clients = this.subscribers.get(channel);
    let reached = clients ? this.sendTo(clients, () => this.message(channel, payload)) : 0;
    for (const [pattern, { glob, clients: listeners }] of this.patterns) {
      if (glob.matches(channel)) reached += this.sendTo(listeners, () => this.patternMessage(pattern, channel, payload));
    }
    return reached;
  }

  /** Channels with subscribers, and how many. */
  active(): Map<string, number> {
    return new Map([...this.subscribers].map(([channel, clients]) => [channel, clients.size]));
  }

  patternCount(): number {
    return this.patterns.size;
  }

  /** One frame for all that speak RESP2 and one for all that speak RESP3. */
  private sendTo(clients: ReadonlySet<Client>, write: () => void): number {
    const frames: (Uint8Array | null)[] = [null, null];
    for (const client of clients) {
      const frame = (frames[client.protocol - 2] ??= this.frame(client.protocol, write));
      this.hub.send(client, frame);
    }
    return clients.size;
  }

  /** What `write` writes, in a protocol. */
  private frame(protocol: 2 | 3, write: () => void): Uint8Array {
    this.scratch.protocol = protocol;
    this.scratch.clear();
    write();
    return this.scratch.copy();
  }

  private message(channel: string, payload: Uint8Array): void {
    this.scratch.push(3);
    this.scratch.raw(MESSAGE);
    this.scratch.latin1(channel);
    this.scratch.bulk(payload);
  }

  private patternMessage(pattern: string, channel: string, payload: Uint8Array): void {
    this.scratch.push(4);
    this.scratch.raw(PATTERN_MESSAGE);
    this.scratch.latin1(pattern);
    this.scratch.latin1(channel);
    this.scratch.bulk(payload);
  }
}

const MESSAGE = Buffer.from("$7\r\nmessage\r\n");
const PATTERN_MESSAGE = Buffer.from("$8\r\npmessage\r\n");

function add(map: Map<string, Set<Client>>, name: string, client: Client): void {
  const clients = map.get(name);
  if (clients) clients.add(client);
  else map.set(name, new Set([client]));
}

function remove(map: Map<string, Set<Client>>, name: string, client: Client): void {
  const clients = map.get(name);
  clients?.delete(client);
  if (clients?.size === 0) map.delete(name);
}
