import type { HubSession, SessionEvent, SessionOptions } from "../../core/bus/session/session.ts";
import { hubError } from "../../core/data/hub/hub-errors.ts";
import { GhostError } from "../../core/errors/ghost-error.ts";
import { isNothingRegistered } from "../../runtime/client/connect.ts";
import { ensureHub } from "../../runtime/client/hub.ts";
import { hubAddressOf } from "../../runtime/client/hub-address.ts";
import { hubSession } from "../../runtime/client/hub-connection.ts";
import type { Context } from "../context.ts";

/** How a command works with the hub. */
export interface HubUse extends Pick<SessionOptions, "reconnects" | "onEvent"> {
  /** Default: that of GHOST_TOKEN, else the operator's own, `default`. */
  readonly namespace?: string;
}

/** The namespace that --namespace names, else that of the app whose GHOST_TOKEN is in the environment; undefined: neither. */
export function chosenNamespace(context: Context): string | undefined {
  return context.text("namespace") ?? ownNamespace(context);
}

/** The namespace of the app whose GHOST_TOKEN is in the environment. Whether that is a valid one, the hub knows. */
export function ownNamespace({ environment }: Context): string | undefined {
  return environment.GHOST_TOKEN?.match(/^([^.]+)\./)?.[1];
}

/**
 * A session with the hub of the home, connected, as its operator, or as the app whose GHOST_TOKEN is in the environment; whoever opened it closes it. Asks the
 * daemon for the hub only where nobody answers at the socket, because that takes longer. Throws what the daemon says, HUB_UNREACHABLE, or UNAUTHORIZED for a
 * token that is not valid and a namespace that cannot be.
 */
export async function openHub(context: Context, { namespace, ...more }: HubUse = {}): Promise<HubSession> {
  const name = `ghost-${context.verb}`;
  const identity = { token: context.environment.GHOST_TOKEN, name, ...(namespace !== ownNamespace(context) && { namespace }) };
  const options = { identity, reconnects: false, ...more };
  let isTaken = false;
  const onEvent = (event: SessionEvent): void => {
    if (isTaken) options.onEvent?.(event);
  };
  const known = hubSession(hubAddressOf(context.home), { ...options, reconnects: false, onEvent });
  try {
    await known.send(["PING"]);
    isTaken = !options.reconnects;
    if (isTaken) return known;
  } catch (error) {
    if (!isUnreachable(error)) throw error;
  }
  await known.close();
  const session = hubSession({ path: await startHub(context) }, options);
  await session.send(["PING"]);
  return session;
}

/** Does something with the hub, and closes the session however that ends. An error reply becomes a GhostError; `action` completes "cannot …". */
export async function withHub<T>(context: Context, action: string, use: HubUse, work: (hub: HubSession) => Promise<T>): Promise<T> {
  const hub = await openHub(context, use);
  try {
    return await work(hub);
  } catch (error) {
    throw isReply(error) ? hubError(error, action) : error;
  } finally {
    await hub.close();
  }
}

/** Where the hub listens, started. In a home that was never used a daemon is started too, but none that somebody stopped. */
async function startHub(context: Context): Promise<string> {
  const by = `ghost ${context.verb}`;
  try {
    return (await ensureHub(context.connect("if-not-stopped"), by)).socket;
  } catch (error) {
    if (!(error instanceof GhostError) || !isNothingRegistered(error.cause)) throw error;
    return (await ensureHub(context.connect("always"), by)).socket;
  }
}

function isReply(error: unknown): boolean {
  return error instanceof Error && error.name === "ReplyError";
}

function isUnreachable(error: unknown): boolean {
  return !(error instanceof GhostError) || error.code === "HUB_UNREACHABLE";
}
