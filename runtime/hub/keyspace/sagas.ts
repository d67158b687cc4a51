/** The sagas of one namespace in their tables: all of it is in the file, nothing is kept in memory. */
import type { KeptSaga, SagaShelf } from "../../../core/saga/book.ts";
import { holderName, succeeds } from "../../../core/saga/holder.ts";
import { SAGA_LIMITS } from "../../../core/saga/limits.ts";
import type { SagaRecord } from "../../../core/saga/records.ts";
import { isAtRest, type SagaState } from "../../../core/saga/result.ts";
import type { SagaNotice } from "../../../core/saga/saga-log.ts";
import { refuse } from "../server/reply-error.ts";
import type { Keyspace } from "./keyspace.ts";

/** A saga's row. */
export interface SagaRow extends KeptSaga {
  /** In the order in which they began; 0: it is not in the table yet. */
  readonly place: number;
  /** Milliseconds since 1970. */
  readonly started: number;
  readonly changed: number;
}

/** Who holds sagas and is alive, as the hub can tell: by connections. */
export interface Living {
  /** Since when it can be told, milliseconds since 1970: what was heard before may be of programs that are not connected again yet. */
  readonly since: number;
  /** Holders of the same name that have another connection than the one that asks. */
  others(holder: string): readonly string[];
}

/** Which sagas are wanted. */
export interface SagaFilter {
  readonly name: string | null;
  readonly states: readonly SagaState[];
  /** Those that began before the one at this place. */
  readonly before: number;
  readonly limit: number;
}

/** A saga of a list, which may be of all namespaces. */
export interface ListedSaga extends SagaRow {
  readonly namespace: string;
}

const COLUMNS =
  "place, name, id, state, records, text, started, changed, holder, lease_ends AS leaseEnds, lease_ms AS leaseMs, fence, plan";

export class SagaTable implements SagaShelf<SagaRow> {
  readonly tell: (notice: SagaNotice) => void;
  private readonly keyspace: Keyspace;
  private readonly namespace: number;
  private readonly living: Living;

  constructor(keyspace: Keyspace, namespace: number, living: Living, tell: (notice: SagaNotice) => void) {
    this.keyspace = keyspace;
    this.namespace = namespace;
    this.living = living;
    this.tell = tell;
  }

  now(): number {
    return this.keyspace.now();
  }

  find(name: string, id: string): SagaRow | undefined {
    const where = "WHERE namespace = ? AND name = ? AND id = ?";
    return this.keyspace.db.get<SagaRow>(`SELECT ${COLUMNS} FROM sagas ${where}`, [this.namespace, name, id]);
  }

  make(name: string, id: string): SagaRow {
    const { openMax } = SAGA_LIMITS;
    const open = "SELECT 1 FROM sagas WHERE namespace = ? AND ended IS NULL LIMIT 1 OFFSET ?";
    if (this.keyspace.db.values(open, [this.namespace, openMax - 1]))
      refuse(`LIMIT a namespace may have ${openMax} sagas that have not ended (openMax)`);
    const nobody = { holder: "", leaseEnds: 0, leaseMs: 0, fence: 0, plan: "" };
    return { place: 0, name, id, state: "running", records: 0, text: 0, started: this.now(), changed: this.now(), ...nobody };
  }

  read(saga: SagaRow): SagaRecord[] {
    return this.recordsOf(saga).map((record) => JSON.parse(record) as SagaRecord);
  }

  /** As they are in the table. */
  recordsOf({ place }: SagaRow): string[] {
    const rows = this.keyspace.db.all<{ record: string }>("SELECT record FROM saga_records WHERE saga = ? ORDER BY number", [place]);
    return rows.map(({ record }) => record);
  }

  write(saga: SagaRow, records: readonly string[]): void {
    const { keyspace } = this;
    const place = saga.place || this.insert(saga);
    const first = saga.records - records.length;
    for (const [index, record] of records.entries())
      keyspace.run("INSERT INTO saga_records (saga, number, record) VALUES (?, ?, ?)", [place, first + index, record]);
    const { state, text, holder, leaseEnds, leaseMs, fence, plan } = saga;
    keyspace.run(
      `UPDATE sagas SET state = ?, records = ?, text = ?, changed = ?, holder = ?, lease_ends = ?, lease_ms = ?, fence = ?, plan = ?
        WHERE place = ?`,
      [state, saga.records, text, records.length > 0 ? this.now() : saga.changed, holder, leaseEnds, leaseMs, fence, plan, place],
    );
    if (isAtRest(state) && state !== "parked") this.end(place);
  }

