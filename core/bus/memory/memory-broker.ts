import { byteString } from "../../data/byte-string.ts";
import type { Payload } from "../envelope.ts";
import { compileGlob, type Glob } from "../glob.ts";
import type { PortListener, PortSubscription } from "../port.ts";
import type { Clock } from "../session/transport.ts";
import { MemoryStreams } from "./memory-streams.ts";

/** Messages that wait for a subscriber that is paused; then the oldest are lost, and told as such. */
export const HELD_MESSAGES_MAX = 100_000;

interface Subscriber {
  readonly name: string;
  readonly glob: Glob | null;
  readonly listener: PortListener;
  /** What waits while it is paused; null: it is not. */
  held: { channel: string; payload: Payload }[] | null;
  lost: number;
}

/** What programs of one process share in place of a hub. */
export class MemoryBroker {
  readonly streams: MemoryStreams;
  private readonly channels = new Map<string, Set<Subscriber>>();
  private readonly patterns = new Set<Subscriber>();

  constructor(clock: Clock) {
    this.streams = new MemoryStreams(clock);
  }

  /** Delivers a message after the caller's turn, as a hub would; gives how many it reaches. */
  publish(channel: string, payload: Payload): number {
    const bytes = byteString(channel);
    const matching = [...this.patterns].filter(({ glob }) => glob?.matches(bytes));
    const reached = [...(this.channels.get(channel) ?? []), ...matching];
    const own = payload instanceof Uint8Array ? payload.slice() : payload;
    Promise.resolve().then(() => {
      for (const subscriber of reached) this.deliver(subscriber, channel, own);
    });
    return reached.length;
  }

  subscribe(name: string, isPattern: boolean, listener: PortListener): PortSubscription {
    const subscriber: Subscriber = { name, glob: isPattern ? compileGlob(byteString(name)) : null, listener, held: null, lost: 0 };
    const among = isPattern ? this.patterns : (this.channels.get(name) ?? new Set());
    if (!isPattern) this.channels.set(name, among);
    among.add(subscriber);
    return {
      end: async () => {
        among.delete(subscriber);
        if (among.size === 0 && !isPattern && this.channels.get(name) === among) this.channels.delete(name);
      },
      pause: () => {
        subscriber.held ??= [];
      },
      resume: () => this.resume(subscriber),
    };
  }

  private deliver(subscriber: Subscriber, channel: string, payload: Payload): void {
    const { held, listener, glob } = subscriber;
    const among = glob ? this.patterns : this.channels.get(channel);
    if (!among?.has(subscriber)) return;
    if (!held) return listener.message(channel, payload, "");
    held.push({ channel, payload });
    if (held.length <= HELD_MESSAGES_MAX) return;
    held.shift();
    subscriber.lost++;
  }

  private resume(subscriber: Subscriber): void {
    const { held, lost, listener } = subscriber;
    subscriber.held = null;
    subscriber.lost = 0;
    if (lost > 0) listener.lost(lost);
    for (const { channel, payload } of held ?? []) this.deliver(subscriber, channel, payload);
  }
}
