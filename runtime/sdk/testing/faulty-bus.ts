/** A bus's port on which things go wrong as planned. */
import type { Payload } from "../../../core/bus/envelope.ts";
import { MemoryPort } from "../../../core/bus/memory/memory-port.ts";
import type { PortListener, PortSubscription, StreamEntry, Taker } from "../../../core/bus/port.ts";
import type { FaultPlan } from "./faults.ts";

/** A message that is overtaken waits no longer than this for the one that overtakes it, in ms. */
const OVERTAKING_MS = 100;

/** One program's way to a broker in memory, with faults. */
export class FaultyPort extends MemoryPort {
  private readonly plan: FaultPlan;

  constructor(broker: ConstructorParameters<typeof MemoryPort>[0], plan: FaultPlan) {
    super(broker);
    this.plan = plan;
  }

  override async subscribe(name: string, isPattern: boolean, listener: PortListener): Promise<PortSubscription> {
    const faulty = new FaultyListener(listener, this.plan);
    const subscription = await super.subscribe(name, isPattern, faulty);
    return {
      pause: () => subscription.pause(),
      resume: () => subscription.resume(),
      end: () => {
        faulty.end();
        return subscription.end();
      },
    };
  }

  override openTaker(): Taker {
    const taker = super.openTaker();
    return { take: async (request) => this.reordered(await taker.take(request)), close: () => taker.close() };
  }

  /** The group's member believes that it is done, and the message comes again in time. */
  override async acknowledge(channel: string, group: string, entryId: string): Promise<boolean> {
    if (this.plan.happens("drop") || this.plan.happens("duplicate")) return true;
    return super.acknowledge(channel, group, entryId);
  }

  private reordered(entries: StreamEntry[]): StreamEntry[] {
    return entries.length > 1 && this.plan.happens("reorder") ? this.plan.shuffle(entries) : entries;
  }
}

class FaultyListener implements PortListener {
  private readonly inner: PortListener;
  private readonly plan: FaultPlan;
  private isOver = false;
  /** A message that is to be overtaken. */
  private held: { readonly deliver: () => void; readonly cancel: () => void } | null = null;

  constructor(inner: PortListener, plan: FaultPlan) {
    this.inner = inner;
    this.plan = plan;
  }

  message(channel: string, payload: Payload, position: string): void {
    const deliver = (): void => {
      if (!this.isOver) this.inner.message(channel, payload, position);
    };
    if (this.plan.happens("drop")) return this.inner.lost(1);
    if (this.plan.happens("duplicate")) deliver();
    if (this.plan.happens("delay")) return void this.plan.clock.after(this.plan.delayMs(), deliver);
    if (this.held === null && this.plan.happens("reorder")) return this.hold(deliver);
    deliver();
    this.release();
  }

  lost(count: number | null): void {
    this.inner.lost(count);
  }

  end(): void {
    this.isOver = true;
    this.release();
  }

  private hold(deliver: () => void): void {
    this.held = { deliver, cancel: this.plan.clock.after(OVERTAKING_MS, () => this.release()) };
  }

  private release(): void {
    const { held } = this;
    this.held = null;
    held?.cancel();
    held?.deliver();
  }
}
