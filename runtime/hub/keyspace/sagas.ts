/** The logs of sagas: each a row with its state and who holds it, and its records in order. Everything is in the file; nothing is kept in memory. */
import { bytesOf, latin1Of } from "../server/arguments.ts";
import type { Keyspace } from "./keyspace.ts";

export const SAGA_LIMITS = {
  /** A saga's name, its id, and the name of who holds it, bytes each. */
  nameBytesMax: 256,
  /** One record, bytes: a step's result, or the input. */
  recordBytesMax: 256 * 1024,
  /** The records of one saga, and all their bytes. */
  recordsMax: 10_000,
  bytesMax: 16 * 1024 * 1024,
  /** A record of so many bytes is taken beyond that, so that a saga can always fail. */
  smallBytes: 4096,
  /** Sagas of one namespace that have not ended. */
  openMax: 10_000,
  /** How long one may be held without renewing, milliseconds. */
  leaseMsMax: 3_600_000,
  /** Ended ones of one namespace that are kept, and how long, milliseconds: so long an id is not taken twice. */
  endedMax: 10_000,
  endedMs: 7 * 24 * 60 * 60_000,
  /** Ended ones that each start and each end removes. */
  removedAtOnce: 8,
  /** As many are listed at once. */
  listedMax: 1_000,
} as const;

/** How a saga stands. The last two are its ends; one that is parked waits for an operator. */
export const SAGA_STATES = ["running", "compensating", "parked", "done", "compensated"] as const;
export type SagaState = (typeof SAGA_STATES)[number];

/** A saga's row. */
export interface SagaRow {
  readonly place: number;
  readonly name: Uint8Array;
  readonly id: Uint8Array;
  readonly state: SagaState;
  readonly records: number;
  readonly bytes: number;
  /** Milliseconds since 1970. */
  readonly started: number;
  readonly changed: number;
  readonly holder: Uint8Array | null;
  /** Until when it is held, milliseconds since 1970. */
  readonly lease: number;
  /** For how long it was claimed, milliseconds. */
  readonly leaseMs: number;
  readonly fence: number;
}

/** Which sagas are wanted. */
export interface SagaFilter {
  readonly name: string | null;
  readonly states: readonly SagaState[];
  /** Only those that nobody holds, or this one. */
  readonly free: string | null;
  /** Those behind this place. */
  readonly after: number;
  readonly limit: number;
}

const COLUMNS = "place, name, id, state, records, bytes, started, changed, holder, lease, lease_ms AS leaseMs, fence";

export class Sagas {
  private readonly keyspace: Keyspace;

  constructor(keyspace: Keyspace) {
    this.keyspace = keyspace;
  }

  find(namespace: number, name: string, id: string): SagaRow | undefined {
    return this.keyspace.db.get<SagaRow>(`SELECT ${COLUMNS} FROM sagas WHERE namespace = ? AND name = ? AND id = ?`, [
      ...[namespace, bytesOf(name)],
      bytesOf(id),
    ]);
  }

  /** In the order in which they began. */
  list(namespace: number, { name, states, free, after, limit }: SagaFilter): SagaRow[] {
    const open = states.some(isEnd) ? "" : "AND ended IS NULL";
    const words = states.map((state) => `'${state}'`).join(", ");
    return this.keyspace.db.all<SagaRow>(
      `SELECT ${COLUMNS} FROM sagas WHERE namespace = ?1 ${open} AND place > ?2 AND state IN (${words}) AND (?3 IS NULL OR name = ?3)
        AND (?4 IS NULL OR lease <= ?5 OR holder = ?4) ORDER BY place LIMIT ?6`,
      [namespace, after, name === null ? null : bytesOf(name), free === null ? null : bytesOf(free), this.keyspace.now(), limit],
    );
  }

  /** All records from number `from` on; the first is 0. */
  records(saga: SagaRow, from = 0): Uint8Array[] {
    return this.keyspace.db
      .all<{ record: Uint8Array }>("SELECT record FROM saga_records WHERE saga = ? AND number >= ? ORDER BY number", [saga.place, from])
      .map(({ record }) => record);
  }

