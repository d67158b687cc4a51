/** An error reply: thrown by a command, sent to the client that asked. The text begins with a code word. */
export class ReplyError extends Error {}

export const WRONG_TYPE = "WRONGTYPE Operation against a key holding the wrong kind of value";
export const NOT_INTEGER = "ERR value is not an integer or out of range";
export const SYNTAX = "ERR syntax error";

/** A word in an error, as C prints it: a zero ends it. */
export function shown(text: string): string {
  return text.split("\0", 1)[0] as string;
}

/** Throws an error reply. */
export function refuse(text: string): never {
  throw new ReplyError(text);
}
