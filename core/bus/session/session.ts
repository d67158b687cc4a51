import { type AbortSignal, throwIfAborted, waitUnlessAborted } from "../../errors/abort-signal.ts";
import { GhostError } from "../../errors/ghost-error.ts";
import type { Reply } from "../resp/reply.ts";
import { backoffMs } from "./backoff.ts";
import { type Identity, shakeHands } from "./handshake.ts";
import { Offline, unreachable } from "./offline.ts";
import { type Listener, Subscriptions, type TopicKind } from "./subscriptions.ts";
import type { Clock, Connect, Random } from "./transport.ts";
import { type Outcome, Wire } from "./wire.ts";

/** How long a command waits for a connection unless told otherwise, in ms: the hub starts when something first needs it. */
const PATIENCE_MS = 5_000;
/** A connection that lived so long, in ms, was no failure: the next pause is the shortest again. */
const STABLE_MS = 200;
/** How long `close` waits for replies, in ms. */
const CLOSE_LIMIT_MS = 1_000;

/** Commands that are confirmed by pushes. */
const SUBSCRIBING = /subscribe$|^ghost.resume$/i;

/** What happens to a session, told as it does. */
export type SessionEvent =
  | {
      readonly event: "connected" /** Not for the first time. */;
      readonly isAgain: boolean /** The hub, and no plain Redis. */;
      readonly isGhost: boolean;
    }
  | { readonly event: "disconnected"; readonly cause: Error; readonly retryInMs: number }
  /** For good. Without a cause it was closed by its own program. */
  | { readonly event: "closed"; readonly cause?: Error };

/** What a session is made of. */
export interface SessionOptions {
  readonly connect: Connect;
  readonly clock: Clock;
  readonly random: Random;
  readonly identity?: Identity;
  /** How long a command waits for a connection, in ms; default 5,000. */
  readonly patienceMs?: number;
  /** False: the first connection is the last, and its end the session's. Default true. */
  readonly reconnects?: boolean;
  /**
   * With nothing heard for so long, in ms, the other side is asked whether it is there, and after as long again given up.
   * Above the longest query. Default 0, never: a unix socket does not fall silent.
   */
  readonly silenceMs?: number;
  readonly onEvent?: (event: SessionEvent) => void;
}

/**
 *   idle ─ first use ─▶ connecting ─ hands shaken ─▶ ready
 *                         ▲    │ failed                │ connection lost
 *                         │    ▼                       │
 *                       waiting ◀──────────────────────┘          closed, from any
 */
type State =
  | { readonly is: "idle" }
  | { readonly is: "connecting"; readonly wire: Wire }
  | { readonly is: "ready"; readonly wire: Wire; readonly isGhost: boolean; readonly sinceMs: number }
  | { readonly is: "waiting"; readonly cancel: () => void }
  | { readonly is: "closed"; readonly cause: GhostError };

/**
 * A client's session with the hub, over one connection at a time. It connects at its first use, and again whenever the
 * connection ends, until it is closed. Commands that were sent and not answered then fail with HUB_UNREACHABLE, because
 * nobody knows whether they were done; those that were not sent wait for the next connection. Subscriptions go on.
 */
export class HubSession implements AsyncDisposable {
  private readonly options: SessionOptions;
  private readonly subscriptions = new Subscriptions();
  private readonly offline: Offline;
  private state: State = { is: "idle" };
  private failures = 0;
  private wasConnected = false;
  private cancelWatch: (() => void) | null = null;

  constructor(options: SessionOptions) {
    this.options = options;
    this.offline = new Offline(options.clock, options.patienceMs ?? PATIENCE_MS);
  }

  /** Whether commands go out at once. */
  get isConnected(): boolean {
    return this.ready !== null;
  }

  /**
   * Sends a command and gives its reply. Commands go out in the order of the calls, those of one turn without another's in
   * between. Rejects with a ReplyError for what the server refuses, HUB_UNREACHABLE, LIMIT_EXCEEDED, and the signal's
   * reason; the reply, which still comes, is dropped then. Blocking commands belong on a connection of their own: `open`.
   */
  send(args: readonly (string | Uint8Array)[], signal?: AbortSignal): Promise<Reply> {
    if (signal?.aborted) return Promise.reject(signal.reason);
    if (SUBSCRIBING.test(String(args[0]))) return Promise.reject(new GhostError("USAGE", `cannot send ${args[0]}: it has no reply`));
    const reply = new Promise<Reply>((resolve, reject) => this.submit(args, { resolve, reject }));
    return signal ? waitUnlessAborted(reply, signal) : reply;
  }

  /** Listens to a channel or a glob; resolves when messages come. What it gives ends that. The listener must not throw. */
  async subscribe(kind: TopicKind, name: string, listener: Listener): Promise<() => Promise<void>> {
    if (!this.ready) await this.send(["PING"]);
    await this.subscriptions.add(kind, name, listener);
    return () => this.subscriptions.remove(kind, name, listener);
  }

