/** Consumer groups of streams, as they are in memory and in their tables. */
import { bytesOf, latin1Of } from "../server/arguments.ts";
import type { Keyspace } from "./keyspace.ts";
import { Ordered } from "./ordered.ts";
import type { StreamId } from "./stream-id.ts";

export const GROUP_LIMITS = {
  /** Groups of one stream. */
  groupsMax: 1000,
  /** Consumers of one group. */
  consumersMax: 10_000,
  /** Entries of one group that were delivered and not acknowledged. */
  pendingMax: 100_000,
  /** A group's or consumer's name, bytes. */
  nameBytesMax: 1024,
} as const;

/** How many a group has read is not known. */
export const UNKNOWN = -1;

export interface Consumer {
  readonly id: number;
  readonly name: string;
  /** When it last asked, milliseconds since 1970. */
  seen: number;
  readonly pending: Ordered<Pending>;
}

/** An entry that was delivered and is not acknowledged. */
export interface Pending {
  readonly id: StreamId;
  readonly consumer: Consumer;
  readonly delivered: number;
  readonly count: number;
  /** When it is to be delivered again whatever its idle time is; 0: nobody said. */
  readonly due: number;
}

export interface Group {
  readonly id: number;
  readonly name: string;
  last: StreamId;
  /** Entries read since the stream began; UNKNOWN after a gap. */
  read: number;
  readonly consumers: Map<string, Consumer>;
  readonly pending: Ordered<Pending>;
  /** The same in order of their delivery, those with a due time left out. */
  readonly byDelivery: Ordered<Pending>;
  /** Those with a due time, in order of that. */
  readonly byDue: Ordered<Pending>;
  isChanged: boolean;
  readonly changedConsumers: Set<Consumer>;
  /** Ids of pending entries that changed, and whether they were in the table before. */
  readonly changedPending: Map<StreamId, boolean>;
}

const byId = ({ id }: Pending): string => id;

export function makeGroup(id: number, name: string, last: StreamId, read: number): Group {
  return {
    ...{ id, name, last, read, consumers: new Map(), pending: new Ordered(byId), isChanged: true },
    ...{ byDelivery: new Ordered<Pending>(({ delivered }) => delivered), byDue: new Ordered<Pending>(({ due }) => due) },
    ...{ changedConsumers: new Set<Consumer>(), changedPending: new Map() },
  };
}

/** Adds a consumer. */
export function addConsumer(group: Group, name: string, now: number): Consumer {
  let id = 1;
  for (const one of group.consumers.values()) id = Math.max(id, one.id + 1);
  const consumer: Consumer = { id, name, seen: now, pending: new Ordered(byId) };
  group.consumers.set(name, consumer);
  group.changedConsumers.add(consumer);
  return consumer;
}

/** Makes an entry pending, or changes one that is. */
export function setPending(group: Group, pending: Pending): void {
  const before = group.pending.get(pending.id);
  if (before) forget(group, before);
  insert(group, pending, before === undefined);
  if (!group.changedPending.has(pending.id)) group.changedPending.set(pending.id, before !== undefined);
}

/** Ends that an entry is pending; false when it is not. */
export function removePending(group: Group, id: StreamId): boolean {
  const before = group.pending.get(id);
  if (!before) return false;
  forget(group, before);
  group.pending.delete(id);
  const wasStored = group.changedPending.get(id) ?? true;
  if (wasStored) group.changedPending.set(id, true);
  else group.changedPending.delete(id);
  return true;
}

function insert(group: Group, pending: Pending, isNew: boolean): void {
  if (isNew) group.pending.set(pending.id, pending);
  else group.pending.replace(pending.id, pending);
  pending.consumer.pending.set(pending.id, pending);
  if (pending.due > 0) group.byDue.set(pending.id, pending);
  else group.byDelivery.set(pending.id, pending);
}

function forget(group: Group, { id, consumer }: Pending): void {
  consumer.pending.delete(id);
  group.byDelivery.delete(id);
  group.byDue.delete(id);
}

/** A number that clients choose: beyond 2^53 it comes from its table as a bigint, and is rounded. */
type Wide = number | bigint;

/** Groups in their tables. */
export class GroupStore {
  private readonly keyspace: Keyspace;

