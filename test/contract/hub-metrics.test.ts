import { hubSession } from "../../runtime/client/hub-connection.ts";
import { HubMetrics } from "../../runtime/sdk/hub-metrics.ts";
import { type Server, startHub } from "../bus/servers.ts";
import { test } from "../rig/test.ts";
import { metricsContract } from "./metrics-contract.ts";

let hub: Server;
test.before(async () => {
  hub = await startHub();
});
test.after(async () => {
  await hub[Symbol.asyncDispose]();
});

metricsContract({
  name: "the hub",
  async open() {
    const session = hubSession({ path: hub.path });
    const told: string[] = [];
    const metrics = new HubMetrics(
      session,
      () => false,
      ({ name, error }) => told.push(`${String(name)}: ${error.message}`),
    );
    return {
      metrics,
      // Replies come in order.
      told: () => session.send(["PING"]).then(() => told),
      [Symbol.asyncDispose]: () => session.close(),
    };
  },
});

test.run();
