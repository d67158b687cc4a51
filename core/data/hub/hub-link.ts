import type { AbortSignal } from "../../errors/abort-signal.ts";

/**
 * What the hub answers, of either version of RESP. An error reply is none: `send` rejects with an Error whose message is the hub's text (`WRONGTYPE Operation …`);
 * inside of an array (EXEC's) such an Error stands in its place.
 */
export type HubReply = string | Uint8Array | number | bigint | boolean | null | Error | readonly HubReply[];

/**
 * One connection to the hub. Requests go out in the order of the calls, those of one turn without another's in between: that is what MULTI … EXEC relies
 * on. When the signal is aborted, the call rejects with its reason and the reply, which still comes, is dropped.
 */
export interface HubLink {
  send(args: readonly (string | Uint8Array)[], signal?: AbortSignal): Promise<HubReply>;
}

/** The connection that all share, and the way to one of one's own. */
export interface HubLinks extends HubLink {
  /** Connects once more. `reconnects`: whether it connects again when it is lost; a transaction's must not, for it ends with its connection. */
  open(signal?: AbortSignal, options?: { readonly reconnects?: boolean }): Promise<OwnLink>;
}

/** A connection that whoever opened it ends. */
export type OwnLink = HubLink & AsyncDisposable;

/** An array reply. */
export function listOf(reply: HubReply | undefined): readonly HubReply[] {
  return Array.isArray(reply) ? reply : [];
}
