// timeout: 120s
import { hubGhostData } from "../../core/data/hub/hub-data.ts";
import { hubSession } from "../../runtime/client/hub-connection.ts";
import { type Server, startRedis } from "../bus/servers.ts";
import { needs } from "../rig/needs.ts";
import { test } from "../rig/test.ts";
import { dataContract, type Opened } from "./data-contract.ts";

const unless = needs("redis-server");
let redis: Server | undefined;
test.before(async () => {
  if (unless === null) redis = await startRedis();
});
test.after(async () => {
  await redis?.[Symbol.asyncDispose]();
});

/** Keys need nothing that a Redis lacks, but for versions. */
async function open(): Promise<Opened> {
  const session = hubSession({ path: redis?.path ?? "" });
  await session.send(["FLUSHALL"]);
  return { data: hubGhostData(session), [Symbol.asyncDispose]: () => session.close() };
}

dataContract({ name: "Redis", open, without: ["sql", "versions", "spaces"], unless });

test.run();
