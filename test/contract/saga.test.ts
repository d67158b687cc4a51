import type { HubSession } from "../../core/bus/session/session.ts";
import { hubError } from "../../core/data/hub/hub-errors.ts";
import { HubSagaLog } from "../../core/saga/hub-saga-log.ts";
import { MemorySagaLog } from "../../core/saga/memory-saga-log.ts";
import type { SagaState } from "../../core/saga/result.ts";
import { hubSession } from "../../runtime/client/hub-connection.ts";
import { type Server, startHub } from "../bus/servers.ts";
import { test } from "../rig/test.ts";
import { type OpenLog, type SagaPlace, sagaContract } from "./saga-contract.ts";
import { sagaFullDiskContract } from "./saga-full-disk-contract.ts";
import { sagaLivesContract } from "./saga-lives-contract.ts";

let hub: Server;
test.before(async () => {
  hub = await startHub();
});
test.after(async () => {
  await hub[Symbol.asyncDispose]();
});

let namespaces = 0;

class OperatedHubLog extends HubSagaLog implements OpenLog {
  private readonly session: HubSession;

  constructor(session: HubSession) {
    super(session);
    this.session = session;
  }

  async obey(name: string, id: string, is: "retry" | "skip", step?: string): Promise<void> {
    const words = ["GHOST.SAGA", is, name, id, ...(step === undefined ? [] : [step])];
    await this.session.send(words).catch((error: unknown) => {
      throw hubError(error, `${is} it`);
    });
  }

  /** As the end of its program does. */
  close(): Promise<void> {
    return this.session.close();
  }

  async look(name: string, id: string): ReturnType<OpenLog["look"]> {
    const reply = (await this.session.send(["GHOST.SAGA", "READ", name, id])) as [Uint8Array, Uint8Array[]] | null;
    return reply && { state: Buffer.from(reply[0]).toString() as SagaState, records: reply[1].length };
  }
}

class OperatedMemoryLog extends MemorySagaLog implements OpenLog {
  async look(name: string, id: string): ReturnType<OpenLog["look"]> {
    const saga = this.find(name, id);
    return saga ? { state: saga.state, records: saga.records } : null;
  }
}

/** A namespace of its own. */
async function inHub(): Promise<SagaPlace> {
  const identity = { namespace: `app${++namespaces}` };
  const sessions: HubSession[] = [];
  return {
    open() {
      const session = hubSession({ path: hub.path }, { identity, patienceMs: 500 });
      sessions.push(session);
      return new OperatedHubLog(session);
    },
    async [Symbol.asyncDispose]() {
      for (const session of sessions) await session.close();
    },
  };
}

async function inMemory(): Promise<SagaPlace> {
  const log = new OperatedMemoryLog(Date.now);
  return { open: () => log, [Symbol.asyncDispose]: async () => undefined };
}

sagaContract({ name: "memory", open: inMemory });
sagaContract({ name: "hub", open: inHub });
sagaLivesContract({ name: "hub", open: inHub }, (log) => (log as OperatedHubLog).close());
sagaFullDiskContract({ name: "memory", open: inMemory });
sagaFullDiskContract({ name: "hub", open: inHub });

test.run();
