/** What is used in place of the hub where an app asks for it: this process's memory, gone with it. SQL is UNSUPPORTED there. */
import { PortBus } from "../../core/bus/bus.ts";
import type { BusProblem, GhostBus } from "../../core/bus/ghost-bus.ts";
import { MemoryBroker } from "../../core/bus/memory/memory-broker.ts";
import { MemoryPort } from "../../core/bus/memory/memory-port.ts";
import type { GhostData } from "../../core/data/ghost-data.ts";
import { memoryGhostData } from "../../core/data/memory/memory-data.ts";
import { systemClock } from "../client/hub-connection.ts";

/** A bus among the parts of this program, and data that nobody else sees. */
export function memoryParts(from: string, onProblem: (problem: BusProblem) => void): { readonly bus: GhostBus; readonly data: GhostData } {
  const port = new MemoryPort(new MemoryBroker(systemClock));
  return {
    bus: new PortBus(port, { from, clock: systemClock, random: Math.random, onProblem }),
    data: memoryGhostData({ now: () => performance.now() }),
  };
}
