/**
 * All keys of all namespaces, on one SQLite file. Commands run one after the other; what they change is one transaction for all
 * of a turn (`commit`), or is undone for all of it (`undo`). Strings change in memory and in the journal, hashes and streams in
 * their tables; readers do not see the difference.
 */
import { migrate } from "../../storage/sqlite/migrate.ts";
import { openSqlite, type SqliteSession, type SqlValue } from "../../storage/sqlite/open.ts";
import { bytesOf, latin1Of } from "../server/arguments.ts";
import { type ExpiredRow, Expiries } from "./expiries.ts";
import { Garbage } from "./garbage.ts";
import { LogSync } from "./log-sync.ts";
import { Namespaces } from "./namespaces.ts";
import { type HASH, type KeyType, MIGRATIONS, type STREAM, STRING } from "./schema.ts";
import { ABSENT, type Entry, NO_BYTES, type Space } from "./space.ts";
import { Turn } from "./turn.ts";
import { Versions } from "./versions.ts";
import { FLUSH_LIMITS, WaitingStrings } from "./waiting-strings.ts";

const SETTINGS = [
  // The log is emptied into the file every 16 MB, and its own file is not cut: overwriting blocks that are there, an fdatasync has no new length to
  // write down. What a flush of many strings once made it grow beyond is given back.
  "PRAGMA wal_autocheckpoint=4000",
  "PRAGMA journal_size_limit=33554432",
  // Pages in memory, KiB: enough for the inner nodes of a million keys, and for all of a hundred thousand.
  "PRAGMA cache_size=-8192",
];
/** After so many reads of the table it is asked what all namespaces together keep in memory. */
const HOT_CHECK_READS = 1000;
/** A count removes at most so many times what is over. */
const EXPIRED_ROUNDS = 20;

/** Who keeps something back until the commit. */
export interface Part {
  /** Writes it. */
  flush(): void;
  /** The turn was undone: what is in the file holds. */
  forget(): void;
  /** A little work for a quiet moment. */
  tidy?(): void;
  /** When that is next due, milliseconds since 1970; infinity: never. */
  readonly tidyAt?: number;
}

export class Keyspace {
  readonly db: SqliteSession;
  /** When something last went wrong with the disk; null: all is well. */
  failure: Error | null = null;
  private readonly turn: Turn;
  private readonly namespaces: Namespaces;
  private readonly versions: Versions;
  private readonly strings: WaitingStrings;
  private readonly garbage: Garbage;
  private readonly expiries: Expiries;
  private readonly logSync: LogSync;
  /** False: what is here ends with the hub, so nobody waits for the disk. */
  private readonly isLasting: boolean;
  private readonly parts: Part[] = [];
  private reads = 0;

  private constructor(db: SqliteSession, isLasting: boolean) {
    this.db = db;
    this.isLasting = isLasting;
    this.logSync = new LogSync(db.path);
    this.turn = new Turn(db, () => this.forget());
    this.namespaces = new Namespaces(this.turn);
    this.versions = new Versions(this.turn);
    this.garbage = new Garbage(db, this.turn);
    this.expiries = new Expiries(db, (row) => this.removeExpired(row));
    this.strings = new WaitingStrings({
      turn: this.turn,
      now: () => this.now(),
      space: (id) => this.namespaces.withId(id),
      counted: (space, rows) => this.namespaces.count(space, rows, 0),
      ends: (at) => this.expiries.note(at),
    });
  }

  /** `isLasting` false: nothing is to outlive the hub. Opens the file, made if it is not there, and brings in what its journal holds. Throws what `openSqlite` throws. */
  static async open(path: string, isLasting = true): Promise<Keyspace> {
    const keyspace = new Keyspace(await openSqlite(path, { synchronous: "NORMAL", verify: false }), isLasting);
    try {
      for (const setting of SETTINGS) keyspace.db.exec(setting);
      migrate(keyspace.db, MIGRATIONS);
      keyspace.load();
      keyspace.beginLog();
    } catch (error) {
      keyspace.db.close();
      throw error;
    }
    return keyspace;
  }

  /** Writes all that is only in the journal into the table, and closes. */
  close(): void {
    try {
      this.strings.flushAll();
      this.commit(true);
      this.emptyLog();
    } finally {
      this.logSync.close();
      this.db.close();
    }
  }

  /** With something in its log SQLite knows how large the file is; without, it asks the system at each read. What is changed is only what versions are beyond. */
  private beginLog(): void {
    try {
      this.db.run("UPDATE meta SET value = value + 1 WHERE name = 'versions'");
    } catch (error) {
      // On a full disk, too, what is there can be read.
      this.failure = error as Error;
    }
  }

  /** So that the file alone is the whole. Without it the next open reads the log: nothing is lost. */
  private emptyLog(): void {
    try {
      this.db.checkpoint();
    } catch (error) {
      console.error(`the log of ${this.db.path} stays: ${(error as Error).message}`);
    }
  }

  /** Adds who keeps something back until the commit. */
  join(part: Part): void {
    this.parts.push(part);
  }

  /** A namespace, made if it is not there. */
  space(name: string): Space {
    return this.namespaces.of(name);
  }

