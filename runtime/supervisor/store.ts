import type { Cause, HistoryEntry, RunResult } from "../../core/api/wire.ts";
import type { GroupDefinition, Manifest, ProcessDefinition } from "../../core/config/definition.ts";
import type { GhostError } from "../../core/errors/ghost-error.ts";
import type { Machine } from "../../core/lifecycle/state.ts";
import type { SqliteDatabase } from "../storage/sqlite/database.ts";
import { DefinitionsCopy } from "./definitions-copy.ts";
import type { DefinitionsFile } from "./definitions-file.ts";
import { type HistoryOf, HistoryTable } from "./history-table.ts";
import { ProcessRows } from "./process-rows.ts";
import type { SecretsFile } from "./secrets-file.ts";
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
 * disk) stops nothing: what is unsaved is kept, marked, and tried again. Definitions and desired states are fsynced;
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
  /** Writes to come, by what they write: a later one takes the place of an earlier. */
  private readonly pending = new Map<string, () => void>();
  private pendingHistory: HistoryEntry[] = [];
  private turnEnd: ReturnType<typeof setImmediate> | undefined;
  private nextSeq: number;
  private closed = false;

  constructor(database: SqliteDatabase, files: { secrets: SecretsFile; definitions: DefinitionsFile }) {
    this.database = database;
    this.secretsFile = files.secrets;
    this.rows = new ProcessRows(database);
    this.historyRows = new HistoryTable(database);
    this.nextSeq = this.historyRows.newestSeq() + 1;
    const write = (): void => files.definitions.write(this.loadManifests(), this.loadProcesses(), this.loadGroups());
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
    return this.rows.processes();
  }

  hasProcesses(): boolean {
    return this.rows.any();
  }

  getMeta(key: string): string | undefined {
    return this.database.get<{ value: string }>("SELECT value FROM meta WHERE key = ?", [key])?.value;
  }

  setMeta(key: string, value: string): void {
    this.defer(`meta ${key}`, () => this.putMeta(key, value));
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
    return new Map(rows.map(({ key, value }) => [key, value]));
  }

  dropMeta(key: string): void {
    this.defer(`meta ${key}`, () => this.database.run("DELETE FROM meta WHERE key = ?", [key]));
  }

  /** Durable when it returns. Throws NO_SPACE and the like: a registration that cannot be kept must not be acknowledged. */
  saveRegistration(
    head: ManifestHead,
    secrets: Manifest["secrets"],
    saved: readonly StoredProcess[],
    removedKeys: readonly string[],
  ): void {
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

  /** Makes the desired states of several processes durable with one fsync. A full disk is noted, not thrown: supervision goes on. */
  saveDesired(processes: readonly { key: string; machine: Machine }[], desired: Machine["desired"]): void {
    const changed = processes.filter((process) => process.machine.desired !== desired);
    if (changed.length === 0) return;
    this.flush();
    const put = (): void => {
      for (const { key, machine } of changed) this.rows.putMachine(key, { ...machine, desired });
    };
    if (this.retry.attempt(() => this.durably(put))) this.copy.touch();
  }

  saveMachine(key: string, machine: Machine): void {
    this.defer(`run ${key}`, () => this.rows.putMachine(key, machine));
  }

  /** Writes what is known of this run now, because something that cannot be taken back is about to happen. */
  commitRun(key: string): void {
    if (this.pending.has(`run ${key}`)) this.flush();
  }

  saveResults(key: string, results: readonly RunResult[]): void {
    const text = JSON.stringify(results);
    this.defer(`results ${key}`, () => this.database.run("UPDATE runs SET results = ? WHERE key = ?", [text, key]));
  }

  saveMembers(key: string, members: Iterable<readonly [number, number]>): void {
    const text = JSON.stringify([...members]);
    this.defer(`members ${key}`, () => this.database.run("UPDATE runs SET members = ? WHERE key = ?", [text, key]));
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

  /** Writes everything that is pending, in one transaction. What comes after `close` is nobody's any more. */
  flush(): void {
    clearImmediate(this.turnEnd);
    this.turnEnd = undefined;
    if (this.closed) return;
    if (this.pending.size === 0 && this.pendingHistory.length === 0) {
      this.retry.problem = null;
      return;
    }
    const { length } = this.pendingHistory;
    const write = (): void => {
      for (const work of this.pending.values()) work();
      for (const entry of this.pendingHistory) this.historyRows.put(entry);
    };
    if (!this.retry.attempt(() => this.database.transaction(write))) return;
    this.pending.clear();
    this.pendingHistory = [];
    this.retry.problem = null;
    this.retry.attempt(() => this.historyRows.prune(length, this.nextSeq - 1));
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
    this.flush();
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

  private defer(what: string, work: () => void): void {
    this.pending.set(what, work);
    this.flushAtTurnEnd();
  }

  /** While the disk is full only the timer tries: every change would else cost a failure of its own. */
  private flushAtTurnEnd(): void {
    if (this.problem === null) this.turnEnd ??= setImmediate(() => this.flush());
  }
}
