/** A database that is nowhere but in this process's memory. */
import { Database, type SqliteSession } from "./database.ts";
import { sqliteEngine } from "./engine.ts";
import { SQLITE_OK, sqliteError } from "./failure.ts";
import { connectTo } from "./open.ts";

const IN_MEMORY = ":memory:";

/** Opens an empty database of its own, which is gone when it is closed. Throws DATABASE_FAILED. */
export async function openMemorySqlite(): Promise<SqliteSession> {
  const engine = await sqliteEngine();
  const { result, pointer } = connectTo(engine, IN_MEMORY);
  if (result === SQLITE_OK) return new Database(engine, { path: IN_MEMORY, pointer, release: () => undefined });
  const message = engine.heap.text(engine.sqlite.sqlite3_errmsg(pointer));
  engine.sqlite.sqlite3_close_v2(pointer);
  throw sqliteError({ action: "open", path: IN_MEMORY, result, message, system: null });
}
