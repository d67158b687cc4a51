import type { HubSession, SessionEvent } from "../../core/bus/session/session.ts";
import { SessionInvalidation } from "../../core/data/cache/session-invalidation.ts";
import type { GhostData } from "../../core/data/ghost-data.ts";
import { hubGhostData } from "../../core/data/hub/hub-data.ts";
import { hubSession } from "../../runtime/client/hub-connection.ts";
import type { Opened } from "./data-contract.ts";
import { type Decorated, decorate } from "./stacks.ts";

const NAMESPACE = "shop";

interface Connection {
  readonly session: HubSession;
  readonly bus: SessionInvalidation;
}

/** Data in the hub. */
export async function openInHub(path: string): Promise<Opened> {
  const { session } = connect(path);
  return owned(hubGhostData(session), session);
}

/** The same with all decorators; invalidations go over the bus. */
export async function openDecoratedInHub(path: string): Promise<Opened & Decorated> {
  const listening: { stack?: Decorated } = {};
  const { session, bus } = connect(path, () => listening.stack?.resilient.storeIsBack());
  const stack = await decorate(hubGhostData(session), { namespace: NAMESPACE, bus });
  listening.stack = stack;
  return { ...stack, ...owned(stack.data, session) };
}

/** Empties the namespace that all tests of a file share: one of its own for each would be a process for each. */
export async function emptyHub(path: string): Promise<void> {
  const { session } = connect(path);
  await using data = hubGhostData(session);
  await session.send(["FLUSHDB"]);
  for await (const key of data.scan("shared:*")) await data.delete(key);
  const tables = await data.query<{ name: string }>("SELECT name FROM sqlite_schema WHERE type = 'table' ORDER BY name");
  for (const { name } of tables) await data.execute(`DROP TABLE ${name}`);
  await session.close();
}

function connect(path: string, connected: () => void = () => undefined): Connection {
  const listening: { bus?: SessionInvalidation } = {};
  const identity = { namespace: NAMESPACE, durability: "relaxed" } as const;
  const onEvent = (event: SessionEvent): void => {
    listening.bus?.onSessionEvent(event);
    if (event.event === "connected") connected();
  };
  const session = hubSession({ path }, { identity, patienceMs: 500, onEvent });
  const bus = new SessionInvalidation(session);
  listening.bus = bus;
  return { session, bus };
}

function owned(data: GhostData, session: HubSession): Opened {
  return {
    data,
    async [Symbol.asyncDispose]() {
      await data[Symbol.asyncDispose]();
      await session.close();
    },
  };
}
