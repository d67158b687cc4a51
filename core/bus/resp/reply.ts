/**
 * A reply as it appears in JavaScript. RESP3 says more than RESP2; what is the same appears the same:
 *
 *   simple string            string
 *   bulk, verbatim string    Uint8Array, a view that is the receiver's own and is never written again
 *   integer, big number      number; bigint beyond 2^53
 *   double                   number, also NaN and the infinities
 *   boolean                  boolean
 *   null of any kind         null
 *   array, set               array
 *   map                      array of its keys and values in turn, as RESP2 has it
 *   error                    ReplyError; `send` rejects with it, and gives it as a value only inside an array (EXEC)
 *
 * Attributes are left out. A push is no reply: it goes to whoever subscribed.
 */
export type Reply = string | Uint8Array | number | bigint | boolean | null | ReplyError | readonly Reply[];

/** An error that the server replied. The message is its whole text: `WRONGTYPE Operation against a key …`. */
export class ReplyError extends Error {
  override readonly name = "ReplyError";

  /** The text's first word, which tells errors apart: `ERR`, `WRONGTYPE`, `NOGROUP`. */
  get code(): string {
    return this.message.split(" ", 1)[0] ?? "";
  }
}
