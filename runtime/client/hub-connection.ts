/**
 * Connects sessions to a hub: sockets of Bun where it runs on Bun, which cost half of node:net's (and node:net lost bytes
 * after partial writes in Bun 1.2.14 to 1.3.6), and node:net elsewhere.
 */
import { HubSession, type SessionOptions } from "../../core/bus/session/session.ts";
import type { Clock, Connect } from "../../core/bus/session/transport.ts";
import type { HubAddress } from "./hub-address.ts";

/** With nothing heard over TCP for so long, in ms, the hub is asked whether it is there: above the longest query. */
const TCP_SILENCE_MS = 45_000;

/** Time as the system has it. */
export const systemClock: Clock = {
  now: () => Date.now(),
  after(ms, callback, isIdle) {
    const timer = setTimeout(callback, ms);
    // Numbers in older versions of Deno.
    if (isIdle) timer.unref?.();
    return () => clearTimeout(timer);
  },
};

/** A session with the hub at an address, which may be found anew for each connection. It connects at its first use; whoever opened it closes it. */
export function hubSession(address: HubAddress | (() => HubAddress), options: Partial<SessionOptions> = {}): HubSession {
  const find = typeof address === "function" ? address : () => address;
  const silenceMs = "path" in find() ? 0 : TCP_SILENCE_MS;
  return new HubSession({ connect: connectTo(find), clock: systemClock, random: Math.random, silenceMs, ...options });
}

/** Opens connections to an address. */
export function connectTo(find: () => HubAddress): Connect {
  return async (events) => {
    const { open } = await ("Bun" in globalThis ? import("./bun-link.ts") : import("./node-link.ts"));
    return open(find(), events);
  };
}
