import { type BusOptions, PortBus } from "../../core/bus/bus.ts";
import { HubPort } from "../../core/bus/hub/hub-port.ts";
import { MemoryBroker } from "../../core/bus/memory/memory-broker.ts";
import { MemoryPort } from "../../core/bus/memory/memory-port.ts";
import type { BusPort } from "../../core/bus/port.ts";
import type { HubSession } from "../../core/bus/session/session.ts";
import { hubSession, systemClock } from "../../runtime/client/hub-connection.ts";
import { type Server, startHub, startRedis } from "../bus/servers.ts";
import { needs } from "../rig/needs.ts";
import { test } from "../rig/test.ts";
import { busContract, type MeetingPlace } from "./bus-contract.ts";

/** A meeting place whose programs each have a port; `end` is called when all buses are closed. */
function meetingPlace(open: () => BusPort, end: () => Promise<void>): MeetingPlace {
  const buses: PortBus[] = [];
  const port = open();
  return {
    bus(from = "test", more: Partial<BusOptions> = {}) {
      const bus = new PortBus(open(), { from, clock: systemClock, random: Math.random, ...more });
      buses.push(bus);
      return bus;
    },
    async raw(channel, payload) {
      await port.send(channel, payload);
    },
    async [Symbol.asyncDispose]() {
      for (const bus of buses) await bus[Symbol.asyncDispose]();
      await end();
    },
  };
}

/** Buses over sessions with one server, which is emptied for each test. */
function throughServer(start: () => Promise<Server>): () => Promise<MeetingPlace> {
  let server: Promise<Server> | null = null;
  test.after(async () => (await server)?.[Symbol.asyncDispose]());
  return async () => {
    server ??= start();
    const { path } = await server;
    const sessions = [hubSession({ path })];
    await emptyStreams(sessions[0] as HubSession);
    const open = (): BusPort => {
      const session = hubSession({ path });
      sessions.push(session);
      return new HubPort(session);
    };
    return meetingPlace(open, async () => {
      for (const session of sessions) await session.close();
    });
  };
}

async function emptyStreams(session: HubSession): Promise<void> {
  const keys = (await session.send(["KEYS", "shared:*"])) as Uint8Array[];
  if (keys.length > 0) await session.send(["DEL", ...keys]);
}

async function inMemory(): Promise<MeetingPlace> {
  const broker = new MemoryBroker(systemClock);
  return meetingPlace(
    () => new MemoryPort(broker),
    async () => undefined,
  );
}

busContract({ name: "memory", open: inMemory });
busContract({ name: "Redis", open: throughServer(startRedis), without: ["streams"], unless: needs("redis-server") });
busContract({ name: "hub", open: throughServer(startHub) });

test.run();
