import { PortBus } from "../../core/bus/bus.ts";
import { MemoryBroker } from "../../core/bus/memory/memory-broker.ts";
import type { BusPort } from "../../core/bus/port.ts";
import { CoreGhostData } from "../../core/data/core-data.ts";
import type { GhostData } from "../../core/data/ghost-data.ts";
import { MemoryKeys } from "../../core/data/memory/memory-keys.ts";
import { systemClock } from "../../runtime/client/hub-connection.ts";
import { CapturedMetrics } from "../../runtime/sdk/testing/captured-metrics.ts";
import { FaultPlan } from "../../runtime/sdk/testing/faults.ts";
import { FaultyPort } from "../../runtime/sdk/testing/faulty-bus.ts";
import { faultyKeys, faultySql } from "../../runtime/sdk/testing/faulty-data.ts";
import { testingSql } from "../../runtime/sdk/testing/open-sql.ts";
import { test } from "../rig/test.ts";
import { busContract, type MeetingPlace } from "./bus-contract.ts";
import { dataContract } from "./data-contract.ts";
import { metricsContract } from "./metrics-contract.ts";
import { whole } from "./stacks.ts";

const plan = () => new FaultPlan({}, systemClock, Math.random);
const testing = (): GhostData => new CoreGhostData(faultyKeys(new MemoryKeys(() => Date.now()), plan()), faultySql(testingSql(), plan()));

for (const [name, decorate] of [
  ["testing", async (core: GhostData) => core],
  ["whole stack of testing", whole],
] as const)
  dataContract({
    name,
    async open() {
      const data = await decorate(testing());
      return { data, [Symbol.asyncDispose]: () => data[Symbol.asyncDispose]() as Promise<void> };
    },
  });

busContract({
  name: "testing",
  async open(): Promise<MeetingPlace> {
    const broker = new MemoryBroker(systemClock);
    const open = (): BusPort => new FaultyPort(broker, plan());
    const buses: PortBus[] = [];
    return {
      bus(from = "test", more = {}) {
        const bus = new PortBus(open(), { from, clock: systemClock, random: Math.random, ...more });
        buses.push(bus);
        return bus;
      },
      async raw(channel, payload) {
        await open().send(channel, payload);
      },
      async [Symbol.asyncDispose]() {
        for (const bus of buses) await bus[Symbol.asyncDispose]();
      },
    };
  },
});

metricsContract({
  name: "testing",
  async open() {
    const told: string[] = [];
    const metrics = new CapturedMetrics(Date.now, ({ name, error }) => told.push(`${String(name)}: ${error.message}`));
    return { metrics, told: async () => told, [Symbol.asyncDispose]: async () => undefined };
  },
});

test.run();
