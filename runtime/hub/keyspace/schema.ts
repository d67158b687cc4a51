import type { Migration } from "../../storage/sqlite/migrate.ts";

/** What kind of value a key has; the numbers are on disk. */
export const STRING = 1;
export const HASH = 2;
export const STREAM = 3;
export type KeyType = typeof STRING | typeof HASH | typeof STREAM;

/**
 * The hub's file, `data/hub.db`. Keys and fields are blobs because any bytes may be one; times are milliseconds since 1970.
 *
 *   namespaces   one row an app; how many keys it has, and how many of them are no strings
 *   keys         strings have their value here, hashes and streams the number of their object
 *   journal      what happened to strings and is not yet in `keys`: one row a commit (see journal.ts)
 *   fields       of hashes; `place` keeps the order in which they came
 *   garbage      objects whose rows are still to be removed
 */
export const MIGRATIONS: readonly Migration[] = [
  {
    version: 1,
    sql: `
      CREATE TABLE meta (name TEXT PRIMARY KEY, value) WITHOUT ROWID;
      CREATE TABLE namespaces (id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE, keys INTEGER NOT NULL DEFAULT 0, objects INTEGER NOT NULL DEFAULT 0);
      CREATE TABLE keys (
        namespace INTEGER NOT NULL, key BLOB NOT NULL, type INTEGER NOT NULL, value BLOB, object INTEGER, expires INTEGER, version INTEGER NOT NULL,
        PRIMARY KEY (namespace, key)
      ) WITHOUT ROWID;
      CREATE INDEX keys_expires ON keys (expires) WHERE expires IS NOT NULL;
      CREATE TABLE journal (id INTEGER PRIMARY KEY, changes BLOB NOT NULL);
      CREATE TABLE hashes (object INTEGER PRIMARY KEY, length INTEGER NOT NULL, place INTEGER NOT NULL);
      CREATE TABLE fields (object INTEGER NOT NULL, field BLOB NOT NULL, value BLOB NOT NULL, place INTEGER NOT NULL, PRIMARY KEY (object, field)) WITHOUT ROWID;
      CREATE TABLE garbage (object INTEGER PRIMARY KEY, type INTEGER NOT NULL);
    `,
  },
];
