import type { HubSession } from "../../core/bus/session/session.ts";
import { HubSagaLog } from "../../core/saga/hub-saga-log.ts";
import { MemorySagaLog } from "../../core/saga/memory-saga-log.ts";
import { hubSession } from "../../runtime/client/hub-connection.ts";
import { type Server, startHub } from "../bus/servers.ts";
import { test } from "../rig/test.ts";
import { type SagaPlace, sagaContract } from "./saga-contract.ts";

let hub: Server;
test.before(async () => {
  hub = await startHub();
});
test.after(async () => {
  await hub[Symbol.asyncDispose]();
});

let namespaces = 0;

/** A namespace of its own. */
async function inHub(): Promise<SagaPlace> {
  const identity = { namespace: `app${++namespaces}` };
  const sessions: HubSession[] = [];
  return {
    open() {
      const session = hubSession({ path: hub.path }, { identity, patienceMs: 500 });
      sessions.push(session);
      return new HubSagaLog(session);
    },
    async [Symbol.asyncDispose]() {
      for (const session of sessions) await session.close();
    },
  };
}

async function inMemory(): Promise<SagaPlace> {
  const log = new MemorySagaLog(Date.now);
  return { open: () => log, [Symbol.asyncDispose]: async () => undefined };
}

sagaContract({ name: "memory", open: inMemory });
sagaContract({ name: "hub", open: inHub });

test.run();
