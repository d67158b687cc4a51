import { databaseError } from "./failure.ts";
import type { SqliteDatabase } from "./open.ts";

/** One step of a schema. Steps once published are never changed: files written by them exist. */
export interface Migration {
  /** From 1, each one more than the last; kept in the file as `user_version`. */
  readonly version: number;
  /** Any number of statements; run in one transaction. */
  readonly sql: string;
}

/**
 * Brings the schema to the last of `migrations`, each step whole or not at all. Throws DATABASE_FAILED when the file was
 * written by a newer program, whose data this one would not understand.
 */
export function migrate(db: SqliteDatabase, migrations: readonly Migration[]): void {
  if (migrations.some((migration, index) => migration.version !== index + 1)) throw new Error("migrations must be numbered 1, 2, 3 …");
  const version = db.get<{ user_version: number }>("PRAGMA user_version")?.user_version ?? 0;
  if (version > migrations.length) throw tooNew(db.path, version, migrations.length);
  for (const migration of migrations.slice(version)) {
    db.transaction(() => {
      db.exec(migration.sql);
      db.exec(`PRAGMA user_version=${migration.version}`);
    });
  }
}

function tooNew(path: string, version: number, known: number): Error {
  const reason = `its schema is version ${version} and this program knows versions up to ${known}; use the newer ghost that wrote it`;
  return databaseError("DATABASE_FAILED", "use", path, reason, { version, known });
}
