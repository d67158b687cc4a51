/**
 * Strings that changed and wait for their place in the table `keys`: in memory, and in the journal, from which they are read when the hub begins. They go into
 * the table in its own order, a slice at a time, and the journal is emptied of them.
 */
import { bytesOf } from "../server/arguments.ts";
import { JournalWriter, readJournal } from "./journal.ts";
import { STRING } from "./schema.ts";
import { sortedRuns } from "./sorted-runs.ts";
import { ABSENT, type Entry, type Space } from "./space.ts";
import type { Turn } from "./turn.ts";

/** At half of it they begin to go into the table; at all of it writers wait. */
export const FLUSH_LIMITS = {
  keysMax: 32_768,
  bytesMax: 16 * 1024 * 1024,
  /** How many go into the table at once in a quiet moment, and at most with a commit, so that nobody waits long meanwhile. */
  sliceKeys: 128,
  /** About so many are sorted at once, which takes no time that anybody notices. */
  runKeys: 8192,
  /** When no string has changed for so long, it is a quiet moment, milliseconds. */
  quietMs: 100,
  /** The oldest waits no longer, quiet or not, milliseconds. */
  ageMaxMs: 10_000,
} as const;
/** A turn whose changes are more gets several rows of the journal, bytes: SQLite takes no row of a gigabyte. */
const JOURNAL_ROW_BYTES = 8 * 1024 * 1024;
const JOURNAL = "INSERT INTO journal (id, changes) VALUES (?, ?)";
/** What an entry takes besides its bytes, roughly. */
const ENTRY_BYTES = 64;

/** What the strings need of the keyspace. */
export interface StringsHost {
  readonly turn: Turn;
  now(): number;
  spaces(): Iterable<Space>;
  /** So many rows of a namespace came or, negative, went. */
  counted(space: Space, rows: number): void;
  /** A row ends at `at`, milliseconds since 1970. */
  ends(at: number): void;
}

/** Strings of one namespace, in the table's order. */
interface Run {
  readonly space: Space;
  readonly entries: readonly [string, Entry][];
}

/** What is on its way into the table. */
interface Flushing {
  /** What comes after `run`. */
  rest: Iterator<Run>;
  /** Null: not begun. */
  run: Run | null;
  /** How many of the run are written. */
  next: number;
  /** The last row of the journal that is then no longer needed. */
  readonly upTo: number;
}

export class WaitingStrings {
  private readonly host: StringsHost;
  private readonly journal = new JournalWriter();
  private journalRow = 0;
  private bytes = 0;
  private since = 0;
  /** When a string last changed. */
  private changedAt = 0;
  private putsOfTurn = 0;
  private flushing: Flushing | null = null;

  constructor(host: StringsHost) {
    this.host = host;
  }

  /** Whether any string is not on its way into the table yet. */
  get isWaiting(): boolean {
    return this.bytes > 0;
  }

  /** When `tidy` has something to do, milliseconds since 1970; infinity: nothing. */
  get dueAt(): number {
    if (!this.flushing && !this.isWaiting) return Number.POSITIVE_INFINITY;
    return Math.min(this.changedAt + FLUSH_LIMITS.quietMs, this.since + FLUSH_LIMITS.ageMaxMs);
  }

  /** What a key is from now on. */
  put(space: Space, key: string, entry: Entry): void {
    this.overlay(space, key, entry);
    this.journal.set(space.id, key, entry.value, entry.expires, entry.version);
    if (this.journal.length > JOURNAL_ROW_BYTES) this.writeJournal();
  }

  remove(space: Space, key: string): void {
    this.overlay(space, key, ABSENT);
    this.journal.removed(space.id, key);
  }

  /** The table alone speaks for `key` from now on. */
  forgetKey(space: Space, key: string): void {
    const { dirty, frozen } = space;
    const entry = dirty.get(key);
    const older = frozen?.get(key);
    dirty.delete(key);
    frozen?.delete(key);
    this.host.turn.onUndo(() => {
      if (entry) dirty.set(key, entry);
      if (older) frozen?.set(key, older);
    });
    this.journal.moved(space.id, key);
  }

  /** A turn's own part: the journal, and as much of the table as keeps up with it. */
  flush(): void {
    if (!this.journal.isEmpty) this.host.turn.runLast(JOURNAL, this.journalValues());
    this.beginIfDue();
    // Twice as many as came, so that there is an end of it before those that come are too many.
    if (this.flushing) this.slice(Math.min(FLUSH_LIMITS.sliceKeys, 1 + 2 * this.putsOfTurn));
    if (this.putsOfTurn > 0) this.changedAt = this.host.now();
    this.putsOfTurn = 0;
  }

  /** A little work for a quiet moment. */
  tidy(): void {
    if (this.dueAt > this.host.now()) return;
    if (!this.flushing) this.begin();
    this.host.turn.change();
    this.slice(FLUSH_LIMITS.sliceKeys);
  }

  /** Writes all strings into the table at once, with what this turn changed. */
  flushAll(): void {
    const { turn } = this.host;
    for (let round = 0; round < 2 && (this.flushing || this.isWaiting); round++) {
      turn.change();
      if (!this.flushing) this.begin();
      while (this.flushing) this.slice(Number.POSITIVE_INFINITY);
    }
    if (turn.isDirty) turn.run("DELETE FROM journal", []);
    this.journal.clear();
  }

