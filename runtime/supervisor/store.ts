import type { Cause, HistoryEntry, RunResult } from "../../core/api/wire.ts";
import type { GroupDefinition, Manifest, ProcessDefinition } from "../../core/config/definition.ts";
import { OWN_MANIFEST_ID } from "../../core/config/own-processes.ts";
import type { GhostError } from "../../core/errors/ghost-error.ts";
import type { Machine } from "../../core/lifecycle/state.ts";
import type { SqliteDatabase } from "../storage/sqlite/database.ts";
import { DefinitionsCopy } from "./definitions-copy.ts";
import type { DefinitionsFile } from "./definitions-file.ts";
import { type HistoryOf, HistoryTable } from "./history-table.ts";
import { ProcessRows } from "./process-rows.ts";
import { RESERVE_BYTES_MAX, type ReserveFile } from "./reserve-file.ts";
import type { SecretsFile } from "./secrets-file.ts";
import { parseUnsaved, unsavedText } from "./unsaved.ts";
import { WriteRetry } from "./write-retry.ts";

/** What is known of the file that declared processes, beside the processes. */
export type ManifestHead = Omit<Manifest, "processes" | "secrets">;

/** A registered process as it rests on disk. */
export interface StoredProcess {
  readonly key: string;
  readonly id: string;
  readonly manifestId: string;
  readonly definition: ProcessDefinition;
  /** 0 for the first. */
  readonly instance: number;
  /** How the last runs of a one-shot ended, newest first. */
  readonly results: readonly RunResult[];
  readonly machine: Machine;
  /** Members of the tree that were seen: [pid, start ticks]. */
  readonly members: readonly (readonly [number, number])[];
}

/** History rows that wait in memory while the disk is full; older ones are dropped. */
const UNSAVED_HISTORY_MAX = 2_000;

/** Where groups that no file declares rest among the meta values. */
const GROUPS_KEY = "groups";

/** The number of the last reserve whose content is in the tables. */
const RESERVE_KEY = "reserve";

const NO_KINDS: ReadonlySet<string> = new Set();

/** A history entry before it has its number. */
export interface NewHistory {
  readonly timeMs: number;
  readonly project: string | null;
  readonly name: string | null;
  readonly instance: number;
  readonly from: string | null;
  readonly to: string | null;
  readonly cause: Cause;
}

/**
 * The supervisor's memory on disk. Everything it holds is in the supervisor's own memory too, so a write that fails (a full
 * disk) stops nothing: what is unsaved is kept, marked, and tried again; the next daemon finds it in the reserve. Definitions and desired states are fsynced;
 * identities, counters and history survive the daemon, not the machine: what changes in one turn of the event loop is
 * written at its end in one transaction, the intent to spawn before the spawn (`commitRun`).
 */
export class Store {
  private readonly database: SqliteDatabase;
  private readonly rows: ProcessRows;
  private readonly historyRows: HistoryTable;
  private readonly secretsFile: SecretsFile;
  private readonly copy: DefinitionsCopy;
  private readonly retry = new WriteRetry(() => this.flush());
  private readonly reserve: ReserveFile;
  /** The number of what was last put into the reserve and is not in the tables; 0: there is nothing. */
  private reserved = 0;
  private goneNoted = false;
  /** Writes to come, by what they write (`KIND KEY`): a later one takes the place of an earlier. Null removes. */
  private readonly pending = new Map<string, string | null>();
  private pendingHistory: HistoryEntry[] = [];
  private turnEnd: ReturnType<typeof setImmediate> | undefined;
  private nextSeq: number;
  private closed = false;

  constructor(database: SqliteDatabase, files: { secrets: SecretsFile; definitions: DefinitionsFile; reserve: ReserveFile }) {
    this.database = database;
    this.reserve = files.reserve;
    this.secretsFile = files.secrets;
    this.rows = new ProcessRows(database);
    this.historyRows = new HistoryTable(database);
    this.nextSeq = this.historyRows.newestSeq() + 1;
    const registered = (): StoredProcess[] => this.loadProcesses().filter(({ manifestId }) => manifestId !== OWN_MANIFEST_ID);
    const write = (): void => files.definitions.write(this.loadManifests(), registered(), this.loadGroups());
    this.copy = new DefinitionsCopy(() => this.retry.attempt(write));
  }

