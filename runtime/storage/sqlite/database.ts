/** One open database. */
import { closeSync, fsyncSync, openSync } from "node:fs";
import { GhostError } from "../../../core/errors/ghost-error.ts";
import { breakDown, type Engine } from "./engine.ts";
import { databaseError, SQLITE_OK, sqliteError } from "./failure.ts";
import { Scratch } from "./scratch.ts";
import type { SqlParameter, SqlRow, SqlValue, Statement } from "./statement.ts";
import { Statements } from "./statements.ts";

/** How far a commit goes (https://sqlite.org/pragma.html#pragma_synchronous): FULL survives the machine's end, NORMAL and OFF this process's; after a power cut OFF may leave a damaged file. */
export type Synchronous = "OFF" | "NORMAL" | "FULL";

/** An open database. Every call runs to its end before it returns; failures are GhostErrors. */
export interface SqliteDatabase {
  /** The file, symbolic links resolved. */
  readonly path: string;
  /** Runs one statement; returns how many rows it changed. */
  run(sql: string, params?: readonly SqlParameter[]): number;
  /** All rows of one statement. Integers beyond 2^53 come as bigint. */
  all<Row>(sql: string, params?: readonly SqlParameter[]): Row[];
  /** The first row of one statement. */
  get<Row>(sql: string, params?: readonly SqlParameter[]): Row | undefined;
  /** Runs any number of statements without parameters; their rows are dropped. */
  exec(sql: string): void;
  /** Runs `work` as one transaction, which is undone if it throws; inside another one it can fail alone. `work` is synchronous. */
  transaction<T>(work: () => T): T;
  /** From the next transaction on; not inside one. */
  setSynchronous(mode: Synchronous): void;
  /** Moves all that is in the write-ahead log into the file, and empties the log. */
  checkpoint(): void;
  /** Writes all that is committed into a new file at `path`, where nothing may be, and to the disk. Not inside a transaction. */
  copyTo(path: string): void;
  /** Reads the whole file; throws STATE_DAMAGED with what is wrong. */
  verify(): void;
  /** Frees all; twice is once. An open transaction is undone. */
  close(): void;
}

/** What calls back for the statement that `visit` runs. Neither function may use the database; what one throws, a GhostError, ends the statement. */
export interface RowVisitor {
  /** Told before the statement runs how many columns its rows have; 0 of one that gives no rows. */
  begin?(columnCount: number): void;
  row(row: SqlRow): void;
}

/** An open database for who runs statements that others wrote. */
export interface SqliteSession extends SqliteDatabase {
  /** The first row's values in their order, for who asks very often: names cost more than a look into an index. */
  values(sql: string, params?: readonly SqlValue[]): SqlValue[] | undefined;
  /** Opens a transaction that goes on until `commit` or `rollback`: for work that does not end in one call. Not inside another one. */
  begin(): void;
  /** Ends what `begin` began. After an error it is undone. */
  commit(): void;
  /** Undoes what `begin` began. */
  rollback(): void;
  /** Runs one statement and shows its rows one by one; gives the columns' names, those that occur twice included. */
  visit(sql: string, params: readonly SqlParameter[], visitor: RowVisitor): string[];
  /** True while a transaction is open, whoever began it. */
  isInTransaction(): boolean;
  /** Memory of the module, in bytes, all databases of the process together: as much as was ever needed at once. */
  memoryBytes(): number;
}

/** The database behind a connection that `open.ts` made. */
export class Database implements SqliteSession {
  readonly path: string;
  readonly engine: Engine;
  private readonly pointer: number;
  private readonly scratch: Scratch;
  private readonly statements: Statements;
  private readonly release: () => void;
  private synchronous: Synchronous | null = null;
  private depth = 0;
  /** The error by which SQLite undid the transaction that somebody is still working in. */
  private undone: unknown = null;
  private closed = false;

  constructor(engine: Engine, connection: { path: string; pointer: number; release: () => void }) {
    this.engine = engine;
    this.path = connection.path;
    this.pointer = connection.pointer;
    this.release = connection.release;
    this.scratch = new Scratch(engine);
    this.statements = new Statements(engine, this.pointer, this.scratch, (reason) => this.fail(reason));
  }

  run(sql: string, params: readonly SqlParameter[] = []): number {
    return this.execute(sql, params, (statement) => {
      while (statement.step());
      return statement.isChange ? this.engine.sqlite.sqlite3_changes(this.pointer) : 0;
    });
  }

  all<Row>(sql: string, params: readonly SqlParameter[] = []): Row[] {
    return this.execute(sql, params, (statement) => {
      const rows: Record<string, SqlValue>[] = [];
      if (!statement.step()) return rows as Row[];
      const columns = statement.columns();
      do rows.push(statement.row(columns));
      while (statement.step());
      return rows as Row[];
    });
  }

  get<Row>(sql: string, params: readonly SqlParameter[] = []): Row | undefined {
    return this.execute(sql, params, (statement) => (statement.step() ? (statement.row(statement.columns()) as Row) : undefined));
  }

  values(sql: string, params: readonly SqlValue[] = []): SqlValue[] | undefined {
    return this.execute(sql, params, valuesOf);
  }

  visit(sql: string, params: readonly SqlParameter[], visitor: RowVisitor): string[] {
    return this.execute(sql, params, (statement) => {
      visitor.begin?.(statement.columnCount);
      while (statement.step()) visitor.row(statement);
      return statement.columns();
    });
  }

  exec(sql: string): void {
    this.enter();
    this.watched(() => {
      const result = this.execText(sql);
      if (result !== SQLITE_OK) this.fail(result);
    });
  }

