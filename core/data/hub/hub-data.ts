import { CoreGhostData } from "../core-data.ts";
import type { GhostData } from "../ghost-data.ts";
import { HubKeys } from "./hub-keys.ts";
import type { HubLinks } from "./hub-link.ts";
import { HubSql } from "./hub-sql.ts";

/** GhostData in the hub, over a connection that its owner closes. Its namespace is that of the connection. */
export function hubGhostData(links: HubLinks): GhostData {
  return new CoreGhostData(new HubKeys(links), new HubSql(links));
}
