import type { SqliteSession } from "../../storage/sqlite/open.ts";
import type { KeyType } from "./schema.ts";

/** Keys removed at once. */
const EXPIRED_MAX = 500;

/** A key whose time is over, as it is in the table. */
export interface ExpiredRow {
  readonly namespace: number;
  readonly key: Uint8Array;
  readonly type: KeyType;
  readonly object: number | null;
}

/** Knows when the next key ends, so that keys that end some time cost nothing until then. */
export class Expiries {
  /** Milliseconds since 1970; infinity: none does. */
  next = 0;
  private readonly db: SqliteSession;
  private readonly remove: (row: ExpiredRow) => void;

  constructor(db: SqliteSession, remove: (row: ExpiredRow) => void) {
    this.db = db;
    this.remove = remove;
  }

  /** Some key ends at `at`. */
  note(at: number): void {
    if (at < this.next) this.next = at;
  }

  /** Removes some of those whose time is over at `now`. What is not in the table yet is looked for again at `again`. */
  tidy(now: number, again: number): void {
    if (this.next > now) return;
    const rows = this.db.all<ExpiredRow>("SELECT namespace, key, type, object FROM keys WHERE expires <= ? LIMIT ?", [now, EXPIRED_MAX]);
    for (const row of rows) this.remove(row);
    const next = this.db.get<{ at: number | bigint | null }>("SELECT min(expires) AS at FROM keys WHERE expires IS NOT NULL")?.at;
    this.next = rows.length === EXPIRED_MAX ? now : Math.min(Number(next ?? Number.POSITIVE_INFINITY), again);
  }
}
