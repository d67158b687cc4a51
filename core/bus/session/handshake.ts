import { ReplyError } from "../resp/reply.ts";
import type { Wire } from "./wire.ts";

/** Who the session is to the hub. */
export interface Identity {
  /** `GHOST_TOKEN`, or a Redis password; one that the server does not know is refused. Default, and when empty: none, which on the home's own socket is the operator. */
  readonly token?: string;
  /** What `CLIENT LIST` shows. Blanks become `-`. */
  readonly name?: string;
  /** The namespace to enter, for the operator only. Default: the token's, or `default`. */
  readonly namespace?: string;
  /** What an answer to a write means: on disk (`fsync`, the default), or with the operating system (`relaxed`). */
  readonly durability?: "fsync" | "relaxed";
}

/**
 * The first words on a connection. True: the other side knows Ghost's own commands; false: it is a plain Redis. Rejects
 * with UNAUTHORIZED or UNSUPPORTED where it is no use to try again, else with what went wrong.
 */
export async function shakeHands(wire: Wire, identity: Identity): Promise<boolean> {
  const { token, name, namespace, durability = "fsync" } = identity;
  const setName = name ? ["SETNAME", wireName(name)] : [];
  // Not within HELLO, which wants a user: the default one of a server without a password is let in with any.
  const login = token && wire.call("AUTH", token);
  const greeting = wire.call("HELLO", "3", ...setName);
  const ghost = wire.call("GHOST.DURABILITY", durability);
  const entered = namespace === undefined ? ghost : ghost.then(() => wire.call("GHOST.NAMESPACE", namespace));
  const isGhost = entered.then(
    () => true,
    (error) => !isUnknownCommand(error) && Promise.reject(error),
  );
  try {
    // Replies come in order, and so do refusals.
    return (await Promise.all([isGhost, login, greeting]))[0];
  } catch (error) {
    throw error instanceof ReplyError ? (await import("./refusal.ts")).refusalOf(error) : error;
  }
}

/** A name as the hub knows it. */
export function wireName(name: string): string {
  return name.replace(/[^!-~]+/g, "-");
}

/** Whether an error says that the server does not know the command. */
export function isUnknownCommand(error: unknown): boolean {
  return error instanceof ReplyError && /^ERR unknown command/i.test(error.message);
}