  /** Why the last write failed; null while everything is on disk. */
  get problem(): GhostError | null {
    return this.retry.problem;
  }

  loadManifests(): ManifestHead[] {
    return this.rows.manifests();
  }

  loadProcesses(): StoredProcess[] {
    return this.rows.processes(this.pending);
  }

  /** Whether people ever registered something that is still there. */
  hasProcesses(): boolean {
    return this.rows.any();
  }

  /** Takes over what the last daemon could not save, and takes room for what this one may not be able to. Call it once, before anything is loaded. */
  takeReserve(): void {
    this.reserve.prepare();
    const found = this.reserve.readAfter(Number(this.getMeta(RESERVE_KEY) ?? 0));
    const unsaved = found && parseUnsaved(found.text);
    if (!unsaved) return;
    this.reserved = found.number;
    const machines = new Map(this.loadProcesses().map(({ key, machine }) => [key, machine]));
    for (const [what, text] of unsaved.writes) {
      const key = what.slice("desired ".length);
      const machine = what.startsWith("desired ") ? machines.get(key) : undefined;
      if (machine) this.saveMachine(key, { ...machine, desired: text as Machine["desired"] });
      else if (!what.startsWith("desired ")) this.defer(what, text);
    }
    this.pendingHistory.push(...unsaved.history.filter(({ seq }) => seq >= this.nextSeq));
    this.nextSeq = Math.max(this.nextSeq, (this.pendingHistory.at(-1)?.seq ?? 0) + 1);
    this.flush();
  }

  /** Somebody removed `state.db` under the daemon: that is told, and thereby written, which puts it back. */
  noteGone(): void {
    if (this.goneNoted) return;
    this.goneNoted = true;
    const text = "data/state.db was removed or replaced while the daemon ran; all that the daemon knows is written anew";
    this.addHistory({
      timeMs: Date.now(),
      project: null,
      name: null,
      instance: 0,
      from: null,
      to: null,
      cause: { kind: "state-removed", text },
    });
  }

  /** It is there again; what was removed with it follows. */
  noteRestored(): void {
    this.noteGone();
    this.goneNoted = false;
    this.retry.attempt(() => this.secretsFile.rewrite());
    this.copy.touch();
    this.reserve.prepare();
  }

  /** An empty transaction puts back a file that was removed, and its folder. */
  private makeSureOfPlace(): void {
    this.database.transaction(() => undefined);
  }

  getMeta(key: string): string | undefined {
    const unsaved = this.pending.get(`meta ${key}`);
    if (unsaved !== undefined) return unsaved ?? undefined;
    return this.database.get<{ value: string }>("SELECT value FROM meta WHERE key = ?", [key])?.value;
  }

  setMeta(key: string, value: string): void {
    this.defer(`meta ${key}`, value);
  }

  /** Groups that no file declares. */
  loadGroups(): GroupDefinition[] {
    return JSON.parse(this.getMeta(GROUPS_KEY) ?? "[]") as GroupDefinition[];
  }

  /** All groups that no file declares. Durable when it returns; throws NO_SPACE and the like, as for registrations. */
  saveGroups(groups: readonly GroupDefinition[]): void {
    this.durably(() => this.putMeta(GROUPS_KEY, JSON.stringify(groups)));
    this.copy.touch();
  }

  /** What is kept under keys that begin so. */
  metaWith(prefix: string): Map<string, string> {
    const rows = this.database.all<{ key: string; value: string }>("SELECT key, value FROM meta WHERE substr(key, 1, ?) = ?", [
      prefix.length,
      prefix,
    ]);
    const found = new Map(rows.map(({ key, value }) => [key, value]));
    for (const [what, text] of this.pending) {
      if (!what.startsWith(`meta ${prefix}`)) continue;
      if (text === null) found.delete(what.slice("meta ".length));
      else found.set(what.slice("meta ".length), text);
    }
    return found;
  }

