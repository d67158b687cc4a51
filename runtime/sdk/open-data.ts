import type { GhostData } from "../../core/data/ghost-data.ts";
import { hubGhostData } from "../../core/data/hub/hub-data.ts";
import type { Connection } from "./connection.ts";

/** Data in the hub, with the decorators that the configuration wants. */
export async function openData(connection: Connection): Promise<GhostData> {
  const core = hubGhostData(connection.session);
  const { cache, encryption, resilience } = connection.config;
  if (!(cache ?? encryption ?? resilience)) return core;
  const { decorated } = await import("./decorated-data.ts");
  return decorated(connection, core);
}
