import { failure } from "../../data/hub/hub-errors.ts";
import { type HubReply, listOf } from "../../data/hub/hub-link.ts";
import { textOf } from "../../data/hub/reply-text.ts";
import type { AbortSignal } from "../../errors/abort-signal.ts";
import type { GhostError } from "../../errors/ghost-error.ts";
import type { Payload } from "../envelope.ts";
import type { PersistentReceipt } from "../ghost-bus.ts";
import type { KeepOptions, StreamEntry, StreamPort, Taker } from "../port.ts";
import type { HubSession } from "../session/session.ts";
import { HubTaker } from "./hub-taker.ts";
import { entriesOf, streamOf } from "./stream-entries.ts";

/** Persistent messages in a hub. */
export class HubStreams implements StreamPort {
  private readonly session: HubSession;

  constructor(session: HubSession) {
    this.session = session;
  }

  async publishPersistent(channel: string, payload: Payload, keep: KeepOptions, signal?: AbortSignal): Promise<PersistentReceipt> {
    const { id, retentionMs, maxLength } = keep;
    const retain = retentionMs === undefined ? [] : ["RETAIN", String(retentionMs)];
    const trim = maxLength === undefined ? [] : ["MAXLEN", String(maxLength)];
    const args = ["GHOST.PUBLISH", channel, payload, "PERSIST", ...retain, ...trim, "ID", id];
    const [entryId, receivers, duplicate] = listOf(await this.ask(args, `publish to ${channel}`, signal));
    return { entryId: textOf(entryId) ?? "", receivers: Number(receivers), isDuplicate: Number(duplicate) === 1 };
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

  async putAside(channel: string, group: string, entryId: string, deadLetters: string, reason: string): Promise<void> {
    await this.ask(["GHOST.BURY", streamOf(channel), group, entryId, streamOf(deadLetters), reason], `put ${entryId} aside`);
  }

  async extend(channel: string, group: string, consumer: string, entryId: string): Promise<void> {
    await this.ask(["XCLAIM", streamOf(channel), group, consumer, "0", entryId, "JUSTID"], `hold on to ${entryId}`);
  }

  async range(channel: string, from: string, to: string, count: number, signal?: AbortSignal): Promise<StreamEntry[]> {
    const reply = await this.ask(["XRANGE", streamOf(channel), from, to, "COUNT", String(count)], `read ${channel}`, signal);
    return entriesOf(reply);
  }

  private async ask(args: readonly Payload[], action: string, signal?: AbortSignal): Promise<HubReply> {
    try {
      return await this.session.send(args, signal);
    } catch (error) {
      return failure(action, signal)(error);
    }
  }
}
