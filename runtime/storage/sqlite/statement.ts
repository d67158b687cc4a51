/** A prepared statement: bind, step, read (https://sqlite.org/cintro.html). */
import type { Engine } from "./engine.ts";
import { SQLITE_DONE, SQLITE_OK, SQLITE_ROW } from "./failure.ts";
import type { Scratch } from "./scratch.ts";

/** What a column or a parameter holds. Integers beyond 2^53 are read as bigint, all others as number. */
export type SqlValue = string | number | bigint | Uint8Array | null;

/** A parameter that stays a real though its value is a whole number, which a bare number would make an integer. Never read. */
export class SqlReal {
  readonly value: number;

  constructor(value: number) {
    this.value = value;
  }
}

/** What can be bound to a parameter. */
export type SqlParameter = SqlValue | SqlReal;

/** The row just reached, for as long as the visit lasts. */
export interface SqlRow {
  readonly columnCount: number;
  value(column: number): SqlValue;
  /** Whether the column holds a real, which `value` does not tell of whole numbers. */
  isReal(column: number): boolean;
}

/** Column types, from sqlite3.h. */
const INTEGER = 1;
const FLOAT = 2;
const TEXT = 3;
const BLOB = 4;
/** Up to here a loop copies faster than a call. */
const LOOP_BYTES_MAX = 96;
/** The bound bytes stay where they are until the execution ends (SQLITE_STATIC). */
const STATIC = 0;

/** Reports a result code that is an error, or a reason of our own; never returns. */
export type Fail = (reason: number | string) => never;

export class Statement implements SqlRow {
  /** How many values it asks for. */
  readonly parameterCount: number;
  /** True when `sqlite3_changes` speaks of this statement. */
  readonly isChange: boolean;
  /** True when it must be finalized after its execution. */
  readonly isForOnce: boolean;
  /** Greater than that of all statements that were last used earlier. */
  usedAt = 0;
  private readonly pointer: number;
  private readonly engine: Engine;
  private readonly scratch: Scratch;
  private readonly fail: Fail;

  constructor(
    engine: Engine,
    scratch: Scratch,
    prepared: { pointer: number; parameterCount: number; isChange: boolean; isForOnce: boolean },
    fail: Fail,
  ) {
    this.engine = engine;
    this.scratch = scratch;
    this.pointer = prepared.pointer;
    this.parameterCount = prepared.parameterCount;
    this.isChange = prepared.isChange;
    this.isForOnce = prepared.isForOnce;
    this.fail = fail;
  }

  /** Binds all parameters; the values must be in the range that `integers.ts` checks. */
  bind(values: readonly SqlParameter[]): void {
    this.engine.sqlite.sqlite3_clear_bindings(this.pointer);
    for (let index = 0; index < values.length; index++) {
      const result = this.bindOne(index + 1, values[index] as SqlParameter);
      if (result !== SQLITE_OK) this.fail(result);
    }
  }

  /** Goes to the next row; false at the end. */
  step(): boolean {
    const result = this.engine.sqlite.sqlite3_step(this.pointer);
    if (result === SQLITE_ROW) return true;
    return result === SQLITE_DONE ? false : this.fail(result);
  }

  /** How many columns a row has; 0 of a statement that gives none. */
  get columnCount(): number {
    return this.engine.sqlite.sqlite3_column_count(this.pointer);
  }

  isReal(column: number): boolean {
    return this.engine.sqlite.sqlite3_column_type(this.pointer, column) === FLOAT;
  }

  /** The columns' names, right for the row just reached: a changed schema changes them between two executions. */
  columns(): string[] {
    const { sqlite, heap } = this.engine;
    const names: string[] = new Array(sqlite.sqlite3_column_count(this.pointer));
    for (let column = 0; column < names.length; column++) names[column] = heap.text(sqlite.sqlite3_column_name(this.pointer, column));
    return names;
  }

  /** The row just reached. */
  row(columns: readonly string[]): Record<string, SqlValue> {
    const row: Record<string, SqlValue> = {};
    for (let column = 0; column < columns.length; column++) row[columns[column] as string] = this.value(column);
    return row;
  }

  /** Makes it ready for the next execution. Its error, if any, was reported by `step`. */
  reset(): void {
    this.engine.sqlite.sqlite3_reset(this.pointer);
  }

  /** Frees it; it may not be used afterwards. */
  finalize(): void {
    this.engine.sqlite.sqlite3_finalize(this.pointer);
  }

  private bindOne(index: number, value: SqlParameter): number {
    const { sqlite } = this.engine;
    if (value === null) return SQLITE_OK;
    if (typeof value === "number") {
      return value === (value | 0)
        ? sqlite.sqlite3_bind_int(this.pointer, index, value)
        : sqlite.sqlite3_bind_double(this.pointer, index, value);
    }
    if (value instanceof SqlReal) return sqlite.sqlite3_bind_double(this.pointer, index, value.value);
    if (value instanceof Uint8Array) return sqlite.sqlite3_bind_blob(this.pointer, index, this.scratch.blob(value), value.length, STATIC);
    // Values may come from outside, where no compiler has seen them.
    if (typeof value !== "string" && typeof value !== "bigint")
      return this.fail(`value ${index} is of type ${typeof value}, which SQLite does not know`);
    // A bigint goes as text to a parameter that casts it: see parameters.ts.
    const pointer = this.scratch.text(typeof value === "string" ? value : String(value));
    return sqlite.sqlite3_bind_text(this.pointer, index, pointer, this.scratch.length, STATIC);
  }

  value(column: number): SqlValue {
    const { sqlite } = this.engine;
    switch (sqlite.sqlite3_column_type(this.pointer, column)) {
      case INTEGER:
        return this.integer(column);
      case FLOAT:
        return sqlite.sqlite3_column_double(this.pointer, column);
      case TEXT:
        return this.text(column);
      case BLOB:
        return this.blob(column);
      default:
        return null;
    }
  }

  private integer(column: number): number | bigint {
    const value = this.engine.sqlite.sqlite3_column_double(this.pointer, column);
    return Number.isSafeInteger(value) ? value : BigInt(this.text(column));
  }

  private text(column: number): string {
    const { sqlite, heap } = this.engine;
    const pointer = sqlite.sqlite3_column_text(this.pointer, column);
    return heap.bytes.toString("utf8", pointer, pointer + sqlite.sqlite3_column_bytes(this.pointer, column));
  }

  private blob(column: number): Uint8Array {
    const { sqlite, heap } = this.engine;
    const pointer = sqlite.sqlite3_column_blob(this.pointer, column);
    const size = sqlite.sqlite3_column_bytes(this.pointer, column);
    const { bytes } = heap;
    if (size > LOOP_BYTES_MAX) return new Uint8Array(bytes.subarray(pointer, pointer + size));
    const copy = new Uint8Array(size);
    for (let index = 0; index < size; index++) copy[index] = bytes[pointer + index] as number;
    return copy;
  }
}