  /** Whether the namespace has as many open ones as it may. */
  isFull(namespace: number): boolean {
    const row = this.keyspace.db.values("SELECT 1 FROM sagas WHERE namespace = ? AND ended IS NULL LIMIT 1 OFFSET ?", [
      namespace,
      SAGA_LIMITS.openMax - 1,
    ]);
    return row !== undefined;
  }

  /** Begins one that is not there yet, held by `holder`; its fence is 1. */
  start(namespace: number, name: string, id: string, record: Uint8Array, holder: string, leaseMs: number): void {
    const now = this.keyspace.now();
    this.keyspace.run(
      `INSERT INTO sagas (namespace, name, id, state, records, bytes, started, changed, holder, lease, lease_ms, fence)
        VALUES (?, ?, ?, 'running', 0, 0, ?, ?, ?, ?, ?, 1)`,
      [namespace, bytesOf(name), bytesOf(id), now, now, bytesOf(holder), now + leaseMs, leaseMs],
    );
    this.append(namespace, this.find(namespace, name, id) as SagaRow, [record], "running");
    this.removeOld(namespace);
  }

  /** Whether somebody else holds it. */
  isHeld(saga: SagaRow, holder: string): boolean {
    return saga.lease > this.keyspace.now() && saga.holder !== null && latin1Of(saga.holder) !== holder;
  }

  /** Gives it to a holder; the new fence. */
  claim(saga: SagaRow, holder: string, leaseMs: number): number {
    const fence = saga.fence + 1;
    this.keyspace.run("UPDATE sagas SET holder = ?, lease = ?, lease_ms = ?, fence = ? WHERE place = ?", [
      ...[bytesOf(holder), this.keyspace.now() + leaseMs, leaseMs],
      ...[fence, saga.place],
    ]);
    return fence;
  }

  /** Its holder holds it for as long again. */
  renew(saga: SagaRow): void {
    this.keyspace.run("UPDATE sagas SET lease = ? WHERE place = ?", [this.keyspace.now() + saga.leaseMs, saga.place]);
  }

  /** Adds records. Who is parked or at its end is held by nobody. */
  append(namespace: number, saga: SagaRow, records: readonly Uint8Array[], state: SagaState): void {
    let { records: number, bytes } = saga;
    for (const record of records) {
      bytes += record.length;
      this.keyspace.run("INSERT INTO saga_records (saga, number, record) VALUES (?, ?, ?)", [saga.place, number++, record]);
    }
    this.keyspace.run("UPDATE sagas SET state = ?, records = ?, bytes = ?, changed = ? WHERE place = ?", [
      ...[state, number, bytes],
      ...[this.keyspace.now(), saga.place],
    ]);
    if (isAtRest(state)) this.keyspace.run("UPDATE sagas SET holder = NULL, lease = 0 WHERE place = ?", [saga.place]);
    if (isEnd(state)) this.end(namespace, saga.place);
  }

  private end(namespace: number, place: number): void {
    this.keyspace.run(
      "UPDATE sagas SET ended = 1 + (SELECT coalesce(max(ended), 0) FROM sagas WHERE namespace = ?1 AND ended IS NOT NULL) WHERE place = ?2",
      [namespace, place],
    );
    this.removeOld(namespace);
  }

  private removeOld(namespace: number): void {
    const old = this.keyspace.db.all<{ place: number }>(
      `SELECT place FROM (SELECT place, ended, changed FROM sagas WHERE namespace = ?1 AND ended IS NOT NULL ORDER BY ended LIMIT ${SAGA_LIMITS.removedAtOnce})
        WHERE changed <= ?2 OR ended <= (SELECT max(ended) FROM sagas WHERE namespace = ?1 AND ended IS NOT NULL) - ${SAGA_LIMITS.endedMax}`,
      [namespace, this.keyspace.now() - SAGA_LIMITS.endedMs],
    );
    for (const { place } of old) {
      this.keyspace.run("DELETE FROM saga_records WHERE saga = ?", [place]);
      this.keyspace.run("DELETE FROM sagas WHERE place = ?", [place]);
    }
  }
}

/** Whether it is over. */
export function isEnd(state: SagaState): boolean {
  return state === "done" || state === "compensated";
}

/** Whether nobody is to go on with it by himself. */
export function isAtRest(state: SagaState): boolean {
  return state === "parked" || isEnd(state);
}