  /** Who was heard before this hub began may be alive and not yet connected again. */
  mayLive({ holder, leaseEnds, leaseMs }: SagaRow): boolean {
    return leaseEnds - leaseMs < this.living.since || this.living.others(holder).includes(holder);
  }

  /** Ids of those that are to go on, and that nobody holds, or an earlier life of `holder` that is over. */
  free(name: string, holder: string, limit: number): string[] {
    const { living } = this;
    const rows = this.keyspace.db.all<{ id: string; holder: string; isOver: number }>(
      `SELECT id, holder, lease_ends <= ?3 AS isOver FROM sagas WHERE namespace = ?1 AND ended IS NULL AND name = ?2 AND state != 'parked'
        AND (lease_ends <= ?3 OR holder IN ('', ?6) OR ((holder = ?4 OR instr(holder, ?4 || '@') = 1)
          AND lease_ends - lease_ms >= ?7 AND holder NOT IN (SELECT value FROM json_each(?8)))) ORDER BY place LIMIT ?5`,
      [this.namespace, name, this.now(), holderName(holder), limit, holder, living.since, JSON.stringify(living.others(holder))],
    );
    return rows.filter((row) => row.isOver || row.holder === "" || succeeds(holder, row.holder)).map(({ id }) => id);
  }

  private insert({ name, id, started }: SagaRow): number {
    this.removeOld();
    this.keyspace.run(
      `INSERT INTO sagas (namespace, name, id, state, records, text, started, changed, holder, lease_ends, lease_ms, fence, plan)
        VALUES (?, ?, ?, 'running', 0, 0, ?, ?, '', 0, 0, 0, '')`,
      [this.namespace, name, id, started, started],
    );
    return this.find(name, id)?.place as number;
  }

  private end(place: number): void {
    this.keyspace.run(
      "UPDATE sagas SET ended = 1 + (SELECT coalesce(max(ended), 0) FROM sagas WHERE namespace = ?1 AND ended IS NOT NULL) WHERE place = ?2",
      [this.namespace, place],
    );
    this.removeOld();
  }

  private removeOld(): void {
    const { removedAtOnce, endedMax, endedMs } = SAGA_LIMITS;
    const old = this.keyspace.db.all<{ place: number }>(
      `SELECT place FROM (SELECT place, ended, changed FROM sagas WHERE namespace = ?1 AND ended IS NOT NULL ORDER BY ended LIMIT ${removedAtOnce})
        WHERE changed <= ?2 OR ended <= (SELECT max(ended) FROM sagas WHERE namespace = ?1 AND ended IS NOT NULL) - ${endedMax}`,
      [this.namespace, this.now() - endedMs],
    );
    for (const { place } of old) {
      this.keyspace.run("DELETE FROM saga_records WHERE saga = ?", [place]);
      this.keyspace.run("DELETE FROM sagas WHERE place = ?", [place]);
    }
  }
}

/** Whether a holder has sagas that have not ended. */
export function isHeldBy({ db }: Keyspace, namespace: number, holder: string): boolean {
  return db.values("SELECT 1 FROM sagas WHERE namespace = ? AND ended IS NULL AND holder = ? LIMIT 1", [namespace, holder]) !== undefined;
}

/** The newest first; `namespace` null: of all. */
export function listSagas({ db }: Keyspace, namespace: number | null, { name, states, before, limit }: SagaFilter): ListedSaga[] {
  const words = states.map((state) => `'${state}'`).join(", ");
  const own = namespace === null ? "" : "namespace = ?4 AND";
  return db.all<ListedSaga>(
    `SELECT ${COLUMNS.replaceAll(/\b(name|id)\b/g, "sagas.$1")}, namespaces.name AS namespace FROM sagas JOIN namespaces ON namespaces.id = namespace
      WHERE ${own} place < ?1 AND state IN (${words}) AND (?2 IS NULL OR sagas.name = ?2) ORDER BY place DESC LIMIT ?3`,
    [before, name, limit, ...(namespace === null ? [] : [namespace])],
  );
}

/** The namespaces that have a saga of this name and id. */
export function namespacesOf({ db }: Keyspace, name: string, id: string): string[] {
  const sql =
    "SELECT n.name FROM namespaces n WHERE EXISTS (SELECT 1 FROM sagas s WHERE s.namespace = n.id AND s.name = ? AND s.id = ?) ORDER BY n.name";
  return db.all<{ name: string }>(sql, [name, id]).map((row) => row.name);
}
