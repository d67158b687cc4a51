import type { AbortSignal } from "../../errors/abort-signal.ts";
import type { Payload } from "../envelope.ts";
import type { PersistentReceipt } from "../ghost-bus.ts";
import type { BusPort, KeepOptions, PortListener, PortSubscription, StreamEntry, StreamPort, Taker } from "../port.ts";
import type { MemoryBroker } from "./memory-broker.ts";

/** One program's way to a broker in memory. Nobody is ever away, so nothing need be kept for anybody; what is persistent lasts as long as the broker. */
export class MemoryPort implements BusPort, StreamPort {
  private readonly broker: MemoryBroker;

  constructor(broker: MemoryBroker) {
    this.broker = broker;
  }

  async send(channel: string, payload: Payload): Promise<number> {
    return this.broker.publish(channel, payload);
  }

  async publish(channel: string, payload: Payload): Promise<number> {
    return this.broker.publish(channel, payload);
  }

  async publishPersistent(channel: string, payload: Payload, keep: KeepOptions): Promise<PersistentReceipt> {
    const { entryId, isDuplicate } = this.broker.streams.add(channel, payload, keep);
    return { entryId, isDuplicate, receivers: isDuplicate ? 0 : this.broker.publish(channel, payload) };
  }

  async subscribe(name: string, isPattern: boolean, listener: PortListener): Promise<PortSubscription> {
    return this.broker.subscribe(name, isPattern, listener);
  }

  async createGroup(channel: string, group: string, from: string): Promise<void> {
    this.broker.streams.createGroup(channel, group, from);
  }

  openTaker(): Taker {
    return this.broker.streams.openTaker();
  }

  async acknowledge(channel: string, group: string, entryId: string): Promise<boolean> {
    return this.broker.streams.acknowledge(channel, group, entryId);
  }

  async giveBack(channel: string, group: string, entryId: string, delayMs: number): Promise<void> {
    this.broker.streams.hold(channel, group, entryId, delayMs);
  }

  async putAside(channel: string, group: string, entryId: string, deadLetters: string): Promise<void> {
    this.broker.streams.putAside(channel, group, entryId, deadLetters);
  }

  async extend(channel: string, group: string, _consumer: string, entryId: string): Promise<void> {
    this.broker.streams.hold(channel, group, entryId, null);
  }

  async range(channel: string, from: string, to: string, count: number, _signal?: AbortSignal): Promise<StreamEntry[]> {
    return this.broker.streams.range(channel, from, to, count);
  }

  async streams(): Promise<StreamPort> {
    return this;
  }

  async close(): Promise<void> {}
}
