import type { SqliteSession } from "../../storage/sqlite/open.ts";
import { HASH, type KeyType } from "./schema.ts";
import type { Entry } from "./space.ts";
import type { Turn } from "./turn.ts";

/** Rows removed at once. */
const GARBAGE_ROWS = 1000;

/** A table that has rows of an object: its primary key, and which rows are the object's (default `object = ?1`). */
export interface GarbageTable {
  readonly name: string;
  readonly key: string;
  readonly by?: string;
}

/** Where the rows of hashes and streams are. Streams add theirs. */
const TABLES: Record<number, GarbageTable[]> = {
  [HASH]: [
    { name: "fields", key: "field" },
    { name: "hashes", key: "object" },
  ],
};

/** A kind of object tells where its rows are, so that they go when it goes; a table is emptied of them before the next one. */
export function removeWith(type: KeyType, tables: GarbageTable[]): void {
  TABLES[type] = tables;
}

/** Hashes and streams whose key is gone: their rows are removed a few at a time, so that nobody waits for a million of them. */
export class Garbage {
  /** Whether there may be some. */
  hasSome = true;
  private readonly db: SqliteSession;
  private readonly turn: Turn;

  constructor(db: SqliteSession, turn: Turn) {
    this.db = db;
    this.turn = turn;
  }

  add({ object, type }: Entry): void {
    this.turn.run("INSERT OR REPLACE INTO garbage (object, type) VALUES (?, ?)", [object, type]);
    this.hasSome = true;
  }

  /** All objects of a namespace. */
  addAll(namespace: number): void {
    this.turn.run("INSERT INTO garbage (object, type) SELECT object, type FROM keys WHERE namespace = ? AND object IS NOT NULL", [
      namespace,
    ]);
    this.hasSome = true;
  }

  /** Removes some rows. */
  tidy(): void {
    if (!this.hasSome) return;
    const row = this.db.get<{ object: number; type: number }>("SELECT object, type FROM garbage LIMIT 1");
    this.hasSome = row !== undefined;
    if (!row) return;
    let removed = 0;
    for (const { name, key, by = "object = ?1" } of TABLES[row.type] ?? []) {
      const rows = `SELECT ${key} FROM ${name} WHERE ${by} LIMIT ${GARBAGE_ROWS}`;
      removed += this.turn.run(`DELETE FROM ${name} WHERE ${by} AND (${key}) IN (${rows})`, [row.object]);
      // Later tables tell where the rows of earlier ones are.
      if (removed >= GARBAGE_ROWS) break;
    }
    if (removed === 0) this.turn.run("DELETE FROM garbage WHERE object = ?", [row.object]);
  }
}
