import { type HubReply, listOf } from "../../data/hub/hub-link.ts";
import type { AbortSignal } from "../../errors/abort-signal.ts";
import type { Payload } from "../envelope.ts";
import type { BusPort, PortListener, PortSubscription, StreamPort } from "../port.ts";
import { isUnknownCommand } from "../session/handshake.ts";
import type { HubSession } from "../session/session.ts";

/** Messages through a hub, or a plain Redis server, which keeps none: persistent messages are UNSUPPORTED there. The session stays its owner's. */
export class HubPort implements BusPort {
  private readonly session: HubSession;
  /** A plain Redis: it keeps nothing. */
  private isPlain = false;
  private kept: Promise<StreamPort> | null = null;

  constructor(session: HubSession) {
    this.session = session;
  }

  send(channel: string, payload: Payload, signal?: AbortSignal): Promise<number> {
    return this.session.send(["PUBLISH", channel, payload], signal).then(Number, failure(`publish to ${channel}`, signal));
  }

  publish(channel: string, payload: Payload, expiryMs?: number, signal?: AbortSignal): Promise<number> {
    if (this.isPlain) return this.send(channel, payload, signal);
    const args = ["GHOST.PUBLISH", channel, payload];
    if (expiryMs !== undefined) args.push("PX", String(expiryMs));
    return this.session.send(args, signal).then(receiversOf, (error) => {
      this.isPlain = isUnknownCommand(error);
      return this.isPlain ? this.send(channel, payload, signal) : failure(`publish to ${channel}`, signal)(error);
    });
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
      return failure(`listen to ${name}`)(error);
    }
  }

  streams(): Promise<StreamPort> {
    this.kept ??= import("./hub-streams.ts").then(({ HubStreams }) => new HubStreams(this.session));
    return this.kept;
  }

  /** The session stays its owner's. */
  async close(): Promise<void> {}
}

function receiversOf(reply: HubReply): number {
  return Number(listOf(reply)[1]);
}

/** Throws what went wrong as a GhostError, and the signal's reason as it is. */
function failure(action: string, signal?: AbortSignal): (error: unknown) => Promise<never> {
  return async (error) => (await import("../../data/hub/hub-errors.ts")).failure(action, signal)(error);
}
