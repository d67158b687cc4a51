/** Keys of an app in an SQLite file of this process: GhostData without a hub. */
import { sum } from "../../core/data/counter.ts";
import type { KeyChange, KeyPort, StoredText } from "../../core/data/ports.ts";
import { scanMatcher } from "../../core/data/spaces.ts";
import { type Migration, migrate } from "./sqlite/migrate.ts";
import type { SqliteDatabase } from "./sqlite/open.ts";

const MIGRATIONS: readonly Migration[] = [
  {
    version: 1,
    sql: `CREATE TABLE keys (key TEXT PRIMARY KEY, text TEXT NOT NULL, version INTEGER NOT NULL, expires_at REAL) WITHOUT ROWID;
          CREATE INDEX keys_expiring ON keys (expires_at) WHERE expires_at IS NOT NULL;
          CREATE TABLE versions (last INTEGER NOT NULL);
          INSERT INTO versions VALUES (0)`,
  },
];

interface Row {
  readonly text: string;
  readonly version: number;
  readonly expiresAt: number | null;
}

const FIND = "SELECT text, version, expires_at AS expiresAt FROM keys WHERE key = ? AND (expires_at IS NULL OR expires_at > ?)";
const PUT =
  "INSERT INTO keys VALUES (?, ?, ?, ?) ON CONFLICT (key) DO UPDATE SET text = excluded.text, version = excluded.version, expires_at = excluded.expires_at";
/** Expired keys that one write removes, so that they cost nothing after a while. */
const SWEPT_PER_WRITE = 3;
const SWEEP = `DELETE FROM keys WHERE key IN (SELECT key FROM keys WHERE expires_at <= ? LIMIT ${SWEPT_PER_WRITE})`;
/** Keys that one step of a scan reads. */
const SCAN_ROWS = 512;

/** Keys in a database of their own, which is closed with them. `now` is the time of day in milliseconds: expiries outlive the process. */
export class SqliteKeys implements KeyPort {
  private readonly db: SqliteDatabase;
  private readonly now: () => number;

  constructor(db: SqliteDatabase, now: () => number) {
    this.db = db;
    this.now = now;
    migrate(db, MIGRATIONS);
  }

  async read(keys: readonly string[]): Promise<(string | undefined)[]> {
    return keys.map((key) => this.find(key)?.text);
  }

  async readWithVersion(key: string): Promise<StoredText | undefined> {
    const row = this.find(key);
    return row && { text: row.text, version: row.version, expiresInMs: row.expiresAt === null ? null : row.expiresAt - this.now() };
  }

  async apply(changes: ReadonlyMap<string, KeyChange>): Promise<void> {
    this.db.transaction(() => {
      for (const [key, change] of changes) this.change(key, change);
    });
  }

  async remove(keys: readonly string[]): Promise<number> {
    return this.db.transaction(() => {
      const found = keys.filter((key) => this.find(key) !== undefined);
      for (const key of keys) this.db.run("DELETE FROM keys WHERE key = ?", [key]);
      return found.length;
    });
  }

  async writeIfVersion(key: string, change: NonNullable<KeyChange>, version: number): Promise<number | undefined> {
    return this.db.transaction(() => ((this.find(key)?.version ?? 0) === version ? this.change(key, change) : undefined));
  }

  async add(key: string, by: number): Promise<number> {
    return this.db.transaction(() => {
      const row = this.find(key);
      const total = sum(key, row?.text, by);
      this.put(key, String(total), row?.expiresAt ?? null);
      return total;
    });
  }

  async *scan(pattern: string): AsyncGenerator<string, void, undefined> {
    const isWanted = scanMatcher(pattern);
    let rows: { key: string }[] = this.page("", ">=");
    while (rows.length > 0) {
      for (const { key } of rows) if (isWanted(key)) yield key;
      rows = this.page(rows.at(-1)?.key ?? "", ">");
    }
  }

  async close(): Promise<void> {
    this.db.close();
  }

  private page(from: string, comparison: ">" | ">="): { key: string }[] {
    const sql = `SELECT key FROM keys WHERE key ${comparison} ? AND (expires_at IS NULL OR expires_at > ?) ORDER BY key LIMIT ${SCAN_ROWS}`;
    return this.db.all(sql, [from, this.now()]);
  }

  private find(key: string): Row | undefined {
    return this.db.get<Row>(FIND, [key, this.now()]);
  }

  private change(key: string, change: KeyChange): number {
    if (change) return this.put(key, change.text, change.expiryMs === null ? null : this.now() + change.expiryMs);
    this.db.run("DELETE FROM keys WHERE key = ?", [key]);
    return 0;
  }

  private put(key: string, text: string, expiresAt: number | null): number {
    this.db.run(SWEEP, [this.now()]);
    const last = this.db.get<{ last: number }>("UPDATE versions SET last = last + 1 RETURNING last")?.last ?? 0;
    this.db.run(PUT, [key, text, last, expiresAt]);
    return last;
  }
}
