/**
 * All keys of all namespaces, on one SQLite file. Commands run one after the other; what they change is one transaction for all
 * of a turn (`commit`), or is undone for all of it (`undo`). Strings change in memory and in the journal, hashes and streams in
 * their tables; readers do not see the difference.
 */
import { migrate } from "../../storage/sqlite/migrate.ts";
import { openSqlite, type SqliteSession, type SqlValue } from "../../storage/sqlite/open.ts";
import { bytesOf, latin1Of } from "../server/arguments.ts";
import { JournalWriter, readJournal } from "./journal.ts";
import { LogSync } from "./log-sync.ts";
import { HASH, type KeyType, MIGRATIONS, type STREAM, STRING } from "./schema.ts";
import { ABSENT, type Entry, NO_BYTES, Space } from "./space.ts";

/** Changed strings that wait for their place in the table. At half of it they begin to go there; at all of it writers wait. */
export const FLUSH_LIMITS = {
  keysMax: 32_768,
  bytesMax: 16 * 1024 * 1024,
  /** How many go into the table at once in a quiet moment, and at most with a commit, so that nobody waits long meanwhile. */
  sliceKeys: 128,
  /** So many are sorted at once: neighbours in the table are written together, and sorting takes no time that anybody notices. */
  runKeys: 8192,
  /** The oldest waits no longer, milliseconds. */
  ageMaxMs: 2000,
} as const;
/** Versions are handed out from blocks, so that a version is never given twice after a crash. */
const VERSION_BLOCK = 1_000_000;
/** A key that an expiry removes needs no more than this many rows at once. */
const EXPIRED_MAX = 500;
/** A turn whose changes are more gets several rows of the journal: SQLite takes no row of a gigabyte. */
const JOURNAL_ROW_BYTES = 8 * 1024 * 1024;
const EXPIRED_ROUNDS = 20;
const GARBAGE_ROWS = 1000;

type Undo = () => void;

