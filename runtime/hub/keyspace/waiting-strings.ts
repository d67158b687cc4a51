/**
 * Strings that changed and wait for their place in the table `keys`: in memory, and in the journal, from which they are read when the hub begins. They go into
 * the table in its own order, a slice at a time, and the journal is emptied of them.
 */
import { bytesOf } from "../server/arguments.ts";
import { sortedRuns } from "./sorted-runs.ts";
import type { Entry, Space } from "./space.ts";
import { StringLog } from "./string-log.ts";
import type { Turn } from "./turn.ts";

/** At half of it they begin to go into the table; at all of it writers wait, and so do they within a turn that brings so many bytes. */
export const FLUSH_LIMITS = {
  keysMax: 131_072,
  bytesMax: 32 * 1024 * 1024,
  /** How many go into the table at once, so that nobody waits long meanwhile; but as many as came, so that there is an end of it. */
  sliceKeys: 128,
  /** About so many are looked at, or sorted, at once, which takes no time that anybody notices. */
  runKeys: 8192,
  /** About so much of the journal is emptied at once, bytes, or twice as much as came. */
  emptyBytes: 256 * 1024,
  /** When no string has changed for so long, it is a quiet moment, milliseconds. */
  quietMs: 100,
  /** The oldest waits no longer, quiet or not, milliseconds. */
  ageMaxMs: 10_000,
} as const;
const JOURNAL = "INSERT INTO journal (id, changes) VALUES (?, ?)";

/** What the strings need of the keyspace. */
export interface StringsHost {
  readonly turn: Turn;
  now(): number;
  space(id: number): Space | undefined;
  /** So many rows of a namespace came or, negative, went. */
  counted(space: Space, rows: number): void;
  /** A row ends at `at`, milliseconds since 1970. */
  ends(at: number): void;
}

/** Strings of one namespace, in the table's order, and where the log has them. */
interface Run {
  readonly space: Space | undefined;
  readonly keys: readonly [string, number][];
}

/** What is on its way into the table. */
interface Flushing {
  readonly log: StringLog;
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
  /** Those that changed since the others began to go into the table. */
  private log = new StringLog();
  private flushing: Flushing | null = null;
  /** The last row of the journal, and the last one that was removed from it. */
  private lastRow = 0;
  private removedRow = 0;
  private since = 0;
  /** When a string last changed. */
  private changedAt = 0;
  private putsOfTurn = 0;
  /** How many are to go into the table for those that came, and how long the log was when that was last done. */
  private owed = 0;
  private bytesThen = 0;

  constructor(host: StringsHost) {
    this.host = host;
  }

  /** Whether any string is not on its way into the table yet. */
  get isWaiting(): boolean {
    return this.log.bytes > 0;
  }

  /** When `tidy` has something to do, milliseconds since 1970; infinity: nothing. */
  get dueAt(): number {
    if (!this.flushing && !this.isWaiting) return Number.POSITIVE_INFINITY;
    return Math.min(this.changedAt + FLUSH_LIMITS.quietMs, this.since + FLUSH_LIMITS.ageMaxMs);
  }

  /** What a key is; undefined: the table knows. Its value holds while the turn lasts. */
  find(space: Space, key: string): Entry | undefined {
    return this.log.find(space.id, key) ?? this.flushing?.log.find(space.id, key);
  }

  /** How many keys of a namespace wait: looks at all of them. */
  countOf(space: Space): number {
    return this.log.countOf(space.id) + (this.flushing?.log.countOf(space.id) ?? 0);
  }

  /** What a key is from now on. The value is copied. */
  put(space: Space, key: string, change: { value: Uint8Array; expires: number; version: number }): void {
    this.changing(this.log).set(space.id, key, change);
    if (this.log.bytes > FLUSH_LIMITS.bytesMax) this.flushAll();
  }

  remove(space: Space, key: string): void {
    this.changing(this.log).removed(space.id, key);
  }

  /** The table alone speaks for `key` from now on. */
  forgetKey(space: Space, key: string): void {
    this.changing(this.log).moved(space.id, key);
    if (this.flushing) this.undoable(this.flushing.log).drop(space.id, key);
  }

  /** No string of a namespace waits any more; the table alone speaks for them. */
  forgetAll(space: Space): void {
    for (const log of [this.log, this.flushing?.log]) for (const key of log?.keysOf(space.id) ?? []) this.forgetKey(space, key);
  }

  /** A turn's own part: the journal, and as much of the table as keeps up with it. */
  flush(): void {
    if (!this.log.isWritten) for (const changes of this.log.unwritten()) this.host.turn.runLast(JOURNAL, [++this.lastRow, changes]);
    this.beginIfDue();
    if (this.flushing) this.keepUp();
    if (this.putsOfTurn > 0) this.changedAt = this.host.now();
    this.putsOfTurn = 0;
  }

  /** The turn was committed. */
  committed(): void {
    this.log.settle();
    this.flushing?.log.settle();
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
    while (this.flushing || this.isWaiting) {
      turn.change();
      if (!this.flushing) this.begin();
      while (this.flushing) this.slice(Number.POSITIVE_INFINITY);
    }
  }

