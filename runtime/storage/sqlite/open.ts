/** Opens a database file for this process alone. */
import { accessSync, closeSync, constants, existsSync, fsyncSync, openSync, realpathSync } from "node:fs";
import { basename, dirname, join, resolve } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { GhostError } from "../../../core/errors/ghost-error.ts";
import { lookAt } from "../../system/look-at.ts";
import { Database, type SqliteDatabase, type SqliteSession } from "./database.ts";
import { type Engine, sqliteEngine } from "./engine.ts";
import { errorName } from "./errno.ts";
import { databaseError, SQLITE_OK, sqliteError, systemError } from "./failure.ts";
import { directoryLockOwner, takeDirectoryLock } from "./lock-directory.ts";
import { findLockHolder, nameOf } from "./lock-holder.ts";

export type { RowVisitor, SqliteDatabase, SqliteSession, Synchronous } from "./database.ts";
export { type SqlParameter, SqlReal, type SqlRow, type SqlValue } from "./statement.ts";

export interface OpenOptions {
  /** NORMAL (default): commits survive this process; FULL: also the machine. */
  readonly synchronous?: "NORMAL" | "FULL";
  /** Whether to check the whole file first (see README.md for what that costs); default true. False opens a damaged file for reading what is left. */
  readonly verify?: boolean;
}

/** How long an open waits for a lock, in milliseconds: `sqlite3 FILE 'select …'` may just be reading. */
const LOCK_WAIT_MS = 250;
const LOCK_PAUSE_MS = 25;
/** The log is cut back to this size when it is reused, in bytes: SQLite's own limit before a checkpoint, 1000 pages. */
const LOG_BYTES_KEPT = 4_096_000;

const SETTINGS = [
  // First: it keeps the index of the log in memory, so that no shared memory is needed, and the lock for as long as it is open.
  "PRAGMA locking_mode=EXCLUSIVE",
  "PRAGMA journal_mode=WAL",
  "PRAGMA temp_store=MEMORY",
  `PRAGMA journal_size_limit=${LOG_BYTES_KEPT}`,
];

/**
 * Opens the database at `path`, and makes it (mode 0600) if it is not there; its folder must be. The file is held
 * exclusively until `close`. Throws DATABASE_LOCKED (`details.pid` if known), STATE_DAMAGED, PERMISSION_DENIED, NO_SPACE,
 * DIRECTORY_NOT_FOUND or DATABASE_FAILED.
 */
export async function openSqlite(path: string, options: OpenOptions = {}): Promise<SqliteSession> {
  const real = realPath(path);
  const engine = await sqliteEngine();
  const deadline = performance.now() + LOCK_WAIT_MS;
  for (;;) {
    try {
      return openNow(engine, real, options);
    } catch (error) {
      if (!isLocked(error)) throw error;
      if (performance.now() >= deadline) throw explainLock(error, real);
    }
    await pause(LOCK_PAUSE_MS);
  }
}

/** Opens the file of a database that was closed, at once. Throws what `openSqlite` throws, DATABASE_LOCKED without a wait. */
export function reopenSqlite(closed: SqliteDatabase, options: OpenOptions = {}): SqliteDatabase {
  const { engine, path } = closed as Database;
  if (engine.broken) throw databaseError("DATABASE_FAILED", "open", path, `SQLite broke down (${engine.broken.message})`);
  return openNow(engine, path, options);
}

function openNow(engine: Engine, path: string, options: OpenOptions): SqliteSession {
  refuseDirectory(path);
  const isNew = !existsSync(path);
  const database = connect(engine, path);
  try {
    prepare(database, options);
    if (isNew) syncFolder(path);
    return database;
  } catch (error) {
    database.close();
    throw error;
  }
}

/** SQLite would say no more than that it cannot open it. */
function refuseDirectory(path: string): void {
  if (!lookAt(path).stats?.isDirectory()) return;
  throw new GhostError("DATABASE_FAILED", `cannot open ${path}: it is a directory`, {
    hint: "move it aside: a database is a file, and a new one is made where there is none",
    details: { path },
  });
}

