/** What the session needs of the world. A runtime brings it: see `runtime/client/hub-connection.ts`. */
import type { Listener } from "./subscriptions.ts";

/** An open connection: bytes out. */
export interface Link {
  /**
   * Sends bytes, in order. True: their memory may be written again at once. False: they are still read, and nothing more
   * may be sent before `onDrain`.
   */
  write(bytes: Uint8Array): boolean;
  /** Stops reading until `resume`, so that the other side has to wait. */
  pause(): void;
  resume(): void;
  /** Sends what is left, and ends the connection. After the end it does nothing. */
  close(): void;
}

/** Bytes in, and what is waited for: while that is nothing, the connection does not keep the program alive. */
export interface LinkEvents {
  /** Commands without a reply. */
  readonly pending: number;
  /** What is listened to. */
  readonly topics?: Topics;
  /** The bytes are the receiver's own: they are never written again. */
  onData(bytes: Uint8Array): void;
  onDrain(): void;
  /** Called once, also after `close`. */
  onClose(cause?: Error): void;
}

/** Subscriptions by kind and name, with who listens. */
export type Topics = Readonly<
  Record<"channel" | "pattern", ReadonlyMap<string, { readonly listeners: ReadonlySet<Pick<Listener, "isIdle">> }>>
>;

/** Opens a connection; rejects with the system's error. What `connect` gives after that is told to `events`. */
export type Connect = (events: LinkEvents) => Promise<Link>;

/** Time, in milliseconds. */
export interface Clock {
  /** Since the epoch: it goes into messages. */
  now(): number;
  /** Calls back once, later; what it gives cancels that. Until then it keeps the program alive, unless it is idle. */
  after(ms: number, callback: () => void, isIdle?: boolean): () => void;
}

/** At least 0, below 1. */
export type Random = () => number;
