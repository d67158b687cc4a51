import { ReplyError } from "../../core/bus/resp/reply.ts";
import { isUnknownCommand } from "../../core/bus/session/handshake.ts";
import type { HubSession } from "../../core/bus/session/session.ts";
import { nearest } from "../../core/config/suggest.ts";
import { listOf } from "../../core/data/hub/hub-link.ts";
import { textOf } from "../../core/data/hub/reply-text.ts";
import { GhostError } from "../../core/errors/ghost-error.ts";

/** More names are not told in a hint. */
const NAMES_MAX = 20;

/** Throws NOT_FOUND for a namespace in which nothing was ever written: whoever only reads means another one. `action` completes "cannot …". */
export async function mustExist(hub: HubSession, name: string, action: string): Promise<void> {
  const names = await namespacesOf(hub);
  if (names === null || names.includes(name)) return;
  const near = nearest(name, names);
  const shown =
    names.length > NAMES_MAX ? `${names.slice(0, NAMES_MAX).join(", ")} and ${names.length - NAMES_MAX} more` : names.join(", ");
  throw new GhostError("NOT_FOUND", `cannot ${action}: there is no namespace ${name}`, {
    hint: `${near === null ? "" : `did you mean ${near}? `}${names.length === 1 ? "there is only" : "there are"} ${shown}; another one begins with what is first written to it`,
  });
}

/** Those in which something is kept; null: the hub is too old to say, or does not say it to this client. */
export async function namespacesOf(hub: HubSession): Promise<string[] | null> {
  try {
    return listOf(await hub.send(["GHOST.NAMESPACES"])).map((name) => textOf(name) ?? "");
  } catch (error) {
    if (isUnknownCommand(error) || isRefused(error)) return null;
    throw error;
  }
}

/** An app, which may see no namespace but its own, is refused when it enters another. */
function isRefused(error: unknown): boolean {
  return error instanceof ReplyError && error.code === "NAMESPACE";
}
