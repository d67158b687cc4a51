/** SQL in a test, where the runtime has SQLite. */
import type { SqlPort } from "../../../core/data/ports.ts";
import { GhostError } from "../../../core/errors/ghost-error.ts";
import { InProcessSql } from "../../hub/sql/in-process.ts";
import { countParameters, parameterNames } from "../../storage/sqlite/parameters.ts";
import { type NativeDatabase, NativeSession, type NativeStatement, type NativeValue } from "./native-sqlite.ts";

/** An empty database in memory, opened by the first statement. Where the runtime has no SQLite each statement fails with UNSUPPORTED. */
export function testingSql(): SqlPort {
  let opened: Promise<SqlPort> | null = null;
  const port = (): Promise<SqlPort> => {
    opened ??= openNative().then((db) => new InProcessSql(new NativeSession(db, countParameters)));
    return opened;
  };
  return {
    query: async (...given) => (await port()).query(...given),
    execute: async (...given) => (await port()).execute(...given),
    batch: async (...given) => (await port()).batch(...given),
    begin: async (...given) => (await port()).begin(...given),
    close: async () => {
      const open = await opened?.catch(() => null);
      await open?.close();
    },
  };
}

async function openNative(): Promise<NativeDatabase> {
  if ("Bun" in globalThis) return bunDatabase(await load<BunSqlite>("bun:sqlite"));
  const node = await load<NodeSqlite>("node:sqlite").catch(() => null);
  if (node) return nodeDatabase(node);
  throw new GhostError("UNSUPPORTED", "cannot run SQL: this runtime has no SQLite for tests", {
    hint: "keys work; for SQL run the tests with `ghost test`, Bun, Deno 2.2 or Node 22.13",
  });
}

/** By a name that no bundler looks up. */
function load<Module>(name: string): Promise<Module> {
  return import(name) as Promise<Module>;
}

/** What is used of `bun:sqlite`. */
interface BunSqlite {
  readonly Database: new (path: string, options: { safeIntegers: boolean }) => BunDatabase;
}
interface BunDatabase {
  prepare(sql: string): {
    readonly columnNames: string[];
    values(...parameters: NativeValue[]): NativeValue[][] | null;
    run(...parameters: NativeValue[]): { readonly changes: number };
  };
  exec(sql: string): unknown;
  close(): void;
}

function bunDatabase({ Database }: BunSqlite): NativeDatabase {
  const db = new Database(":memory:", { safeIntegers: true });
  return {
    prepare(sql): NativeStatement {
      const statement = db.prepare(sql);
      return {
        columns: statement.columnNames,
        rows: (parameters) => statement.values(...parameters) ?? [],
        run: (parameters) => statement.run(...parameters).changes,
      };
    },
    exec: (sql) => void db.exec(sql),
    close: () => db.close(),
  };
}

/** What is used of `node:sqlite`; the optional ones came after Node 22.5. */
interface NodeSqlite {
  readonly DatabaseSync: new (path: string) => NodeDatabase;
}
interface NodeDatabase {
  prepare(sql: string): {
    columns?(): { readonly name: string }[];
    setReadBigInts(on: boolean): void;
    setReturnArrays?(on: boolean): void;
    all(...parameters: unknown[]): (NativeValue[] | Record<string, NativeValue>)[];
    run(...parameters: unknown[]): { readonly changes: number | bigint };
  };
  exec(sql: string): void;
  close(): void;
}

function nodeDatabase({ DatabaseSync }: NodeSqlite): NativeDatabase {
  const db = new DatabaseSync(":memory:");
  return {
    prepare(sql): NativeStatement {
      const statement = db.prepare(sql);
      statement.setReadBigInts(true);
      statement.setReturnArrays?.(true);
      const bound = (parameters: readonly NativeValue[]) => nodeParameters(sql, parameters);
      let columns = statement.columns?.().map(({ name }) => name);
      return {
        // Before Node 22.16 the columns are known by the first row alone.
        get columns() {
          return columns ?? ["?"];
        },
        rows: (parameters) => {
          const rows = statement.all(...bound(parameters));
          columns ??= Object.keys(rows[0] ?? {});
          return rows.map((row) => (Array.isArray(row) ? row : Object.values(row)));
        },
        run: (parameters) => Number(statement.run(...bound(parameters)).changes),
      };
    },
    exec: (sql) => db.exec(sql),
    close: () => db.close(),
  };
}

/** Node binds by position only what has no name. */
function nodeParameters(sql: string, parameters: readonly NativeValue[]): unknown[] {
  const names = parameterNames(sql);
  const named = names.flatMap((name, index) => (name === null ? [] : [[name, parameters[index]] as const]));
  const bare = parameters.filter((_, index) => (names[index] ?? null) === null);
  return named.length === 0 ? bare : [Object.fromEntries(named), ...bare];
}