  dropMeta(key: string): void {
    this.defer(`meta ${key}`, null);
  }

  /** Durable when it returns. Throws NO_SPACE and the like: a registration that cannot be kept must not be acknowledged. */
  saveRegistration(
    head: ManifestHead,
    secrets: Manifest["secrets"],
    saved: readonly StoredProcess[],
    removedKeys: readonly string[],
  ): void {
    this.makeSureOfPlace();
    const before = this.secretsFile.of(head.id);
    this.secretsFile.set(head.id, secrets);
    const put = (): void => {
      this.rows.putManifest(head);
      for (const process of saved) this.rows.put(process);
      for (const key of removedKeys) this.rows.drop(key);
    };
    try {
      this.durably(put);
    } catch (error) {
      this.retry.attempt(() => this.secretsFile.set(head.id, before));
      throw error;
    }
    this.forget(removedKeys);
    this.copy.touch();
  }

  /** Durable when it returns; the processes are forgotten, and manifests without processes with them. */
  saveRemoval(keys: readonly string[]): void {
    this.durably(() => {
      for (const key of keys) this.rows.drop(key);
      this.rows.dropEmptyManifests();
    });
    this.forget(keys);
    this.retry.attempt(() => this.secretsFile.keepOnly(new Set(this.loadManifests().map((head) => head.id))));
    this.copy.touch();
  }

  /** Makes the desired states of several processes durable with one fsync. On a full disk they are in the reserve: supervision goes on. */
  saveDesired(processes: readonly { key: string; machine: Machine }[], desired: Machine["desired"]): void {
    const changed = processes.filter((process) => process.machine.desired !== desired);
    if (changed.length === 0) return;
    for (const { key, machine } of changed) this.saveMachine(key, { ...machine, desired });
    if (this.flush("FULL")) this.copy.touch();
  }

  /** What Ghost itself runs: every daemon knows it without being told, only its run has to outlive one. */
  saveOwn(process: StoredProcess): void {
    this.defer(`own ${process.key}`, JSON.stringify(process));
  }

  saveMachine(key: string, machine: Machine): void {
    this.defer(`run ${key}`, JSON.stringify(machine));
  }

  /** Writes what is known of this run now, because something that cannot be taken back is about to happen. */
  commitRun(key: string): void {
    if (this.pending.has(`run ${key}`)) this.flush();
  }

  saveResults(key: string, results: readonly RunResult[]): void {
    this.defer(`results ${key}`, JSON.stringify(results));
  }

  saveMembers(key: string, members: Iterable<readonly [number, number]>): void {
    this.defer(`members ${key}`, JSON.stringify([...members]));
  }

  /** Entries of the history that were ever made in this home. */
  get historyCount(): number {
    return this.nextSeq - 1;
  }

  addHistory(entry: NewHistory): HistoryEntry {
    const { timeMs, ...rest } = entry;
    const numbered: HistoryEntry = { seq: this.nextSeq++, time: new Date(timeMs).toISOString(), ...rest };
    // A turn with very many changes is written in several pieces; only what cannot be written is dropped, the oldest first.
    if (this.pendingHistory.length >= UNSAVED_HISTORY_MAX && this.problem === null) this.flush();
    this.pendingHistory.push(numbered);
    if (this.pendingHistory.length > UNSAVED_HISTORY_MAX) this.pendingHistory.shift();
    this.flushAtTurnEnd();
    return numbered;
  }

  /** Writes everything that is pending, in one transaction; what cannot be written goes into the reserve. True when it is written. What comes after `close` is nobody's any more. */
  flush(synchronous: "NORMAL" | "FULL" = "NORMAL"): boolean {
    clearImmediate(this.turnEnd);
    this.turnEnd = undefined;
    if (this.closed) return true;
    if (this.pending.size === 0 && this.pendingHistory.length === 0) {
      this.retry.problem = null;
      return true;
    }
    const { length } = this.pendingHistory;
    const write = (): void => {
      for (const [what, text] of this.pending) this.put(what, text);
      for (const entry of this.pendingHistory) this.historyRows.put(entry);
      if (this.reserved > 0) this.put(`meta ${RESERVE_KEY}`, String(this.reserved));
    };
    if (!this.retry.attempt(() => (synchronous === "FULL" ? this.durably(write) : this.database.transaction(write)))) {
      this.keepInReserve(synchronous === "FULL");
      return false;
    }
    this.pending.clear();
    this.pendingHistory = [];
    this.retry.problem = null;
    this.reserved = 0;
    this.retry.attempt(() => this.historyRows.prune(length, this.nextSeq - 1));
    return true;
  }

