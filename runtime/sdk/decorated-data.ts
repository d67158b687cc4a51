/** The decorators that an app's `.ghost.yaml` wants around its data. Loaded only where it has one of their sections. */
import { DATA_DEFAULT, type DataConfiguration } from "../../core/config/data-configuration.ts";
import { SessionInvalidation } from "../../core/data/cache/session-invalidation.ts";
import type { GhostData } from "../../core/data/ghost-data.ts";
import { decorateData } from "../storage/decorated-data.ts";
import type { Connection } from "./connection.ts";
import { G } from "./g.ts";

/**
 * Instrumented → Encrypted → Cached → Resilient → core, as the configuration has it now. Throws ENCRYPTION_KEY_INVALID and its like: nothing is stored in
 * plaintext by mistake.
 */
export async function decorated(connection: Connection, core: GhostData): Promise<GhostData> {
  const { config, session, metrics } = connection;
  const bus = new SessionInvalidation(session);
  const environment = process.env;
  const parts = { namespace: config.app.id, environment, log: G, metrics, bus };
  const { data, resilient } = await decorateData(core, { ...DATA_DEFAULT, ...config } as DataConfiguration, parts);
  connection.whenChanged.add((event) => {
    bus.onSessionEvent(event);
    if (event.event === "connected") resilient.storeIsBack();
  });
  return data;
}