  transaction<T>(work: () => T): T {
    const name = this.depth === 0 ? null : `nested_${this.depth}`;
    this.run(name ? `SAVEPOINT ${name}` : "BEGIN IMMEDIATE");
    this.depth++;
    try {
      const result = refusePromise(work());
      this.run(name ? `RELEASE ${name}` : "COMMIT");
      return result;
    } catch (error) {
      this.undo(name);
      throw error;
    } finally {
      this.depth--;
      if (this.depth === 0) this.undone = null;
    }
  }

  begin(): void {
    if (this.depth > 0) throw new Error("begin was called inside a transaction");
    this.run("BEGIN IMMEDIATE");
    this.depth = 1;
  }

  commit(): void {
    try {
      this.run("COMMIT");
    } catch (error) {
      this.rollback();
      throw error;
    }
    this.depth = 0;
  }

  rollback(): void {
    if (this.depth > 0) this.undo(null);
    this.depth = 0;
    this.undone = null;
  }

  setSynchronous(mode: Synchronous): void {
    if (mode === this.synchronous) return;
    if (this.depth > 0) throw new Error("setSynchronous was called inside a transaction, where SQLite ignores it");
    this.exec(`PRAGMA synchronous=${mode}`);
    this.synchronous = mode;
  }

  checkpoint(): void {
    this.get("PRAGMA wal_checkpoint(TRUNCATE)");
  }

  copyTo(path: string): void {
    const name = this.engine.names.add(path);
    try {
      this.run("VACUUM INTO ?", [name]);
    } finally {
      this.engine.names.remove(name);
    }
    const fd = openSync(path, "r");
    try {
      fsyncSync(fd);
    } finally {
      closeSync(fd);
    }
  }

  verify(): void {
    const found = this.all<{ quick_check: string }>(`PRAGMA quick_check(${FINDINGS_MAX})`).map((row) => row.quick_check);
    if (found[0] !== "ok") throw databaseError("STATE_DAMAGED", "use", this.path, `the file is damaged: ${found[0]}`, { findings: found });
  }

  close(): void {
    if (this.closed) return;
    this.closed = true;
    if (!this.engine.broken) this.disconnect();
    this.release();
  }

  private disconnect(): void {
    this.statements.clear();
    this.scratch.free();
    this.engine.sqlite.sqlite3_close_v2(this.pointer);
  }

  private execute<T>(sql: string, params: readonly SqlParameter[], work: (statement: Statement) => T): T {
    this.enter();
    let statement: Statement | null = null;
    try {
      return this.watched(() => {
        statement = this.statements.for(sql, params);
        if (statement.parameterCount !== params.length)
          this.fail(
            `the statement wants ${statement.parameterCount} ${statement.parameterCount === 1 ? "value" : "values"} and got ${params.length}`,
          );
        statement.bind(params);
        return work(statement);
      });
    } finally {
      if (!this.engine.broken) this.tidy(statement);
    }
  }

  private tidy(statement: Statement | null): void {
    if (statement?.isForOnce) statement.finalize();
    else statement?.reset();
    this.scratch.clear();
  }

  private enter(): void {
    if (this.closed) throw databaseError("DATABASE_FAILED", "use", this.path, "it was closed");
    if (this.engine.broken)
      throw databaseError("DATABASE_FAILED", "use", this.path, `SQLite broke down (${this.engine.broken.message}); open it again`);
    // What would run now would be committed alone, though its caller believes it part of a whole.
    if (this.undone) throw this.undone;
    this.engine.files.failure = null;
  }

  /**
   * Runs `work`. After an error inside a transaction, finds out whether SQLite has undone that
   * (https://sqlite.org/lang_transaction.html#response_to_errors_within_a_transaction). What is no GhostError came out of the module itself.
   */
  private watched<T>(work: () => T): T {
    try {
      return work();
    } catch (error) {
      if (!(error instanceof GhostError)) breakDown(this.engine, error as Error);
      else if (this.depth > 0 && !this.isInTransaction()) this.undone = error;
      throw error;
    }
  }

  memoryBytes(): number {
    return this.engine.heap.bytes.length;
  }

  private undo(savepoint: string | null): void {
    if (this.engine.broken) return;
    if (savepoint === null) {
      if (this.isInTransaction()) this.execText("ROLLBACK");
    } else if (!this.undone) this.execText(`ROLLBACK TO ${savepoint}; RELEASE ${savepoint}`);
  }

  /** The module does not export sqlite3_get_autocommit; a BEGIN is refused exactly when a transaction is open. */
  isInTransaction(): boolean {
    if (this.execText("BEGIN") !== SQLITE_OK) return true;
    this.execText("ROLLBACK");
    return false;
  }

  private execText(sql: string): number {
    const result = this.engine.sqlite.sqlite3_exec(this.pointer, this.scratch.text(sql), 0, 0, 0);
    this.scratch.clear();
    return result;
  }

  private fail(reason: number | string): never {
    if (typeof reason === "string") throw databaseError("DATABASE_FAILED", "use", this.path, reason);
    const { sqlite, heap, files } = this.engine;
    const message = heap.text(sqlite.sqlite3_errmsg(this.pointer));
    throw sqliteError({ action: "use", path: this.path, result: reason, message, system: files.failure });
  }
}

function valuesOf(statement: Statement): SqlValue[] | undefined {
  if (!statement.step()) return undefined;
  const values: SqlValue[] = [];
  for (let column = 0, { columnCount } = statement; column < columnCount; column++) values.push(statement.value(column));
  return values;
}

/** As many findings of a check as help to understand it. */
const FINDINGS_MAX = 10;

function refusePromise<T>(result: T): T {
  if (result instanceof Promise) throw new TypeError("a transaction's work must be synchronous: others would run inside it");
  return result;
}