  /** All namespaces, also empty ones. */
  spaces(): Iterable<Space> {
    return this.namespaces.all();
  }

  now(): number {
    return Date.now();
  }

  /** True between the first change of a turn and its commit. */
  get isDirty(): boolean {
    return this.turn.isDirty;
  }

  /** What a key is now; ABSENT when it is not there or its time is over. */
  lookup(space: Space, key: string): Entry {
    const entry = this.find(space, key);
    return entry.expires !== 0 && entry.expires <= this.now() ? ABSENT : entry;
  }

  /** Whether a key is there only because nobody removed it yet after its time. */
  isExpired(space: Space, key: string): boolean {
    const { type, expires } = this.find(space, key);
    return type !== 0 && expires !== 0 && expires <= this.now();
  }

  /** Makes `key` a string. `expires` 0: for ever. The value is copied. */
  putString(space: Space, key: string, value: Uint8Array, expires: number): number {
    // Where only strings are, a look at what was there tells nothing of interest.
    const before = space.objects > 0 ? this.find(space, key) : ABSENT;
    if (before.type > STRING) this.removeObject(space, key, before);
    const version = this.versions.next();
    this.strings.put(space, key, { value, expires, version });
    if (expires !== 0) this.expiries.note(expires);
    space.touch(key);
    return version;
  }

  /** Removes a key; false when it was not there. */
  remove(space: Space, key: string): boolean {
    const entry = this.find(space, key);
    if (entry.type === 0) return false;
    if (entry.type === STRING) this.strings.remove(space, key);
    else this.removeObject(space, key, entry);
    space.touch(key);
    return entry.expires === 0 || entry.expires > this.now();
  }

  /** Sets when a key that is there ends; 0: never. */
  expire(space: Space, key: string, entry: Entry, expires: number): void {
    if (entry.type === STRING) {
      this.putString(space, key, entry.value, expires);
      return;
    }
    this.change();
    const changed = { ...entry, expires, version: this.versions.next() };
    this.run("UPDATE keys SET expires = ?, version = ? WHERE namespace = ? AND key = ?", [
      expires || null,
      changed.version,
      space.id,
      bytesOf(key),
    ]);
    space.hot.set(key, changed);
    if (expires !== 0) this.expiries.note(expires);
    space.touch(key);
  }

  /** Makes `key`, which must not be there, a hash or a stream; gives the object's number. */
  createObject(space: Space, key: string, type: typeof HASH | typeof STREAM): number {
    this.change();
    // What is there is a string whose time is over, or an object whose time is.
    const before = this.find(space, key);
    if (before.type > STRING) this.removeObject(space, key, before);
    this.strings.forgetKey(space, key);
    const object = this.versions.next();
    const name = bytesOf(key);
    this.namespaces.count(space, -this.run("DELETE FROM keys WHERE namespace = ? AND key = ?", [space.id, name]), 0);
    this.run("INSERT INTO keys (namespace, key, type, object, version) VALUES (?, ?, ?, ?, ?)", [space.id, name, type, object, object]);
    this.namespaces.count(space, 1, 1);
    space.hot.set(key, { type, value: NO_BYTES, object, expires: 0, version: object });
    return object;
  }

  /** Removes all keys of a namespace. */
  clear(space: Space): void {
    this.change();
    const watched = [...space.watchers.keys()].filter((key) => this.lookup(space, key).type !== 0);
    this.strings.forgetAll(space);
    this.garbage.addAll(space.id);
    this.run("DELETE FROM keys WHERE namespace = ?", [space.id]);
    this.namespaces.count(space, -space.keys, -space.objects);
    space.hot.clear();
    for (const key of watched) space.touch(key);
  }

  /** How many keys a namespace has. Of very many whose time is over at once some may still count. */
  size(space: Space): number {
    this.strings.flushAll();
    for (let round = 0; round < EXPIRED_ROUNDS && this.expiries.next <= this.now(); round++) this.tidyExpired();
    return space.keys;
  }

  /** The same without the table: keys that changed lately may be counted twice. */
  roughSize(space: Space): number {
    return space.keys + this.strings.countOf(space);
  }

  /** At most `limit` keys after `after`, in their order, without those whose time is over. */
  keysAfter(space: Space, after: string | null, limit: number): { key: string; type: KeyType }[] {
    this.strings.flushAll();
    const where = after === null ? "" : "AND key > ?";
    const params: SqlValue[] = after === null ? [space.id, this.now(), limit] : [space.id, this.now(), bytesOf(after), limit];
    const rows = this.db.all<{ key: Uint8Array; type: KeyType }>(
      `SELECT key, type FROM keys WHERE namespace = ? AND (expires IS NULL OR expires > ?) ${where} ORDER BY key LIMIT ?`,
      params,
    );
    return rows.map(({ key, type }) => ({ key: latin1Of(key), type }));
  }

  /** Something changed that `Part.flush` will write. */
  note(): void {
    this.turn.isDirty = true;
  }

  /** To be called before a statement changes a table. */
  change(): void {
    this.turn.change();
  }