  /** The turn was undone: what was on its way begins anew. */
  forget(): void {
    this.putsOfTurn = 0;
    if (this.flushing) this.flushing = { ...this.flushing, rest: this.runs(this.flushing.log), run: null, next: 0 };
  }

  /** What a row of the journal says is in memory as it was; nothing is written, so that a full disk is no reason not to begin. Rows come in their order. */
  replay(id: number, changes: Uint8Array): void {
    if (this.lastRow === 0) this.removedRow = id - 1;
    this.lastRow = id;
    this.log.load(changes, (namespace) => this.host.space(namespace) !== undefined);
    this.since = this.host.now();
  }

  private changing(log: StringLog): StringLog {
    this.host.turn.isDirty = true;
    this.putsOfTurn++;
    if (log.bytes === 0) this.since = this.host.now();
    return this.undoable(log);
  }

  private undoable(log: StringLog): StringLog {
    if (log.isSettled) this.host.turn.onUndo(() => log.rollBack());
    return log;
  }

  private beginIfDue(): void {
    const { bytes, size } = this.log;
    if (this.flushing) {
      // Writers are faster than the table: they wait now.
      if (bytes > FLUSH_LIMITS.bytesMax || size > FLUSH_LIMITS.keysMax) while (this.flushing) this.slice(Number.POSITIVE_INFINITY);
    } else if (bytes > FLUSH_LIMITS.bytesMax / 2 || size > FLUSH_LIMITS.keysMax / 2) this.begin();
  }

  private begin(): void {
    const { log } = this;
    this.host.turn.onUndo(() => {
      this.log = log;
      this.flushing = null;
    });
    // What this turn changed goes into the table without having been in the journal.
    log.markWritten();
    this.log = new StringLog();
    this.flushing = { log, rest: this.runs(log), run: null, next: 0, upTo: this.lastRow };
    this.owed = this.bytesThen = 0;
  }

  /** As many as came go into the table, several at a time: neighbours share a page, and one is written for all of them. */
  private keepUp(): void {
    this.owed += this.putsOfTurn;
    if (this.owed < FLUSH_LIMITS.sliceKeys) return;
    this.slice(this.owed, 2 * (this.log.bytes - this.bytesThen));
    this.owed = 0;
    this.bytesThen = this.log.bytes;
  }

  /** Neighbours in the table are written together. */
  private *runs(log: StringLog): Generator<Run> {
    const byNamespace = new Map<number, number[]>();
    for (const address of log.addresses()) {
      const namespace = log.namespaceAt(address);
      const addresses = byNamespace.get(namespace);
      if (addresses) addresses.push(address);
      else byNamespace.set(namespace, [address]);
    }
    for (const [namespace, addresses] of byNamespace)
      for (const keys of sortedRuns(addresses, (address) => log.keyAt(address), FLUSH_LIMITS.runKeys))
        yield { space: this.host.space(namespace), keys };
  }

  /** Writes the next few strings into the table, and after the last one empties the journal of them. */
  private slice(size: number, emptyBytes = 0): void {
    const { flushing } = this;
    if (!flushing) return;
    const now = this.host.now();
    for (let left = size; left > 0; left--) {
      const run = runOf(flushing);
      if (!run) return this.empty(flushing, Math.max(FLUSH_LIMITS.emptyBytes, emptyBytes));
      const next = run.keys[flushing.next++];
      if (!next) left -= FLUSH_LIMITS.sliceKeys;
      else if (run.space) this.placeIfNew(run.space, flushing.log, next, now);
    }
  }

  /** Of what changed again, or became an object meanwhile, the table need not know. */
  private placeIfNew(space: Space, log: StringLog, [key, address]: [string, number], now: number): void {
    if (log.isAt(address, space.id, key) && !this.log.has(space.id, key)) this.place(space, key, log.entryAt(address), now);
  }

  /** Removes rows of the journal, the oldest first: what is left of them is older than what came after, and says nothing against it. */
  private empty(flushing: Flushing, bytes: number): void {
    const { turn } = this.host;
    const { removedRow } = this;
    const rows = Math.ceil((bytes * (flushing.upTo - removedRow)) / Math.max(1, flushing.log.bytes));
    this.removedRow = Math.min(flushing.upTo, removedRow + Math.max(1, rows));
    turn.run("DELETE FROM journal WHERE id <= ?", [this.removedRow]);
    turn.onUndo(() => {
      this.removedRow = removedRow;
      this.flushing = flushing;
    });
    if (this.removedRow === flushing.upTo) this.flushing = null;
  }

  private place(space: Space, key: string, entry: Entry, now: number): void {
    const { host } = this;
    const { turn } = host;
    const { type, value, expires, version } = entry;
    const name = bytesOf(key);
    // It is a part of the log, which is to go.
    if (space.hot.has(key)) space.hot.set(key, { ...entry, value: new Uint8Array(value) });
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

/** The run that has more to write, or an empty one; null: all is written. */
function runOf(flushing: Flushing): Run | null {
  if (flushing.run && flushing.next < flushing.run.keys.length) return flushing.run;
  flushing.run = flushing.rest.next().value ?? null;
  flushing.next = 0;
  return flushing.run;
}