  /** The newest `limit` entries of one process (or of all, daemon included) whose kinds are not among `without`, oldest first. */
  history(of: HistoryOf | null, limit: number, sinceMs = 0, without: ReadonlySet<string> = NO_KINDS): HistoryEntry[] {
    this.flush();
    const saved = this.historyRows.newest(of, limit, sinceMs, without);
    const unsaved = this.pendingHistory.filter(
      (entry) =>
        !without.has(entry.cause.kind) &&
        (!of || (entry.project === of.project && entry.name === of.name && entry.instance === of.instance)) &&
        Date.parse(entry.time) >= sinceMs,
    );
    return [...saved, ...unsaved].slice(-limit);
  }

  /** All of whom history is kept, registered or not. */
  historyNames(): HistoryOf[] {
    this.flush();
    return this.historyRows.named();
  }

  /** The phrase of the newest cause whose kind is not among `quiet`. */
  lastCause(of: HistoryOf, quiet: ReadonlySet<string>): string | undefined {
    return this.historyRows.lastCause(of, quiet);
  }

  /** Entries after `seq`, oldest first, for a client that resumes. */
  historyAfter(seq: number, limit: number): HistoryEntry[] {
    this.flush();
    const saved = this.historyRows.after(seq, limit);
    return [...saved, ...this.pendingHistory.filter((entry) => entry.seq > seq)].slice(0, limit);
  }

  /** Writes what could not be written, and closes the file. */
  close(): void {
    if (!this.flush()) this.keepInReserve(true);
    this.copy.close();
    this.retry.stop();
    clearImmediate(this.turnEnd);
    this.closed = true;
    this.database.close();
  }

  /** What was still to be written of processes that are gone; to be called once that is certain. */
  private forget(keys: readonly string[]): void {
    for (const key of keys) for (const kind of ["run", "members", "results"]) this.pending.delete(`${kind} ${key}`);
  }

  /** One of the writes that are `pending`. */
  private put(what: string, text: string | null): void {
    const kind = what.slice(0, what.indexOf(" "));
    const key = what.slice(kind.length + 1);
    if (kind === "meta" && text === null) this.database.run("DELETE FROM meta WHERE key = ?", [key]);
    else if (kind === "meta") this.putMeta(key, text ?? "");
    else if (kind === "own") this.rows.put(JSON.parse(text ?? "") as StoredProcess);
    else this.rows.putRun(kind, key, text);
  }

  private putMeta(key: string, value: string): void {
    this.database.run("INSERT INTO meta VALUES (?, ?) ON CONFLICT DO UPDATE SET value = excluded.value", [key, value]);
  }

  /** A transaction that is on the disk, not only in the page cache, when it returns. */
  private durably(work: () => void): void {
    this.database.setSynchronous("FULL");
    try {
      this.database.transaction(work);
    } finally {
      this.database.setSynchronous("NORMAL");
    }
  }

  private defer(what: string, text: string | null): void {
    this.pending.set(what, text);
    this.flushAtTurnEnd();
  }

  /** While the disk is full only the timer tries: every change would else cost a failure of its own. The reserve has room. */
  private flushAtTurnEnd(): void {
    this.turnEnd ??= setImmediate(() => (this.problem === null ? this.flush() : this.keepInReserve(false)));
  }

  private keepInReserve(durable: boolean): void {
    clearImmediate(this.turnEnd);
    this.turnEnd = undefined;
    const text = unsavedText(this.pending, this.pendingHistory, RESERVE_BYTES_MAX);
    if (text === null || !this.reserve.prepare()) return;
    this.reserved = this.reserve.write(text, durable) ?? this.reserved;
  }
}
