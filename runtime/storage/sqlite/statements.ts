/** The prepared statements of one database, the most recently used ones kept. */
import type { Engine } from "./engine.ts";
import { SQLITE_OK } from "./failure.ts";
import { wideBits, wideIntegers } from "./integers.ts";
import { castToInteger, countParameters } from "./parameters.ts";
import type { Scratch } from "./scratch.ts";
import { type Fail, type SqlParameter, Statement } from "./statement.ts";

/** Statements kept per database; one is 2 to 10 KB of the module's memory. */
const STATEMENTS_MAX = 64;
/** Statements after which `sqlite3_changes` counts their rows, and not those of an earlier one. */
const CHANGE = /^(?:\s|--[^\n]*\n|\/\*[\s\S]*?\*\/)*(?:insert|update|delete|replace|with)\b/i;
/** EXPLAIN shows what a statement points to without the check that the schema is still the same (vdbeaux.c, sqlite3VdbeList): one that was kept could read freed memory. */
const EXPLAIN = /^(?:[\s;]|--[^\n]*\n|\/\*[\s\S]*?\*\/)*explain\b/i;
/** What may follow the one statement that a call runs. */
const NOTHING_MORE = /^(?:[\s;]|--[^\n]*(?:\n|$)|\/\*[\s\S]*?(?:\*\/|$))*$/;

export class Statements {
  private readonly kept = new Map<string, Statement>();
  private readonly engine: Engine;
  private readonly database: number;
  private uses = 0;
  /** Under what a text and its wide parameters are kept. */
  private readonly keys = new Map<string, Map<number, string>>();
  private readonly scratch: Scratch;
  private readonly fail: Fail;

  constructor(engine: Engine, database: number, scratch: Scratch, fail: Fail) {
    this.engine = engine;
    this.database = database;
    this.scratch = scratch;
    this.fail = fail;
  }

  /** The statement for this text and these values, prepared now or before. Throws what SQLite says against the text. */
  for(sql: string, values: readonly SqlParameter[]): Statement {
    const bits = wideBits(values, this.fail);
    // Which parameters need a cast is part of the text that is prepared.
    const key = bits === 0 ? sql : this.keyOf(sql, bits, values);
    const known = this.kept.get(key);
    const statement = known ?? this.prepare(bits === 0 ? sql : castToInteger(sql, wideIntegers(values, this.fail) ?? new Set()));
    statement.usedAt = ++this.uses;
    if (known || statement.isForOnce) return statement;
    this.kept.set(key, statement);
    if (this.kept.size > STATEMENTS_MAX) this.dropOldest();
    return statement;
  }

  /** Frees them all. */
  clear(): void {
    for (const statement of this.kept.values()) statement.finalize();
    this.kept.clear();
  }

  /** The same string each time where that is possible: a new one would have to be hashed. */
  private keyOf(sql: string, bits: number, values: readonly SqlParameter[]): string {
    if (bits < 0) return `${sql}\0${[...(wideIntegers(values, this.fail) ?? [])].join()}`;
    const keys = this.keys.get(sql) ?? new Map<number, string>();
    const key = keys.get(bits) ?? `${sql}\0bits ${bits}`;
    if (keys.size === 0) this.keys.set(sql, keys);
    if (!keys.has(bits)) keys.set(bits, key);
    if (this.keys.size > STATEMENTS_MAX) this.keys.clear();
    return key;
  }

  private prepare(sql: string): Statement {
    try {
      const pointer = this.prepareText(sql);
      return new Statement(
        this.engine,
        this.scratch,
        { pointer, parameterCount: countParameters(sql), isChange: CHANGE.test(sql), isForOnce: EXPLAIN.test(sql) },
        this.fail,
      );
    } finally {
      this.scratch.clear();
    }
  }

  private prepareText(sql: string): number {
    const { sqlite, heap } = this.engine;
    const { out } = this.scratch;
    const text = this.scratch.text(sql);
    const end = text + this.scratch.length;
    const result = sqlite.sqlite3_prepare_v2(this.database, text, this.scratch.length + 1, out, out + 4);
    if (result !== SQLITE_OK) this.fail(result);
    const pointer = heap.i32[out >> 2] as number;
    if (pointer === 0) this.fail("the SQL text holds no statement");
    if (NOTHING_MORE.test(heap.bytes.toString("utf8", heap.i32[(out >> 2) + 1], end))) return pointer;
    sqlite.sqlite3_finalize(pointer);
    return this.fail("the SQL text holds more than one statement");
  }

  private dropOldest(): void {
    const [key, statement] = [...this.kept].reduce((oldest, one) => (one[1].usedAt < oldest[1].usedAt ? one : oldest));
    this.kept.delete(key);
    statement.finalize();
  }
}
