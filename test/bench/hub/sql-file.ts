/** How long a file of SQL takes to be opened and read, small and large. */
import { mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { startHub } from "../../hub/servers/hub.ts";
import { Connection } from "../../hub/wire/connection.ts";
import { say } from "./redis-benchmark.ts";

/** Rows of a kilobyte: 10 MB and 1 GB. */
const SMALL_ROWS = 10_000;
const LARGE_ROWS = 1_000_000;
/** Rows read by their number, one after the other. */
const READS = 2_000;

/** Seconds until the first answer from the large file, and its reads a second as a multiple of the small one's. */
export async function sqlFileFigures(): Promise<{ readonly openSeconds: number; readonly readFactor: number }> {
  const small = await readings(SMALL_ROWS);
  const large = await readings(LARGE_ROWS);
  return { openSeconds: large.openMs / 1000, readFactor: large.readsPerSecond / small.readsPerSecond };
}

async function readings(rows: number): Promise<{ openMs: number; readsPerSecond: number }> {
  const home = mkdtempSync(join(tmpdir(), "gb-"));
  try {
    mkdirSync(join(home, "data"), { mode: 0o700 });
    await say([
      "sqlite3",
      join(home, "data", "default.db"),
      `pragma journal_mode=wal; create table t (id integer primary key, v blob); with recursive n(i) as (select 1 union all select i + 1 from n where i < ${rows}) insert into t select i, randomblob(980) from n;`,
    ]);
    await using hub = await startHub({ home });
    const connection = await Connection.open(hub.socket);
    const openMs = await timed(() => read(connection, rows));
    const readMs = await timed(async () => {
      for (let at = 0; at < READS; at += 1) await read(connection, 1 + ((at * 7919) % rows));
    });
    connection.close();
    return { openMs, readsPerSecond: READS / (readMs / 1000) };
  } finally {
    rmSync(home, { recursive: true, force: true });
  }
}

async function read(connection: Connection, id: number): Promise<void> {
  const reply = await connection.call("GHOST.QUERY", "select length(v) from t where id = ?", `[${id}]`);
  if (reply.kind !== "bulk" || !reply.text.includes("980")) throw new Error(`the hub answered ${JSON.stringify(reply).slice(0, 200)}`);
}

async function timed(work: () => Promise<void>): Promise<number> {
  const startedMs = performance.now();
  await work();
  return performance.now() - startedMs;
}