  /** Runs a statement that changes a table; gives how many rows it changed. */
  run(sql: string, params: readonly SqlValue[]): number {
    return this.turn.run(sql, params);
  }

  /** The same for a statement at the end of a turn whose count nobody needs; see `Turn.runLast`. */
  runLast(sql: string, params: readonly SqlValue[]): void {
    this.turn.runLast(sql, params);
  }

  /** A command failed for want of a disk, perhaps half done: nothing of this turn may stay. */
  fail(error: Error): void {
    this.turn.fail(error);
  }

  /** Ends the turn: all its changes are in the file, and on disk if `durable`. Throws when that is not so; then all is undone. */
  commit(durable: boolean): void {
    if (!this.isDirty) return;
    this.noting(() => this.turn.commit(() => this.write()));
    this.namespaces.committed();
    this.strings.committed();
    // What this throws cannot be undone: the changes are committed and seen, and whether the disk has them is unknown.
    if (durable && this.isLasting) this.logSync.sync();
    this.turn.settled();
    this.failure = null;
  }

  /** Work for a quiet moment: moves strings into the table, removes what is over. True when there is more at once. Throws what the disk says; then nothing is done. */
  tidy(): boolean {
    if (this.isDirty) return false;
    this.noting(() => this.tidyParts());
    this.commit(false);
    return this.tidyAt <= this.now();
  }

  /** When `tidy` next has something to do, milliseconds since 1970; infinity: nothing. */
  get tidyAt(): number {
    if (this.garbage.hasSome) return 0;
    return this.parts.reduce((at, part) => Math.min(at, part.tidyAt ?? at), Math.min(this.strings.dueAt, this.expiries.next));
  }

  /** Writes all strings into the table at once. */
  flushAll(): void {
    this.strings.flushAll();
  }

  private find(space: Space, key: string): Entry {
    return this.strings.find(space, key) ?? space.hot.get(key) ?? this.read(space, key);
  }

  private read(space: Space, key: string): Entry {
    const row = this.db.values("SELECT type, value, object, expires, version FROM keys WHERE namespace = ? AND key = ?", [
      space.id,
      bytesOf(key),
    ]);
    const entry = row ? entryOf(row) : ABSENT;
    space.hot.set(key, entry);
    if (++this.reads % HOT_CHECK_READS === 0) this.namespaces.limitHot();
    return entry;
  }

  private removeObject(space: Space, key: string, entry: Entry): void {
    this.change();
    this.namespaces.count(space, -this.run("DELETE FROM keys WHERE namespace = ? AND key = ?", [space.id, bytesOf(key)]), -1);
    this.garbage.add(entry);
    space.hot.set(key, ABSENT);
  }

  /** All that a turn kept back. */
  private write(): void {
    this.namespaces.saveNew();
    for (const part of this.parts) part.flush();
    this.versions.flush();
    this.strings.flush();
    this.namespaces.saveCounts();
  }

  private tidyParts(): void {
    try {
      this.tidyExpired();
      this.garbage.tidy();
      for (const part of this.parts) part.tidy?.();
      this.strings.tidy();
    } catch (error) {
      this.turn.undo();
      throw error;
    }
  }

  private tidyExpired(): void {
    const now = this.now();
    this.expiries.tidy(now, this.strings.isWaiting ? now + FLUSH_LIMITS.ageMaxMs : Number.POSITIVE_INFINITY);
  }

  private noting(work: () => void): void {
    try {
      work();
    } catch (error) {
      this.failure = error as Error;
      throw error;
    }
  }

  /** A turn was undone: only the file, and the strings that wait, are right. */
  private forget(): void {
    for (const part of this.parts) part.forget();
    this.namespaces.forget();
    this.strings.forget();
    this.garbage.hasSome = true;
    this.expiries.next = 0;
  }

  private removeExpired(row: ExpiredRow): void {
    const space = this.namespaces.withId(row.namespace);
    const key = latin1Of(row.key);
    if (!space) return;
    if (row.type !== STRING) {
      this.removeObject(space, key, { ...ABSENT, type: row.type, object: row.object ?? 0 });
    } else {
      this.namespaces.count(space, -this.run("DELETE FROM keys WHERE namespace = ? AND key = ?", [row.namespace, row.key]), 0);
      space.hot.delete(key);
      // It is what the table still says of a key that is something else meanwhile.
      if (this.strings.find(space, key)) return;
    }
    space.touch(key);
  }

  private load(): void {
    this.namespaces.load(this.db);
    this.versions.load(this.db);
    this.db.visit("SELECT id, changes FROM journal ORDER BY id", [], {
      row: (row) => this.strings.replay(Number(row.value(0)), row.value(1) as Uint8Array),
    });
  }
}

/** Times may be beyond 2^53, because clients choose them: those come as bigint, and are only compared and rounded. */
function entryOf(row: readonly SqlValue[]): Entry {
  const [type, value, object, expires, version] = row as [KeyType, Uint8Array | null, number | null, number | bigint | null, number];
  return { type, value: value ?? NO_BYTES, object: object ?? 0, expires: Number(expires ?? 0), version };
}
