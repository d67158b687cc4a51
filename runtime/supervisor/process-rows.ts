import type { RunResult } from "../../core/api/wire.ts";
import type { ProcessDefinition } from "../../core/config/definition.ts";
import { completeDefinition } from "../../core/config/definition-defaults.ts";
import type { Machine } from "../../core/lifecycle/state.ts";
import type { SqliteDatabase } from "../storage/sqlite/database.ts";
import type { ManifestHead, StoredProcess } from "./store.ts";

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

  processes(): StoredProcess[] {
    const rows = this.database.all<ProcessRow>(
      "SELECT p.key, p.id, p.manifest_id, p.definition, p.instance, r.machine, r.members, r.results FROM processes p JOIN runs r ON r.key = p.key ORDER BY p.id",
    );
    return rows.map((row) => ({
      key: row.key,
      id: row.id,
      manifestId: row.manifest_id,
      definition: completeDefinition(JSON.parse(row.definition) as ProcessDefinition),
      instance: Number(row.instance),
      results: JSON.parse(row.results) as RunResult[],
      machine: JSON.parse(row.machine) as Machine,
      members: JSON.parse(row.members) as [number, number][],
    }));
  }

  /** Whether there is any process. */
  any(): boolean {
    return this.database.get("SELECT 1 FROM processes LIMIT 1") !== undefined;
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

  putMachine(key: string, machine: Machine): void {
    this.database.run("UPDATE runs SET machine = ? WHERE key = ?", [JSON.stringify(machine), key]);
  }

  drop(key: string): void {
    this.database.run("DELETE FROM processes WHERE key = ?", [key]);
    this.database.run("DELETE FROM runs WHERE key = ?", [key]);
  }
}

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