  constructor(keyspace: Keyspace) {
    this.keyspace = keyspace;
  }

  load(object: number): Map<string, Group> {
    const { db } = this.keyspace;
    const groups = new Map<string, Group>();
    for (const row of db.all<{ id: number; name: Uint8Array; last: Uint8Array; read: Wide }>(
      "SELECT id, name, last, read FROM stream_groups WHERE object = ?",
      [object],
    )) {
      const group = { ...makeGroup(row.id, latin1Of(row.name), latin1Of(row.last), Number(row.read)), isChanged: false };
      groups.set(group.name, group);
    }
    for (const group of groups.values()) this.loadConsumers(object, group);
    return groups;
  }

  flush(object: number, groups: Map<string, Group>): void {
    for (const group of groups.values()) {
      if (group.isChanged) this.writeGroup(object, group);
      for (const { id, name, seen } of group.changedConsumers)
        this.keyspace.run("INSERT OR REPLACE INTO consumers (object, group_id, id, name, seen) VALUES (?, ?, ?, ?, ?)", [
          ...[object, group.id, id],
          ...[bytesOf(name), seen],
        ]);
      group.changedConsumers.clear();
      for (const [id, wasStored] of group.changedPending) this.writePending(object, group, id, wasStored);
      group.changedPending.clear();
    }
  }

  /** Removes a group and all that is its. */
  remove(object: number, group: Group): void {
    for (const [table, column] of TABLES) this.keyspace.run(`DELETE FROM ${table} WHERE object = ? AND ${column} = ?`, [object, group.id]);
  }

  removeConsumer(object: number, group: Group, consumer: Consumer): void {
    group.consumers.delete(consumer.name);
    group.changedConsumers.delete(consumer);
    for (const { id } of [...consumer.pending.values()]) removePending(group, id);
    this.keyspace.run("DELETE FROM consumers WHERE object = ? AND group_id = ? AND id = ?", [object, group.id, consumer.id]);
  }

  private loadConsumers(object: number, group: Group): void {
    const { db } = this.keyspace;
    const byNumber = new Map<number, Consumer>();
    for (const row of db.all<{ id: number; name: Uint8Array; seen: number }>(
      "SELECT id, name, seen FROM consumers WHERE object = ? AND group_id = ?",
      [object, group.id],
    )) {
      const consumer: Consumer = { id: row.id, name: latin1Of(row.name), seen: row.seen, pending: new Ordered(byId) };
      group.consumers.set(consumer.name, consumer);
      byNumber.set(row.id, consumer);
    }
    for (const row of db.all<{ id: Uint8Array; consumer: number; delivered: Wide; count: Wide; due: Wide }>(
      "SELECT id, consumer, delivered, count, due FROM pending WHERE object = ? AND group_id = ? ORDER BY id",
      [object, group.id],
    )) {
      const consumer = byNumber.get(row.consumer);
      const [delivered, count, due] = [Number(row.delivered), Number(row.count), Number(row.due)];
      if (consumer) insert(group, { id: latin1Of(row.id), consumer, delivered, count, due }, true);
    }
  }

  private writeGroup(object: number, group: Group): void {
    const { id, name, last, read } = group;
    this.keyspace.run("INSERT OR REPLACE INTO stream_groups (object, id, name, last, read) VALUES (?, ?, ?, ?, ?)", [
      ...[object, id],
      ...[bytesOf(name), bytesOf(last), read],
    ]);
    group.isChanged = false;
  }

  private writePending(object: number, group: Group, id: StreamId, wasStored: boolean): void {
    const pending = group.pending.get(id);
    if (!pending) {
      if (wasStored) this.keyspace.run("DELETE FROM pending WHERE object = ? AND group_id = ? AND id = ?", [object, group.id, bytesOf(id)]);
      return;
    }
    const { consumer, delivered, count, due } = pending;
    this.keyspace.run(
      "INSERT OR REPLACE INTO pending (object, group_id, id, consumer, delivered, count, due) VALUES (?, ?, ?, ?, ?, ?, ?)",
      [object, group.id, bytesOf(id), consumer.id, delivered, count, due],
    );
  }
}

const TABLES = [
  ["pending", "group_id"],
  ["consumers", "group_id"],
  ["stream_groups", "id"],
] as const;
