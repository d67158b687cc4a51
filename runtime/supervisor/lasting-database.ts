import { existsSync, mkdirSync, renameSync, rmSync, statSync } from "node:fs";
import { dirname } from "node:path";
import { GhostError } from "../../core/errors/ghost-error.ts";
import { reopenSqlite, type SqliteDatabase, type SqlValue, type Synchronous } from "../storage/sqlite/open.ts";

/** How often is looked whether the files are in their place, in ms: two calls of stat. */
const LOOK_MS = 2_000;

/**
 * A database that outlives its files. Whoever removes or replaces them takes nothing from SQLite, which has them open, and everything from the
 * next daemon. Hence a look before each transaction: what is committed is first written anew at its place, so that nothing is acknowledged that rests in a file
 * without a name.
 */
export class LastingDatabase implements SqliteDatabase {
  readonly path: string;
  private current: SqliteDatabase;
  private isOpen = true;
  private depth = 0;
  private mode: Synchronous = "NORMAL";
  private inodes: readonly (number | undefined)[] = [];
  private readonly timer: ReturnType<typeof setInterval>;
  /** Called when it is seen outside a transaction that the files are gone; a transaction then puts them back. */
  onGone: () => void = () => {};
  /** Called when the file is in its place again: what stood beside it may be gone, too. */
  onRestored: () => void = () => {};

  constructor(database: SqliteDatabase) {
    this.path = database.path;
    this.current = database;
    this.remember();
    this.timer = setInterval(() => {
      if (!this.isInPlace()) this.onGone();
    }, LOOK_MS).unref();
  }

  run(sql: string, params?: readonly SqlValue[]): number {
    return this.current.run(sql, params);
  }

  all<Row>(sql: string, params?: readonly SqlValue[]): Row[] {
    return this.current.all<Row>(sql, params);
  }

  get<Row>(sql: string, params?: readonly SqlValue[]): Row | undefined {
    return this.current.get<Row>(sql, params);
  }

  exec(sql: string): void {
    this.current.exec(sql);
  }

  transaction<T>(work: () => T): T {
    if (this.depth === 0 && !this.isInPlace()) this.restore();
    this.depth += 1;
    try {
      return this.current.transaction(work);
    } finally {
      this.depth -= 1;
      // The write-ahead log is made by the first write.
      if (this.inodes[1] === undefined) this.remember();
    }
  }

  setSynchronous(mode: Synchronous): void {
    this.mode = mode;
    this.current.setSynchronous(mode);
  }

  checkpoint(): void {
    this.current.checkpoint();
  }

  copyTo(path: string): void {
    this.current.copyTo(path);
  }

  verify(): void {
    this.current.verify();
  }

  close(): void {
    clearInterval(this.timer);
    if (this.isOpen && !this.isInPlace()) this.tryRestore();
    this.current.close();
  }

  private get files(): readonly string[] {
    return [this.path, `${this.path}-wal`];
  }

  private remember(): void {
    this.inodes = this.files.map(inodeOf);
  }

  private isInPlace(): boolean {
    return this.isOpen && this.files.every((file, index) => this.inodes[index] === undefined || inodeOf(file) === this.inodes[index]);
  }

  /** Throws what the system refuses, as NO_SPACE, PERMISSION_DENIED and the like; the old files then stay open, and the next transaction tries again. */
  private restore(): void {
    if (this.isOpen) {
      try {
        this.writeAnew();
      } catch (error) {
        throw explain(this.path, error);
      }
      // It removes the log of its name, so that the new file must not be open yet.
      this.current.close();
      this.isOpen = false;
    }
    this.current = reopenSqlite(this.current);
    this.current.setSynchronous(this.mode);
    this.isOpen = true;
    this.remember();
    this.onRestored();
  }

  /** A file that somebody put there is kept under another name; the log belongs to what was there before. */
  private writeAnew(): void {
    const [file, log] = this.files as [string, string];
    const aside = `${file}.new`;
    mkdirSync(dirname(file), { recursive: true, mode: 0o700 });
    rmSync(aside, { force: true });
    this.current.copyTo(aside);
    rmSync(log, { force: true });
    const isForeign = existsSync(file) && inodeOf(file) !== this.inodes[0];
    if (isForeign) renameSync(file, `${file}.replaced-${new Date().toISOString().replace(/[:.]/g, "-")}`);
    renameSync(aside, file);
  }

  /** At the end there is nobody left to tell. */
  private tryRestore(): void {
    try {
      this.restore();
    } catch {
      // The next daemon has the copy of the definitions, if that is there.
    }
  }
}

/** Undefined where nothing is, or nothing can be seen. */
function inodeOf(path: string): number | undefined {
  try {
    return statSync(path).ino;
  } catch {
    return undefined;
  }
}

function explain(path: string, error: unknown): GhostError {
  if (error instanceof GhostError) return error;
  const { code, message } = error as NodeJS.ErrnoException;
  const known =
    code === "ENOSPC" ? "NO_SPACE" : code === "EACCES" || code === "EPERM" || code === "EROFS" ? "PERMISSION_DENIED" : "DATABASE_FAILED";
  return new GhostError(known, `cannot write ${path} anew, which was removed while the daemon runs: ${message}`, {
    hint: "make its folder writable, or free some space; it is tried again every 2 s",
    cause: error,
  });
}