function connect(engine: Engine, path: string): Database {
  const unlock = lock(engine, path);
  const name = engine.names.add(path);
  const release = () => {
    engine.names.remove(name);
    unlock();
  };
  engine.files.failure = null;
  const { result, pointer } = connectTo(engine, name);
  if (result === SQLITE_OK) return new Database(engine, { path, pointer, release });
  const message = engine.heap.text(engine.sqlite.sqlite3_errmsg(pointer));
  engine.sqlite.sqlite3_close_v2(pointer);
  release();
  throw sqliteError({ action: "open", path, result, message, system: engine.files.failure });
}

/** SQLite's own open: the result code, and the connection, which is there even after an error. */
export function connectTo({ sqlite, heap }: Engine, name: string): { result: number; pointer: number } {
  const out = sqlite.malloc(8 + name.length);
  heap.bytes.write(`${name}\0`, out + 4);
  const result = sqlite.sqlite3_open(out + 4, out);
  const pointer = heap.i32[out >> 2] as number;
  sqlite.free(out);
  return { result, pointer };
}

/**
 * A process with SQLite's locks and one without look at each other's kind after taking their own, so that at least one
 * of two that come at once sees the other.
 */
function lock(engine: Engine, path: string): () => void {
  if (engine.hasRangeLocks) return () => undefined;
  const taken = takeLock(path);
  if ("ownerPid" in taken) throw lockedBy(path, taken.ownerPid);
  const holder = findLockHolder(path);
  if (!holder) return taken.release;
  taken.release();
  throw lockedBy(path, holder.pid);
}

function takeLock(path: string): ReturnType<typeof takeDirectoryLock> {
  try {
    return takeDirectoryLock(path);
  } catch (error) {
    throw systemError("open", path, errorName(error));
  }
}

function prepare(database: Database, options: OpenOptions): void {
  for (const setting of SETTINGS) database.exec(setting);
  database.setSynchronous(options.synchronous ?? "NORMAL");
  // The first look into the file: only now does SQLite read it, and take the lock.
  const mode = database.get<{ journal_mode: string }>("PRAGMA journal_mode")?.journal_mode;
  database.get("SELECT count(*) FROM sqlite_schema");
  if (mode !== "wal")
    throw databaseError("DATABASE_FAILED", "open", database.path, `SQLite keeps a ${mode} journal and not a write-ahead log`);
  if (!existsSync(database.path)) throw databaseError("DATABASE_FAILED", "open", database.path, "SQLite made no file");
  const owner = directoryLockOwner(database.path);
  if (owner !== undefined && owner !== process.pid) throw lockedBy(database.path, owner);
  if (options.verify ?? true) database.verify();
}

/** A new file is there after a power cut only when its folder is on disk. */
function syncFolder(path: string): void {
  const fd = openSync(dirname(path), "r");
  try {
    fsyncSync(fd);
  } finally {
    closeSync(fd);
  }
}

/** The file behind symbolic links, as SQLite itself finds it, so that `sqlite3` looks for the log at the same place. */
function realPath(path: string): string {
  const absolute = resolve(path);
  try {
    const real = existsSync(absolute) ? realpathSync(absolute) : join(realpathSync(dirname(absolute)), basename(absolute));
    if (existsSync(real)) accessSync(real, constants.R_OK | constants.W_OK);
    accessSync(dirname(real), constants.W_OK | constants.X_OK);
    return real;
  } catch (error) {
    throw systemError("open", absolute, errorName(error));
  }
}

function isLocked(error: unknown): boolean {
  return error instanceof GhostError && error.code === "DATABASE_LOCKED";
}

function explainLock(error: unknown, path: string): unknown {
  if (error instanceof GhostError && error.details?.pid !== undefined) return error;
  const holder = findLockHolder(path);
  return holder ? lockedBy(path, holder.pid) : databaseError("DATABASE_LOCKED", "open", path, "another process holds it");
}

function lockedBy(path: string, pid: number): GhostError {
  const who = pid === process.pid ? "this process has it open already" : `${nameOf(pid) || "a process"} (pid ${pid}) holds it`;
  return databaseError("DATABASE_LOCKED", "open", path, who, { pid });
}
