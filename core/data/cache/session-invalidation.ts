import type { AbortSignal } from "../../errors/abort-signal.ts";
import { decodeValue } from "../json-value.ts";
import { decodeUtf8 } from "../utf8.ts";
import type { InvalidationBus, InvalidationListener, InvalidationMessage } from "./invalidation.ts";

/** The part of a session with the hub that invalidations need (`core/bus/session`). */
export interface InvalidationSession {
  send(args: readonly string[], signal?: AbortSignal): Promise<unknown>;
  subscribe(
    kind: "channel",
    name: string,
    listener: { message(channel: string, payload: Uint8Array): void; lost(count: number | null): void; readonly isIdle?: boolean },
  ): Promise<() => Promise<void>>;
}

interface Subscription {
  readonly channel: string;
  readonly listener: InvalidationListener;
  /** Ends it; null while it was never made. */
  end: (() => Promise<void>) | null;
  isOver: boolean;
}

/** Invalidations over a session with the hub. Whoever made the session passes its events on, because only they tell of a lost connection. */
export class SessionInvalidation implements InvalidationBus {
  private readonly session: InvalidationSession;
  private readonly subscriptions = new Set<Subscription>();
  /** Counts connections, so that what belongs to an earlier one is not taken for news. */
  private connection = 0;

  constructor(session: InvalidationSession) {
    this.session = session;
  }

  publish(channel: string, message: InvalidationMessage): Promise<unknown> {
    return this.session.send(["PUBLISH", channel, JSON.stringify(message)]);
  }

  subscribe(channel: string, listener: InvalidationListener): AsyncDisposable {
    const subscription: Subscription = { channel, listener, end: null, isOver: false };
    this.subscriptions.add(subscription);
    void this.confirm(subscription);
    return {
      [Symbol.asyncDispose]: async () => {
        subscription.isOver = true;
        this.subscriptions.delete(subscription);
        await subscription.end?.();
      },
    };
  }

  /** To be called with each event of the session. */
  onSessionEvent({ event }: { readonly event: string }): void {
    this.connection++;
    for (const subscription of this.subscriptions) {
      if (event === "connected") void this.confirm(subscription);
      else subscription.listener.lost();
    }
  }

  /** Tells the listener when its messages come. What fails now is done at the next connection. */
  private async confirm(subscription: Subscription): Promise<void> {
    const { connection } = this;
    try {
      // The session subscribes anew before it sends anything else: the answer comes when messages do.
      if (subscription.end) await this.session.send(["PING"]);
      else await this.begin(subscription);
    } catch {
      return;
    }
    if (connection === this.connection && !subscription.isOver) subscription.listener.connected();
  }

  private async begin(subscription: Subscription): Promise<void> {
    const { channel, listener } = subscription;
    const end = await this.session.subscribe("channel", channel, {
      message: (_, payload) => listener.message(decodeValue(decodeUtf8(payload))),
      // Some were missed, and from now on they come.
      lost: () => listener.connected(),
      isIdle: true,
    });
    if (subscription.isOver || subscription.end) await end();
    else subscription.end = end;
  }
}
