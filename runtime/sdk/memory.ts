/** What is used in place of the hub where an app asks for it: this process's memory, gone with it. SQL is UNSUPPORTED there. */
import { PortBus } from "../../core/bus/bus.ts";
import type { BusProblem, GhostBus } from "../../core/bus/ghost-bus.ts";
import { MemoryBroker } from "../../core/bus/memory/memory-broker.ts";
import { MemoryPort } from "../../core/bus/memory/memory-port.ts";
import type { HubSession } from "../../core/bus/session/session.ts";
import type { GhostData } from "../../core/data/ghost-data.ts";
import { memoryGhostData } from "../../core/data/memory/memory-data.ts";
import { systemClock } from "../client/hub-connection.ts";
import { G } from "./g.ts";
import type { Place } from "./place.ts";

/** How long a hub may take to answer before memory takes its place, in ms: it starts when it is first asked. */
const REACH_LIMIT_MS = 2_000;
/** The same where Ghost runs this program, and has the hub there: the first run in a home starts the daemon, too. */
const OWN_REACH_LIMIT_MS = 5_000;

/** Null when the hub answers; else a bus among the parts of this program, and data that nobody else sees. */
export async function memoryUnlessReached(
  session: HubSession,
  { name, hub, isSupervised }: Place,
  onProblem: (problem: BusProblem) => void,
): Promise<{ readonly bus: GhostBus; readonly data: GhostData } | null> {
  const signal = AbortSignal.timeout(isSupervised ? OWN_REACH_LIMIT_MS : REACH_LIMIT_MS);
  const isThere = hub !== null && (await session.send(["PING"], signal).then(Boolean, () => false));
  if (isThere) return null;
  G.warn("there is no hub: bus and data are this program's own memory");
  const port = new MemoryPort(new MemoryBroker(systemClock));
  return {
    bus: new PortBus(port, { from: name, clock: systemClock, random: Math.random, onProblem }),
    data: memoryGhostData({ now: () => performance.now() }),
  };
}