/** What is on its way into the table. */
interface Flushing {
  /** Those that are not sorted yet. */
  rest: Iterator<[Space, string, Entry]>;
  /** Sorted, and how many of them are written. */
  run: [Space, string, Entry][];
  next: number;
  /** The last row of the journal that is then no longer needed. */
  readonly upTo: number;
}

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
  /** True between the first change of a turn and its commit. */
  isDirty = false;
  /** When something last went wrong with the disk; null: all is well. */
  failure: Error | null = null;
  private readonly logSync: LogSync;
  /** False: what is here ends with the hub, so nobody waits for the disk. */
  private readonly isLasting: boolean;
  private readonly journal = new JournalWriter();
  private readonly spaces = new Map<string, Space>();
  private readonly spacesById = new Map<number, Space>();
  private readonly undos: Undo[] = [];
  /** Namespaces that have no row yet. */
  private readonly unsaved = new Set<Space>();
  private nextSpace = 1;
  /** Why this turn must not be committed, whatever its other commands say. */
  private doom: Error | null = null;
  /** Namespaces whose counts changed in this turn. */
  private readonly recounted = new Set<Space>();
  /** Called before each commit, to write what was kept back, and after each undo, to forget what is not so. */
  private readonly parts: Part[] = [];
  private isOpen = false;
  private version = 0;
  private versionsUntil = 0;
  private journalRow = 0;
  private dirtyBytes = 0;
  private dirtySince = 0;
  private flushing: Flushing | null = null;
  private putsOfTurn = 0;
  private nextExpiry = Number.POSITIVE_INFINITY;
  private hasGarbage = true;

  private constructor(db: SqliteSession, isLasting: boolean) {
    this.db = db;
    this.isLasting = isLasting;
    this.logSync = new LogSync(db.path);
  }

  /** `isLasting` false: nothing is to outlive the hub. Opens the file, made if it is not there, and brings in what its journal holds. Throws what `openSqlite` throws. */
  static async open(path: string, isLasting = true): Promise<Keyspace> {
    const keyspace = new Keyspace(await openSqlite(path, { synchronous: "NORMAL", verify: false }), isLasting);
    try {
      migrate(keyspace.db, MIGRATIONS);
      keyspace.load();
    } catch (error) {
      keyspace.db.close();
      throw error;
    }
    return keyspace;
  }

  /** Writes all that is only in the journal into the table, and closes. */
  close(): void {
    try {
      this.flushAll();
      this.commit(true);
      this.emptyLog();
    } finally {
      this.logSync.close();
      this.db.close();
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
    const known = this.spaces.get(name);
    if (known) return known;
    // Clients hold it from now on, so no failure may take its number away: its row comes with the first commit that succeeds.
    const space = new Space({ id: this.nextSpace++, name, keys: 0, objects: 0 });
    this.keepSpace(space);
    this.unsaved.add(space);
    return space;
  }

  /** Names of all namespaces. */
  names(): string[] {
    return [...this.spaces.keys()];
  }

  now(): number {
    return Date.now();
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

  /** Makes `key` a string. `expires` 0: for ever. The value is kept as it is: it must be the keyspace's own. */
  putString(space: Space, key: string, value: Uint8Array, expires: number): number {
    const before = this.knownBefore(space, key);
    if (before && before.type > STRING) this.removeObject(space, key, before);
    const version = this.nextVersion();
    this.overlay(space, key, { type: STRING, value, object: 0, expires, version });
    this.journal.set(space.id, key, value, expires, version);
    if (this.journal.length > JOURNAL_ROW_BYTES) this.writeJournal();
    if (expires !== 0 && expires < this.nextExpiry) this.nextExpiry = expires;
    space.touch(key);
    return version;
  }

  /** Removes a key; false when it was not there. */
  remove(space: Space, key: string): boolean {
    const entry = this.find(space, key);
    if (entry.type === 0) return false;
    if (entry.type === STRING) this.removeString(space, key);
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
    const changed = { ...entry, expires, version: this.nextVersion() };
    this.run("UPDATE keys SET expires = ?, version = ? WHERE namespace = ? AND key = ?", [
      expires || null,
      changed.version,
      space.id,
      bytesOf(key),
    ]);
    space.hot.set(key, changed);
    if (expires !== 0 && expires < this.nextExpiry) this.nextExpiry = expires;
    space.touch(key);
  }

  /** Makes `key`, which must not be there, a hash or a stream; gives the object's number. */
  createObject(space: Space, key: string, type: typeof HASH | typeof STREAM): number {
    this.change();
    // What is there is a string whose time is over, or an object whose time is.
    const before = this.find(space, key);
    if (before.type > STRING) this.removeObject(space, key, before);
    this.forgetString(space, key);
    const object = this.nextVersion();
    const version = object;
    const name = bytesOf(key);
    this.count(space, -this.run("DELETE FROM keys WHERE namespace = ? AND key = ?", [space.id, name]), 0);
    this.run("INSERT INTO keys (namespace, key, type, object, version) VALUES (?, ?, ?, ?, ?)", [space.id, name, type, object, version]);
    this.count(space, 1, 1);
    space.hot.set(key, { type, value: NO_BYTES, object, expires: 0, version });
    return object;
  }

  /** Removes all keys of a namespace. */
  clear(space: Space): void {
    this.change();
    this.flushAll();
    const watched = [...space.watchers.keys()].filter((key) => this.lookup(space, key).type !== 0);
    this.run("INSERT INTO garbage (object, type) SELECT object, type FROM keys WHERE namespace = ? AND object IS NOT NULL", [space.id]);
    this.run("DELETE FROM keys WHERE namespace = ?", [space.id]);
    this.count(space, -space.keys, -space.objects);
    this.hasGarbage = true;
    space.hot.clear();
    for (const key of watched) space.touch(key);
  }

  /** How many keys a namespace has. Of very many whose time is over at once some may still count. */
  size(space: Space): number {
    this.flushAll();
    for (let round = 0; round < EXPIRED_ROUNDS && this.nextExpiry <= this.now(); round++) this.removeExpired();
    return space.keys;
  }

  /** The same without the work: keys that changed lately may be counted twice. */
  roughSize(space: Space): number {
    return space.keys + space.dirty.size + (space.frozen?.size ?? 0);
  }

  /** At most `limit` keys after `after`, in their order, without those whose time is over. */
  keysAfter(space: Space, after: string | null, limit: number): { key: string; type: KeyType }[] {
    this.flushAll();
    const where = after === null ? "" : "AND key > ?";
    const params: SqlValue[] = after === null ? [space.id, this.now(), limit] : [space.id, this.now(), bytesOf(after), limit];
    const rows = this.db.all<{ key: Uint8Array; type: KeyType }>(
      `SELECT key, type FROM keys WHERE namespace = ? AND (expires IS NULL OR expires > ?) ${where} ORDER BY key LIMIT ?`,
      params,
    );
    return rows.map(({ key, type }) => ({ key: latin1Of(key), type }));
  }

  /** To be called before a statement changes a table: opens the turn's transaction. */
  change(): void {
    this.isDirty = true;
    if (this.isOpen) return;
    this.db.begin();
    this.isOpen = true;
  }

  /** What takes back a change of memory, should the turn fail. */
  onUndo(undo: Undo): void {
    this.undos.push(undo);
  }

  /** Runs a statement that changes a table; gives how many rows it changed. */
  run(sql: string, params: readonly SqlValue[]): number {
    this.change();
    return this.db.run(sql, params);
  }

  /** Ends the turn: all its changes are in the file, and on disk if `durable`. Throws when that is not so; then all is undone. */
  commit(durable: boolean): void {
    if (!this.isDirty) return;
    try {
      if (this.doom) throw this.doom;
      this.change();
      for (const { id, name } of this.unsaved) this.run("INSERT INTO namespaces (id, name) VALUES (?, ?)", [id, name]);
      for (const part of this.parts) part.flush();
      if (this.version > this.versionsUntil - VERSION_BLOCK / 2) this.reserveVersions();
      if (!this.journal.isEmpty) this.writeJournal();
      this.beginFlushIfDue();
      // Somewhat more than came, so that there is an end of it.
      if (this.flushing) this.flushSlice(Math.min(FLUSH_LIMITS.sliceKeys, 16 + 2 * this.putsOfTurn));
      for (const { id, keys, objects } of this.recounted)
        this.run("UPDATE namespaces SET keys = ?, objects = ? WHERE id = ?", [keys, objects, id]);
      this.db.commit();
    } catch (error) {
      this.undo();
      this.failure = error as Error;
      throw error;
    }
    this.isOpen = false;
    this.putsOfTurn = 0;
    this.undos.length = 0;
    this.unsaved.clear();
    this.recounted.clear();
    // What this throws cannot be undone: the changes are committed and seen, and whether the disk has them is unknown.
    if (durable && this.isLasting) this.logSync.sync();
    this.isDirty = false;
    this.failure = null;
  }

  /** Work for a quiet moment: moves strings into the table, removes what is over. True when there is more at once. Throws what the disk says; then nothing is done. */
  tidy(): boolean {
    if (this.isDirty) return false;
    try {
      this.removeExpired();
      this.removeGarbage();
      for (const part of this.parts) part.tidy?.();
      if (this.dirtyBytes > 0 && this.now() - this.dirtySince >= FLUSH_LIMITS.ageMaxMs) this.beginFlush();
      if (this.flushing) {
        this.change();
        this.flushSlice(FLUSH_LIMITS.sliceKeys);
      }
    } catch (error) {
      this.undo();
      this.failure = error as Error;
      throw error;
    }
    this.commit(false);
    return this.tidyAt <= this.now();
  }

  /** When `tidy` next has something to do, milliseconds since 1970; infinity: nothing. */
  get tidyAt(): number {
    const flush = this.dirtyBytes > 0 ? this.dirtySince + FLUSH_LIMITS.ageMaxMs : Number.POSITIVE_INFINITY;
    const parts = this.parts.reduce((at, part) => Math.min(at, part.tidyAt ?? at), Number.POSITIVE_INFINITY);
    return this.flushing || this.hasGarbage ? 0 : Math.min(flush, this.nextExpiry, parts);
  }

  /** Writes all strings into the table at once. */
  flushAll(): void {
    for (let round = 0; round < 2 && (this.flushing || this.dirtyBytes > 0); round++) {
      this.change();
      if (!this.flushing) this.beginFlush();
      while (this.flushing) this.flushSlice(Number.POSITIVE_INFINITY);
    }
    // The table has it all, with what this turn changed.
    if (this.isDirty) this.run("DELETE FROM journal", []);
    this.journal.clear();
  }

  private find(space: Space, key: string): Entry {
    const entry = space.dirty.get(key) ?? space.frozen?.get(key) ?? space.hot.get(key);
    return entry ?? this.read(space, key);
  }

  private read(space: Space, key: string): Entry {
    const row = this.db.get<Entry & { value: Uint8Array | null }>(
      "SELECT type, value, coalesce(object, 0) AS object, coalesce(expires, 0) AS expires, version FROM keys WHERE namespace = ? AND key = ?",
      [space.id, bytesOf(key)],
    );
    const entry = row ? { ...row, value: row.value ?? NO_BYTES } : ABSENT;
    space.hot.set(key, entry);
    return entry;
  }

  /** What is known of a key, without a look into the table where that could tell nothing of interest: only strings are there. */
  private knownBefore(space: Space, key: string): Entry | null {
    if (space.objects > 0) return this.find(space, key);
    return null;
  }

  private overlay(space: Space, key: string, entry: Entry): void {
    const before = space.dirty.get(key);
    if (!this.isDirty) this.isDirty = true;
    this.undos.push(() => {
      if (before) space.dirty.set(key, before);
      else space.dirty.delete(key);
    });
    space.dirty.set(key, entry);
    this.putsOfTurn++;
    if (this.dirtyBytes === 0) this.dirtySince = this.now();
    this.dirtyBytes += key.length + entry.value.length + 64;
  }

  private removeString(space: Space, key: string): void {
    this.overlay(space, key, ABSENT);
    this.journal.removed(space.id, key);
  }

  /** The table alone speaks for `key` from now on. */
  private forgetString(space: Space, key: string): void {
    const { dirty, frozen } = space;
    const entry = dirty.get(key);
    const older = frozen?.get(key);
    dirty.delete(key);
    frozen?.delete(key);
    this.undos.push(() => {
      if (entry) dirty.set(key, entry);
      if (older) frozen?.set(key, older);
    });
    this.journal.moved(space.id, key);
  }

  private removeObject(space: Space, key: string, entry: Entry): void {
    this.change();
    this.count(space, -this.run("DELETE FROM keys WHERE namespace = ? AND key = ?", [space.id, bytesOf(key)]), -1);
    this.run("INSERT OR REPLACE INTO garbage (object, type) VALUES (?, ?)", [entry.object, entry.type]);
    this.hasGarbage = true;
    space.hot.set(key, ABSENT);
  }

  private count(space: Space, keys: number, objects: number): void {
    if (keys === 0 && objects === 0) return;
    space.keys += keys;
    space.objects += objects;
    this.undos.push(() => {
      space.keys -= keys;
      space.objects -= objects;
    });
    this.recounted.add(space);
  }

  private nextVersion(): number {
    return ++this.version;
  }

  private reserveVersions(): void {
    const until = this.version + VERSION_BLOCK;
    const before = this.versionsUntil;
    this.run("INSERT OR REPLACE INTO meta (name, value) VALUES ('versions', ?)", [until]);
    this.versionsUntil = until;
    this.undos.push(() => {
      this.versionsUntil = before;
    });
  }

  /** A command failed for want of a disk, perhaps half done: nothing of this turn may stay. */
  fail(error: Error): void {
    if (this.isDirty) this.doom ??= error;
  }

  /** Takes back what this turn did, in memory and in the file. */
  private undo(): void {
    if (this.isOpen) this.db.rollback();
    this.doom = null;
    this.isOpen = false;
    this.journal.clear();
    this.putsOfTurn = 0;
    this.recounted.clear();
    for (const undo of this.undos.splice(0).reverse()) undo();
    for (const part of this.parts) part.forget();
    for (const space of this.spaces.values()) space.hot.clear();
    if (this.flushing) this.flushing = { ...this.flushing, rest: this.frozenEntries(), run: [], next: 0 };
    this.hasGarbage = true;
    this.nextExpiry = 0;
    this.isDirty = false;
  }

  private writeJournal(): void {
    this.run("INSERT INTO journal (id, changes) VALUES (?, ?)", [++this.journalRow, this.journal.take()]);
  }

  private beginFlushIfDue(): void {
    if (this.flushing) {
      // Writers are faster than the table: they wait now.
      if (this.dirtyBytes > FLUSH_LIMITS.bytesMax || this.dirtyKeys() > FLUSH_LIMITS.keysMax) this.flushSlice(Number.POSITIVE_INFINITY);
      return;
    }
    if (this.dirtyBytes > FLUSH_LIMITS.bytesMax / 2 || this.dirtyKeys() > FLUSH_LIMITS.keysMax / 2) this.beginFlush();
  }

  private dirtyKeys(): number {
    let keys = 0;
    for (const space of this.spaces.values()) keys += space.dirty.size;
    return keys;
  }

  private beginFlush(): void {
    const bytes = this.dirtyBytes;
    this.undos.push(() => {
      this.dirtyBytes = bytes;
      this.flushing = null;
    });
    for (const space of this.spaces.values()) {
      if (space.dirty.size === 0) continue;
      this.undos.push(() => {
        space.dirty = space.frozen ?? new Map();
        space.frozen = null;
      });
      space.frozen = space.dirty;
      space.dirty = new Map();
    }
    this.dirtyBytes = 0;
    this.flushing = { rest: this.frozenEntries(), run: [], next: 0, upTo: this.journalRow };
  }

  private *frozenEntries(): Generator<[Space, string, Entry]> {
    for (const space of this.spaces.values()) for (const [key, entry] of space.frozen ?? []) yield [space, key, entry];
  }

  /** Writes the next few strings into the table, and after the last one empties the journal of them. */
  private flushSlice(size: number): void {
    const { flushing } = this;
    if (!flushing) return;
    const now = this.now();
    for (let count = 0; count < size; count++) {
      if (flushing.next === flushing.run.length && !nextRun(flushing)) {
        this.endFlush(flushing);
        return;
      }
      const [space, key, entry] = flushing.run[flushing.next++] as [Space, string, Entry];
      // It became an object meanwhile.
      if (space.frozen?.get(key) === entry) this.place(space, key, entry, now);
    }
  }

  private endFlush(flushing: Flushing): void {
    this.run("DELETE FROM journal WHERE id <= ?", [flushing.upTo]);
    const frozen = [...this.spaces.values()].map((space) => [space, space.frozen] as const);
    for (const [space] of frozen) space.frozen = null;
    this.flushing = null;
    this.undos.push(() => {
      for (const [space, entries] of frozen) space.frozen = entries;
      this.flushing = flushing;
    });
  }

  private place(space: Space, key: string, entry: Entry, now: number): void {
    const name = bytesOf(key);
    space.hot.set(key, entry);
    if (entry.type === 0 || (entry.expires !== 0 && entry.expires <= now)) {
      this.count(space, -this.run("DELETE FROM keys WHERE namespace = ? AND key = ?", [space.id, name]), 0);
      return;
    }
    const expires = entry.expires || null;
    if (entry.expires !== 0 && entry.expires < this.nextExpiry) this.nextExpiry = entry.expires;
    const updated = this.run(
      "UPDATE keys SET type = 1, value = ?, object = NULL, expires = ?, version = ? WHERE namespace = ? AND key = ?",
      [entry.value, expires, entry.version, space.id, name],
    );
    if (updated > 0) return;
    this.run("INSERT INTO keys (namespace, key, type, value, expires, version) VALUES (?, ?, 1, ?, ?, ?)", [
      space.id,
      name,
      entry.value,
      expires,
      entry.version,
    ]);
    this.count(space, 1, 0);
  }

  private removeExpired(): void {
    const now = this.now();
    if (this.nextExpiry > now) return;
    const rows = this.db.all<{ namespace: number; key: Uint8Array; type: KeyType; object: number | null }>(
      "SELECT namespace, key, type, object FROM keys WHERE expires <= ? LIMIT ?",
      [now, EXPIRED_MAX],
    );
    for (const row of rows) this.removeExpiredRow(row);
    const next = this.db.get<{ at: number | null }>("SELECT min(expires) AS at FROM keys WHERE expires IS NOT NULL")?.at;
    this.nextExpiry = rows.length === EXPIRED_MAX ? now : (next ?? Number.POSITIVE_INFINITY);
    if (this.dirtyBytes > 0) this.nextExpiry = Math.min(this.nextExpiry, now + FLUSH_LIMITS.ageMaxMs);
  }

  private removeExpiredRow(row: { namespace: number; key: Uint8Array; type: KeyType; object: number | null }): void {
    const space = this.spacesById.get(row.namespace);
    const key = latin1Of(row.key);
    if (!space) return;
    if (row.type !== STRING) {
      this.removeObject(space, key, { ...ABSENT, type: row.type, object: row.object ?? 0 });
      return;
    }
    this.count(space, -this.run("DELETE FROM keys WHERE namespace = ? AND key = ?", [row.namespace, row.key]), 0);
    space.hot.delete(key);
  }

  /** Removes rows of objects that are gone, some at a time. */
  private removeGarbage(): void {
    if (!this.hasGarbage) return;
    const row = this.db.get<{ object: number; type: number }>("SELECT object, type FROM garbage LIMIT 1");
    this.hasGarbage = row !== undefined;
    if (!row) return;
    let removed = 0;
    for (const { name, key, by = "object = ?1" } of GARBAGE_TABLES[row.type] ?? []) {
      const rows = `SELECT ${key} FROM ${name} WHERE ${by} LIMIT ${GARBAGE_ROWS}`;
      removed += this.run(`DELETE FROM ${name} WHERE ${by} AND (${key}) IN (${rows})`, [row.object]);
      // Later tables tell where the rows of earlier ones are.
      if (removed >= GARBAGE_ROWS) break;
    }
    if (removed === 0) this.run("DELETE FROM garbage WHERE object = ?", [row.object]);
  }

  private keepSpace(space: Space): void {
    this.spaces.set(space.name, space);
    this.spacesById.set(space.id, space);
  }

  private load(): void {
    for (const row of this.db.all<{ id: number; name: string; keys: number; objects: number }>("SELECT * FROM namespaces"))
      this.keepSpace(new Space(row));
    this.nextSpace = Math.max(0, ...this.spacesById.keys()) + 1;
    this.version = this.db.get<{ value: number }>("SELECT value FROM meta WHERE name = 'versions'")?.value ?? 0;
    this.versionsUntil = this.version;
    this.replay();
    this.nextExpiry = 0;
  }

  /** What the journal says is in memory as it was; nothing is written, so that a full disk is no reason not to begin. */
  private replay(): void {
    const rows = this.db.all<{ id: number; changes: Uint8Array }>("SELECT id, changes FROM journal ORDER BY id");
    for (const row of rows) {
      for (const change of readJournal(row.changes)) {
        const space = this.spacesById.get(change.namespace);
        if (!space) continue;
        if (change.kind === "moved") space.dirty.delete(change.key);
        else if (change.kind === "removed") space.dirty.set(change.key, ABSENT);
        else
          space.dirty.set(change.key, { type: STRING, value: change.value, object: 0, expires: change.expires, version: change.version });
      }
      this.journalRow = row.id;
      this.dirtyBytes += row.changes.length;
    }
    this.dirtySince = this.now();
  }
}

/** Sorts the next strings; false: there are none. */
function nextRun(flushing: Flushing): boolean {
  const run: [Space, string, Entry][] = [];
  while (run.length < FLUSH_LIMITS.runKeys) {
    const { value, done } = flushing.rest.next();
    if (done) break;
    run.push(value);
  }
  run.sort(([one, key], [other, otherKey]) => one.id - other.id || (key < otherKey ? -1 : 1));
  flushing.run = run;
  flushing.next = 0;
  return run.length > 0;
}

/** Where the rows of hashes and streams are. Streams add theirs. */
const GARBAGE_TABLES: Record<number, GarbageTable[]> = {
  [HASH]: [
    { name: "fields", key: "field" },
    { name: "hashes", key: "object" },
  ],
};

/** A table that has rows of an object: its primary key, and which rows are the object's (default `object = ?1`). */
export interface GarbageTable {
  readonly name: string;
  readonly key: string;
  readonly by?: string;
}

/** A kind of object tells where its rows are, so that they go when it goes; a table is emptied of them before the next one. */
export function removeWith(type: KeyType, tables: GarbageTable[]): void {
  GARBAGE_TABLES[type] = tables;
}
