/** GhostData of this process alone, with SQL, and without a hub. */
import { join } from "node:path";
import { CoreGhostData } from "../../core/data/core-data.ts";
import type { GhostData } from "../../core/data/ghost-data.ts";
import { memoryGhostData } from "../../core/data/memory/memory-data.ts";
import { InProcessSql } from "../hub/sql/in-process.ts";
import { openSqlite } from "./sqlite/open.ts";
import { openMemorySqlite } from "./sqlite/open-memory.ts";
import { SqliteKeys } from "./sqlite-keys.ts";

/** Keys and SQL in memory: what `storage: { sqlite: { enabled: false } }` means, and a test's double. Gone when it is disposed. */
export async function openMemoryData(now: () => number = () => performance.now()): Promise<GhostData> {
  return memoryGhostData({ now, sql: new InProcessSql(await openMemorySqlite()) });
}

/** How files are kept. */
export interface FileDataOptions {
  /** The time of day in milliseconds; default the system's. */
  readonly now?: () => number;
  /** FULL, the default: what is acknowledged survives the machine's end; NORMAL: this process's. */
  readonly synchronous?: "NORMAL" | "FULL";
}

/** Keys and SQL in two files of a folder, `keys.db` and `app.db`, which this process has to itself. Throws what `openSqlite` throws. */
export async function openFileData(folder: string, { now = Date.now, synchronous = "FULL" }: FileDataOptions = {}): Promise<GhostData> {
  const keys = await openSqlite(join(folder, "keys.db"), { synchronous, verify: false });
  try {
    const sql = await openSqlite(join(folder, "app.db"), { synchronous, verify: false });
    return new CoreGhostData(new SqliteKeys(keys, now), new InProcessSql(sql));
  } catch (error) {
    keys.close();
    throw error;
  }
}