  /** The turn was undone: what was on its way begins anew. */
  forget(): void {
    this.journal.clear();
    this.putsOfTurn = 0;
    if (this.flushing) this.flushing = { ...this.flushing, rest: this.runs(), run: null, next: 0 };
  }

  /** What the journal says is in memory as it was; nothing is written, so that a full disk is no reason not to begin. */
  replay(rows: readonly { id: number; changes: Uint8Array }[], spaceOf: (id: number) => Space | undefined): void {
    for (const row of rows) {
      for (const change of readJournal(row.changes)) {
        const space = spaceOf(change.namespace);
        if (!space) continue;
        if (change.kind === "moved") space.dirty.delete(change.key);
        else if (change.kind === "removed") space.dirty.set(change.key, ABSENT);
        else
          space.dirty.set(change.key, { type: STRING, value: change.value, object: 0, expires: change.expires, version: change.version });
      }
      this.journalRow = row.id;
      this.bytes += row.changes.length;
    }
    this.since = this.host.now();
  }

  private overlay(space: Space, key: string, entry: Entry): void {
    const { turn } = this.host;
    const before = space.dirty.get(key);
    turn.isDirty = true;
    turn.onUndo(() => {
      if (before) space.dirty.set(key, before);
      else space.dirty.delete(key);
    });
    space.dirty.set(key, entry);
    this.putsOfTurn++;
    if (this.bytes === 0) this.since = this.host.now();
    this.bytes += key.length + entry.value.length + ENTRY_BYTES;
  }

  private writeJournal(): void {
    this.host.turn.run(JOURNAL, this.journalValues());
  }

  private journalValues(): [number, Uint8Array] {
    return [++this.journalRow, this.journal.take()];
  }

  private beginIfDue(): void {
    const keys = this.keys();
    if (this.flushing) {
      // Writers are faster than the table: they wait now.
      if (this.bytes > FLUSH_LIMITS.bytesMax || keys > FLUSH_LIMITS.keysMax) this.slice(Number.POSITIVE_INFINITY);
      return;
    }
    if (this.bytes > FLUSH_LIMITS.bytesMax / 2 || keys > FLUSH_LIMITS.keysMax / 2) this.begin();
  }

  private keys(): number {
    let keys = 0;
    for (const space of this.host.spaces()) keys += space.dirty.size;
    return keys;
  }

  private begin(): void {
    const { bytes } = this;
    const { turn } = this.host;
    turn.onUndo(() => {
      this.bytes = bytes;
      this.flushing = null;
    });
    for (const space of this.host.spaces()) {
      if (space.dirty.size === 0) continue;
      turn.onUndo(() => {
        space.dirty = space.frozen ?? new Map();
        space.frozen = null;
      });
      space.frozen = space.dirty;
      space.dirty = new Map();
    }
    this.bytes = 0;
    this.flushing = { rest: this.runs(), run: null, next: 0, upTo: this.journalRow };
  }

  /** Neighbours in the table are written together: they share its pages. */
  private *runs(): Generator<Run> {
    for (const space of this.host.spaces())
      for (const entries of sortedRuns(space.frozen ?? new Map<string, Entry>(), FLUSH_LIMITS.runKeys)) yield { space, entries };
  }

  /** Writes the next few strings into the table, and after the last one empties the journal of them. */
  private slice(size: number): void {
    const { flushing } = this;
    if (!flushing) return;
    const now = this.host.now();
    for (let count = 0; count < size; count++) {
      const run = runOf(flushing);
      if (!run) {
        this.end(flushing);
        return;
      }
      const [key, entry] = run.entries[flushing.next++] as [string, Entry];
      // It became an object meanwhile.
      if (run.space.frozen?.get(key) === entry) this.place(run.space, key, entry, now);
    }
  }

  private end(flushing: Flushing): void {
    const { turn } = this.host;
    turn.run("DELETE FROM journal WHERE id <= ?", [flushing.upTo]);
    const frozen = [...this.host.spaces()].map((space) => [space, space.frozen] as const);
    for (const [space] of frozen) space.frozen = null;
    this.flushing = null;
    turn.onUndo(() => {
      for (const [space, entries] of frozen) space.frozen = entries;
      this.flushing = flushing;
    });
  }

  private place(space: Space, key: string, entry: Entry, now: number): void {
    const { host } = this;
    const { turn } = host;
    const { type, value, expires, version } = entry;
    const name = bytesOf(key);
    space.hot.set(key, entry);
    if (type === 0 || (expires !== 0 && expires <= now)) {
      host.counted(space, -turn.run("DELETE FROM keys WHERE namespace = ? AND key = ?", [space.id, name]));
      if (type !== 0) space.touch(key);
      return;
    }
    if (expires !== 0) host.ends(expires);
    const values = [value, expires || null, version, space.id, name];
    const update = "UPDATE keys SET type = 1, value = ?, object = NULL, expires = ?, version = ? WHERE namespace = ? AND key = ?";
    if (turn.run(update, values) > 0) return;
    turn.run("INSERT INTO keys (type, value, expires, version, namespace, key) VALUES (1, ?, ?, ?, ?, ?)", values);
    host.counted(space, 1);
  }
}

/** The run that has more to write; null: all is written. */
function runOf(flushing: Flushing): Run | null {
  if (flushing.run && flushing.next < flushing.run.entries.length) return flushing.run;
  flushing.run = flushing.rest.next().value ?? null;
  flushing.next = 0;
  return flushing.run;
}
