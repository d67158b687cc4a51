import { hubError } from "../../data/hub/hub-errors.ts";
import { listOf } from "../../data/hub/hub-link.ts";
import { GhostError } from "../../errors/ghost-error.ts";
import type { StreamEntry, TakeRequest, Taker } from "../port.ts";
import { ReplyError } from "../resp/reply.ts";
import type { HubSession } from "../session/session.ts";
import { entriesOf, streamOf } from "./stream-entries.ts";

/** Waits for persistent messages on a connection of its own, because whoever waits on the common one holds up all. */
export class HubTaker implements Taker {
  private readonly parent: HubSession;
  private session: HubSession | null = null;
  private isClosed = false;

  constructor(parent: HubSession) {
    this.parent = parent;
  }

  async take(request: TakeRequest): Promise<StreamEntry[]> {
    try {
      const session = await this.connect();
      // One stream was asked for: [[name, entries]], or nil when there was nothing.
      const [stream] = listOf(await session.send(commandOf(request)));
      return entriesOf(listOf(stream)[1]);
    } catch (error) {
      if (error instanceof ReplyError && error.code === "NOGROUP")
        throw new GhostError("NOT_FOUND", `cannot take from ${request.channel}: it has no group ${request.group}`, { cause: error });
      throw hubError(error, `take from ${request.channel}`);
    }
  }

  async close(): Promise<void> {
    this.isClosed = true;
    this.session?.destroy();
  }

  private async connect(): Promise<HubSession> {
    this.session ??= await this.parent.open(undefined, { reconnects: true });
    if (this.isClosed) this.session.destroy();
    return this.session;
  }
}

function commandOf({ channel, group, consumer, count, blockMs, idleMs, deliveryLimit, deadLetters }: TakeRequest): string[] {
  const limits = ["IDLE", idleMs, "LIMIT", deliveryLimit, "DEAD", streamOf(deadLetters)];
  return ["GHOST.TAKE", streamOf(channel), group, consumer, "COUNT", count, "BLOCK", blockMs, ...limits].map(String);
}
