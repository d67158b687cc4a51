import { hubError } from "../../data/hub/hub-errors.ts";
import { type HubReply, listOf, textOf } from "../../data/hub/hub-link.ts";
import type { AbortSignal } from "../../errors/abort-signal.ts";
import type { GhostError } from "../../errors/ghost-error.ts";
import type { Payload } from "../envelope.ts";
import type { PersistentReceipt } from "../ghost-bus.ts";
import type { BusPort, KeepOptions, PortListener, PortSubscription, StreamEntry, Taker } from "../port.ts";
import type { HubSession } from "../session/session.ts";
import { HubTaker } from "./hub-taker.ts";
import { entriesOf, streamOf } from "./stream-entries.ts";

/** Messages through a hub, or a plain Redis server, which keeps none: persistent messages are UNSUPPORTED there. The session stays its owner's. */
export class HubPort implements BusPort {
  private readonly session: HubSession;

  constructor(session: HubSession) {
    this.session = session;
  }

  send(channel: string, payload: Payload, signal?: AbortSignal): Promise<number> {
    return this.session.send(["PUBLISH", channel, payload], signal).then(Number, failure(`publish to ${channel}`, signal));
  }

  publish(channel: string, payload: Payload, expiryMs?: number, signal?: AbortSignal): Promise<number> {
    const { server } = this.session;
    if (server === null)
      return this.session
        .isGhost(signal)
        .then(() => this.publish(channel, payload, expiryMs, signal), failure(`publish to ${channel}`, signal));
    if (server === "redis") return this.send(channel, payload, signal);
    const args = ["GHOST.PUBLISH", channel, payload];
    if (expiryMs !== undefined) args.push("PX", String(expiryMs));
    return this.session.send(args, signal).then(receiversOf, failure(`publish to ${channel}`, signal));
  }

  async publishPersistent(channel: string, payload: Payload, keep: KeepOptions, signal?: AbortSignal): Promise<PersistentReceipt> {
    const { id, retentionMs, maxLength } = keep;
    const retain = retentionMs === undefined ? [] : ["RETAIN", String(retentionMs)];
    const trim = maxLength === undefined ? [] : ["MAXLEN", String(maxLength)];
    const args = ["GHOST.PUBLISH", channel, payload, "PERSIST", ...retain, ...trim, "ID", id];
    const [entryId, receivers, duplicate] = listOf(await this.ask(args, `publish to ${channel}`, signal));
    return { entryId: textOf(entryId) ?? "", receivers: Number(receivers), isDuplicate: Number(duplicate) === 1 };
  }

  async subscribe(name: string, isPattern: boolean, listener: PortListener, isOwn: boolean): Promise<PortSubscription> {
    const session = isOwn ? await this.session.open(undefined, { reconnects: true }) : this.session;
    try {
      const end = await session.subscribe(isPattern ? "pattern" : "channel", name, listener);
      return {
        end: async () => (isOwn ? session.destroy() : end()),
        pause: () => session.pause(),
        resume: () => session.resume(),
      };
    } catch (error) {
      if (isOwn) session.destroy();
      throw hubError(error, `listen to ${name}`);
    }
  }

  async createGroup(channel: string, group: string, from: string): Promise<void> {
    try {
      await this.ask(["XGROUP", "CREATE", streamOf(channel), group, from, "MKSTREAM"], `make the group ${group}`);
    } catch (error) {
      if (!/^BUSYGROUP /.test(String(((error as GhostError).cause as Error | undefined)?.message))) throw error;
    }
  }

  openTaker(): Taker {
    return new HubTaker(this.session);
  }

  async acknowledge(channel: string, group: string, entryId: string): Promise<boolean> {
    return Number(await this.ask(["XACK", streamOf(channel), group, entryId], `acknowledge ${entryId}`)) === 1;
  }

  async giveBack(channel: string, group: string, entryId: string, delayMs: number): Promise<void> {
    await this.ask(["GHOST.NAK", streamOf(channel), group, entryId, String(delayMs)], `give ${entryId} back`);
  }

  async extend(channel: string, group: string, consumer: string, entryId: string): Promise<void> {
    await this.ask(["XCLAIM", streamOf(channel), group, consumer, "0", entryId, "JUSTID"], `hold on to ${entryId}`);
  }

  async range(channel: string, from: string, to: string, count: number, signal?: AbortSignal): Promise<StreamEntry[]> {
    const reply = await this.ask(["XRANGE", streamOf(channel), from, to, "COUNT", String(count)], `read ${channel}`, signal);
    return entriesOf(reply);
  }

  /** The session stays its owner's. */
  async close(): Promise<void> {}

  private ask(args: readonly Payload[], action: string, signal?: AbortSignal): Promise<HubReply> {
    return this.session.send(args, signal).catch(failure(action, signal));
  }
}

function receiversOf(reply: HubReply): number {
  return Number(listOf(reply)[1]);
}

/** Throws what went wrong as a GhostError, and the signal's reason as it is. */
function failure(action: string, signal: AbortSignal | undefined): (error: unknown) => never {
  return (error) => {
    if (signal?.aborted && error === signal.reason) throw error;
    throw hubError(error, action);
  };
}
