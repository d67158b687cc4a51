import type { Cause, HistoryEntry } from "../../core/api/wire.ts";
import type { SqliteDatabase } from "../storage/sqlite/database.ts";

/** History rows kept for one instance of a process, and in all. */
export const HISTORY_ROWS_PER_PROCESS = 200;
export const HISTORY_ROWS_MAX = 20_000;
/** Pruning happens once per so many rows. */
const PRUNE_EVERY_ROWS = 500;

/** One instance of a process, whose history is asked for. */
export interface HistoryOf {
  readonly project: string;
  readonly name: string;
  readonly instance: number;
}

/** The rows of the history in `state.db`. */
export class HistoryTable {
  private readonly database: SqliteDatabase;
  private sincePruned = 0;

  constructor(database: SqliteDatabase) {
    this.database = database;
  }

  /** The number of the newest entry; 0 when there is none. */
  newestSeq(): number {
    return this.database.get<{ seq: number | null }>("SELECT max(seq) AS seq FROM history")?.seq ?? 0;
  }

  put(entry: HistoryEntry): void {
    this.database.run("INSERT INTO history VALUES (?, ?, ?, ?, ?, ?, ?, ?)", [
      entry.seq,
      Date.parse(entry.time),
      entry.project,
      entry.name,
      entry.instance,
      entry.from,
      entry.to,
      JSON.stringify(entry.cause),
    ]);
  }

  /** The newest `limit` entries of one process (null: of all) whose kinds are not among `without`, oldest first. */
  newest(of: HistoryOf | null, limit: number, sinceMs: number, without: ReadonlySet<string>): HistoryEntry[] {
    const others = exceptKinds(without);
    const rows = of
      ? this.database.all<HistoryRow>(
          `SELECT * FROM history WHERE project = ? AND name = ? AND instance = ? AND time >= ? ${others} ORDER BY seq DESC LIMIT ?`,
          [of.project, of.name, of.instance, sinceMs, limit],
        )
      : this.database.all<HistoryRow>(`SELECT * FROM history WHERE time >= ? ${others} ORDER BY seq DESC LIMIT ?`, [sinceMs, limit]);
    return rows.reverse().map(fromRow);
  }

  /** All of whom anything is kept, registered or not. */
  named(): HistoryOf[] {
    const rows = this.database.all<HistoryOf>("SELECT DISTINCT project, name, instance FROM history WHERE name IS NOT NULL");
    return rows.map(({ project, name, instance }) => ({ project, name, instance: Number(instance) }));
  }

  /** Entries after `seq`, oldest first. */
  after(seq: number, limit: number): HistoryEntry[] {
    return this.database.all<HistoryRow>("SELECT * FROM history WHERE seq > ? ORDER BY seq LIMIT ?", [seq, limit]).map(fromRow);
  }

  /** The phrase of the newest cause whose kind is not among `quiet`, of what ran in the background. */
  lastCause({ project, name, instance }: HistoryOf, quiet: ReadonlySet<string>): string | undefined {
    const row = this.database.get<{ cause: string }>(
      `SELECT cause FROM history WHERE project = ? AND name = ? AND instance = ? ${exceptKinds(quiet)} ${EXCEPT_FOREGROUND} ORDER BY seq DESC LIMIT 1`,
      [project, name, instance],
    );
    return row && (JSON.parse(row.cause) as Cause).text;
  }

  /** To be told of rows that were added: removes the oldest now and then. */
  prune(added: number, newestSeq: number): void {
    this.sincePruned += added;
    if (this.sincePruned < PRUNE_EVERY_ROWS) return;
    this.sincePruned = 0;
    this.database.run("DELETE FROM history WHERE seq <= ?", [newestSeq + 1 - HISTORY_ROWS_MAX]);
    this.database.run(
      `DELETE FROM history WHERE seq IN (
         SELECT seq FROM (SELECT seq, row_number() OVER (PARTITION BY project, name, instance ORDER BY seq DESC) AS n FROM history) WHERE n > ?)`,
      [HISTORY_ROWS_PER_PROCESS],
    );
  }
}

/** The kind is the first key of the text, as `put` writes it. */
function exceptKinds(kinds: ReadonlySet<string>): string {
  return [...kinds].map((kind) => `AND cause NOT LIKE '{"kind":"${kind}"%'`).join(" ");
}

/** A fact of the cause, as `guests.ts` adds it; inside a text its quotes would be escaped. */
const EXCEPT_FOREGROUND = `AND cause NOT LIKE '%"foreground":true%'`;

interface HistoryRow {
  readonly seq: number;
  readonly time: number;
  readonly project: string | null;
  readonly name: string | null;
  readonly instance: number;
  readonly from_status: string | null;
  readonly to_status: string | null;
  readonly cause: string;
}

function fromRow(row: HistoryRow): HistoryEntry {
  return {
    seq: Number(row.seq),
    time: new Date(Number(row.time)).toISOString(),
    project: row.project,
    name: row.name,
    instance: Number(row.instance),
    from: row.from_status,
    to: row.to_status,
    cause: JSON.parse(row.cause) as Cause,
  };
}
