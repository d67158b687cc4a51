/** The SQLite that a runtime has built in (`bun:sqlite`, `node:sqlite`), in memory, as what runs statements wants it. */
import { GhostError } from "../../../core/errors/ghost-error.ts";
import type { SqlSession } from "../../hub/sql/session.ts";
import type { RowVisitor } from "../../storage/sqlite/database.ts";
import { type SqlParameter, SqlReal, type SqlValue } from "../../storage/sqlite/statement.ts";

/** One statement of either. */
export interface NativeStatement {
  readonly columns: readonly string[];
  /** Runs it: all rows, integers as bigint. */
  rows(parameters: readonly NativeValue[]): NativeValue[][];
  /** Runs it: how many rows it changed. */
  run(parameters: readonly NativeValue[]): number;
}

/** What goes in and comes out. */
export type NativeValue = string | number | bigint | Uint8Array | null;

/** An open database of either. What its functions throw is SQLite's. */
export interface NativeDatabase {
  prepare(sql: string): NativeStatement;
  exec(sql: string): void;
  close(): void;
}

/** SQLite counts no statement that changes nothing; who asks for changes asks of one that does. */
export class NativeSession implements SqlSession {
  private readonly db: NativeDatabase;
  private readonly countParameters: (sql: string) => number;

  constructor(db: NativeDatabase, countParameters: (sql: string) => number) {
    this.db = db;
    this.countParameters = countParameters;
  }

  run(sql: string, parameters: readonly SqlParameter[] = []): number {
    return this.attempt(() => this.prepare(sql, parameters).run(parameters.map(toNative)));
  }

  get<Row>(sql: string, parameters: readonly SqlParameter[] = []): Row | undefined {
    const statement = this.attempt(() => this.prepare(sql, parameters));
    const [row] = this.attempt(() => statement.rows(parameters.map(toNative)));
    return row && (Object.fromEntries(statement.columns.map((name, column) => [name, fromNative(row[column] ?? null)])) as Row);
  }

  exec(sql: string): void {
    this.attempt(() => this.db.exec(sql));
  }

  visit(sql: string, parameters: readonly SqlParameter[], visitor: RowVisitor): string[] {
    const statement = this.attempt(() => this.prepare(sql, parameters));
    visitor.begin?.(statement.columns.length);
    for (const row of this.attempt(() => statement.rows(parameters.map(toNative))))
      visitor.row({
        columnCount: row.length,
        value: (column) => fromNative(row[column] ?? null),
        isReal: (column) => typeof row[column] === "number",
      });
    return [...statement.columns];
  }

  /** A BEGIN is refused exactly when a transaction is open. */
  isInTransaction(): boolean {
    try {
      this.db.exec("BEGIN");
    } catch {
      return true;
    }
    this.db.exec("ROLLBACK");
    return false;
  }

  copyTo(): void {
    throw new GhostError("UNSUPPORTED", "cannot copy a database that is in a test's memory");
  }

  /** Nobody asks a test to give memory back. */
  memoryBytes(): number {
    return 0;
  }

  close(): void {
    this.db.close();
  }

  private prepare(sql: string, parameters: readonly SqlParameter[]): NativeStatement {
    const wanted = this.countParameters(sql);
    if (wanted !== parameters.length) throw failed(`the statement wants ${wanted} values and got ${parameters.length}`);
    return this.db.prepare(sql);
  }

  private attempt<T>(work: () => T): T {
    try {
      return work();
    } catch (error) {
      if (error instanceof GhostError) throw error;
      const { message, errno, errcode } = error as { message: string; errno?: number; errcode?: number };
      throw failed(message, errno ?? errcode);
    }
  }
}

function failed(reason: string, sqlite?: number): GhostError {
  return new GhostError("DATABASE_FAILED", `cannot use the database: ${reason}`, {
    details: { reason, ...(sqlite !== undefined && { sqlite }) },
  });
}

/** A whole number is an integer, unless it is said to be a real. */
function toNative(value: SqlParameter): NativeValue {
  if (value instanceof SqlReal) return value.value;
  return typeof value === "number" && Number.isInteger(value) ? BigInt(value) : value;
}

function fromNative(value: NativeValue): SqlValue {
  if (typeof value !== "bigint") return value;
  return value >= Number.MIN_SAFE_INTEGER && value <= Number.MAX_SAFE_INTEGER ? Number(value) : value;
}
