import { CoreGhostData } from "../core-data.ts";
import type { GhostData } from "../ghost-data.ts";
import { NO_SQL } from "../no-sql.ts";
import type { SqlPort } from "../ports.ts";
import { MemoryKeys } from "./memory-keys.ts";

/** What an in-memory GhostData needs. */
export interface MemoryParts {
  /** Milliseconds; a clock that never goes back, or a test's own. */
  readonly now: () => number;
  /** What runs SQL; it is closed with the data. Default: SQL is refused as UNSUPPORTED. */
  readonly sql?: SqlPort;
}

/** GhostData in this process's memory: for tests, and for apps that keep nothing. */
export function memoryGhostData({ now, sql = NO_SQL }: MemoryParts): GhostData {
  return new CoreGhostData(new MemoryKeys(now), sql);
}
