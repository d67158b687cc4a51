import type { RunResult } from "../../core/api/wire.ts";
import type { ProcessDefinition } from "../../core/config/definition.ts";
import { completeDefinition } from "../../core/config/definition-defaults.ts";
import { OWN_MANIFEST_ID } from "../../core/config/own-processes.ts";
import type { Machine } from "../../core/lifecycle/state.ts";
import type { SqliteDatabase } from "../storage/sqlite/database.ts";
import type { ManifestHead, StoredProcess } from "./store.ts";
import type { Writes } from "./unsaved.ts";

/** The rows of manifests, processes and their runs in `state.db`. */
export class ProcessRows {
  private readonly database: SqliteDatabase;

  constructor(database: SqliteDatabase) {
    this.database = database;
  }

  manifests(): ManifestHead[] {
    const heads = this.database.all<{ head: string }>("SELECT head FROM manifests").map((row) => JSON.parse(row.head) as ManifestHead);
    return heads.map((head) => ({ ...head, groups: head.groups ?? [] }));
  }

  /** `unsaved` has the newer values of runs that are not in the tables. */
  processes(unsaved: Writes): StoredProcess[] {
    const rows = this.database.all<ProcessRow>(
      "SELECT p.key, p.id, p.manifest_id, p.definition, p.instance, r.machine, r.members, r.results FROM processes p JOIN runs r ON r.key = p.key ORDER BY p.id",
    );
    return rows.map((row) => ({
      key: row.key,
      id: row.id,
      manifestId: row.manifest_id,
      definition: completeDefinition(JSON.parse(row.definition) as ProcessDefinition),
      instance: Number(row.instance),
      results: JSON.parse(unsaved.get(`results ${row.key}`) ?? row.results) as RunResult[],
      machine: JSON.parse(unsaved.get(`run ${row.key}`) ?? row.machine) as Machine,
      members: JSON.parse(unsaved.get(`members ${row.key}`) ?? row.members) as [number, number][],
    }));
  }

  /** Whether there is any process that people registered. */
  any(): boolean {
    return this.database.get("SELECT 1 FROM processes WHERE manifest_id <> ? LIMIT 1", [OWN_MANIFEST_ID]) !== undefined;
  }

  putManifest(head: ManifestHead): void {
    this.database.run("INSERT INTO manifests VALUES (?, ?) ON CONFLICT DO UPDATE SET head = excluded.head", [
      head.id,
      JSON.stringify(head),
    ]);
  }

  dropEmptyManifests(): void {
    this.database.run("DELETE FROM manifests WHERE id NOT IN (SELECT manifest_id FROM processes)");
  }

  /** The run of a process that is there already stays as it is. */
  put(process: StoredProcess): void {
    this.database.run(
      "INSERT INTO processes (key, id, manifest_id, definition, instance) VALUES (?, ?, ?, ?, ?) ON CONFLICT DO UPDATE SET manifest_id = excluded.manifest_id, definition = excluded.definition",
      [process.key, process.id, process.manifestId, JSON.stringify(process.definition), process.instance],
    );
    this.database.run("INSERT INTO runs (key, machine, members) VALUES (?, ?, '[]') ON CONFLICT DO NOTHING", [
      process.key,
      JSON.stringify(process.machine),
    ]);
  }

  /** One value of a run, by its kind in `Writes`. */
  putRun(kind: string, key: string, text: string | null): void {
    this.database.run(`UPDATE runs SET ${COLUMNS[kind]} = ? WHERE key = ?`, [text, key]);
  }

  drop(key: string): void {
    this.database.run("DELETE FROM processes WHERE key = ?", [key]);
    this.database.run("DELETE FROM runs WHERE key = ?", [key]);
  }
}

/** The columns of a run, by the kinds of what is to be written. */
const COLUMNS: Readonly<Record<string, string>> = { run: "machine", members: "members", results: "results" };

interface ProcessRow {
  readonly key: string;
  readonly id: string;
  readonly manifest_id: string;
  readonly definition: string;
  readonly instance: number;
  readonly machine: string;
  readonly members: string;
  readonly results: string;
}