  /**
   * Another session like this one, connected. By default it does not connect again: what it was made for, such as a
   * transaction, ends with its connection. Whoever opened it closes it.
   */
  async open(signal?: AbortSignal, options: Partial<SessionOptions> = {}): Promise<HubSession> {
    throwIfAborted(signal);
    if (this.state.is === "closed") throw this.state.cause;
    const session = new HubSession({ ...this.options, reconnects: false, onEvent: undefined, ...options });
    try {
      await session.send(["PING"], signal);
      return session;
    } catch (error) {
      session.destroy();
      throw error;
    }
  }

  /** Stops reading, for as long as a subscriber cannot keep up: everything on this session waits with it. */
  pause(): void {
    this.ready?.wire.pause();
  }

  /** Reads on. */
  resume(): void {
    this.ready?.wire.resume();
  }

  /** Waits for the replies to what was sent (for at most 1 s), and ends the connection. What is sent afterwards fails. */
  async close(): Promise<void> {
    if (this.ready) await this.settle(this.ready.wire);
    this.end();
  }

  /** Ends the connection at once: what was sent and not answered fails. */
  destroy(): void {
    this.end();
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  private get ready() {
    return this.state.is === "ready" ? this.state : null;
  }

  private submit(args: readonly (string | Uint8Array)[], outcome: Outcome): void {
    if (this.ready) this.ready.wire.send(args, outcome);
    else if (this.state.is === "closed") outcome.reject(this.state.cause);
    else {
      this.offline.add(args, outcome);
      if (this.state.is === "idle") this.connect();
    }
  }

  private settle(wire: Wire): Promise<void> {
    return new Promise((resolve) => {
      const cancel = this.options.clock.after(CLOSE_LIMIT_MS, resolve);
      const done = (): void => {
        cancel();
        resolve();
      };
      // Replies come in order: the last one's is the last.
      wire.send(["PING"], { resolve: done, reject: done });
    });
  }

  private connect(): void {
    const wire = new Wire({
      onPush: (items) => this.subscriptions.dispatch(items),
      onEnd: (cause) => this.lost(wire, cause),
    });
    this.state = { is: "connecting", wire };
    this.establish(wire).catch((error: Error) => wire.end(error));
  }

  private async establish(wire: Wire): Promise<void> {
    wire.attach(await this.options.connect(wire));
    const isGhost = await shakeHands(wire, this.options.identity ?? {});
    if (this.state.is !== "connecting" || this.state.wire !== wire) return;
    this.state = { is: "ready", wire, isGhost, sinceMs: this.options.clock.now() };
    this.offline.reason = null;
    this.subscriptions.begin(wire, isGhost);
    for (const { args, outcome } of this.offline.takeAll()) wire.send(args, outcome);
    this.watchSilence(wire);
    this.options.onEvent?.({ event: "connected", isAgain: this.wasConnected, isGhost });
    this.wasConnected = true;
  }

  private lost(wire: Wire, cause: Error): void {
    const { state } = this;
    if ((state.is !== "ready" && state.is !== "connecting") || state.wire !== wire) return;
    this.cancelWatch?.();
    this.subscriptions.interrupt();
    const isFinal = cause instanceof GhostError && (cause.code === "UNAUTHORIZED" || cause.code === "UNSUPPORTED");
    if (isFinal || this.options.reconnects === false) return this.end(cause);
    const { clock, random } = this.options;
    if (state.is === "ready" && clock.now() - state.sinceMs >= STABLE_MS) this.failures = 0;
    const retryInMs = backoffMs(this.failures++, random);
    this.offline.reason = cause;
    this.state = { is: "waiting", cancel: clock.after(retryInMs, () => this.connect(), !this.subscriptions.all()[0]) };
    this.options.onEvent?.({ event: "disconnected", cause, retryInMs });
  }

  /** For good. */
  private end(cause?: Error): void {
    const { state } = this;
    if (state.is === "closed") return;
    const error = cause instanceof GhostError ? cause : unreachable(cause ?? new Error("it was closed"));
    this.state = { is: "closed", cause: error };
    this.cancelWatch?.();
    if (state.is === "waiting") state.cancel();
    if (state.is === "ready" || state.is === "connecting") state.wire.end(error);
    for (const { outcome } of this.offline.takeAll()) outcome.reject(error);
    this.subscriptions.end(error);
    this.options.onEvent?.(cause ? { event: "closed", cause: error } : { event: "closed" });
  }

  private watchSilence(wire: Wire): void {
    const { silenceMs = 0, clock } = this.options;
    if (silenceMs > 0) import("./silence.ts").then(({ watchSilence }) => (this.cancelWatch = watchSilence(wire, silenceMs, clock)));
  }
}
