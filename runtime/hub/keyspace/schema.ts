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
 *   streams      what is known of a stream as a whole: `number` is the upper part of its chunks' places, `due` when its oldest entry is too old
 *   chunks       entries, many in a row (see stream-chunks.ts); length, added: of the stream when the chunk was written. The younger revision holds
 *   stream_groups  consumer groups: the last id that was delivered, and how many were
 *   consumers    of groups; `seen`: when one last asked
 *   pending      entries that were delivered and not acknowledged; `due`: when one is to be delivered again before its idle time is over
 *   published    ids of persistent messages that came of late, so that none is taken twice
 *   sagas        one row a saga: its state, how many records it has and how long they are, who holds it until when (`fence` grows with each claim) and by
 *                which plan; ended: the how-manieth of its namespace it was to end
 *   saga_records what happened to a saga, in order
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
  {
    version: 2,
    sql: `
      CREATE TABLE streams (
        object INTEGER PRIMARY KEY, number INTEGER NOT NULL UNIQUE, revision INTEGER NOT NULL, length INTEGER NOT NULL, added INTEGER NOT NULL,
        last BLOB NOT NULL, deleted BLOB NOT NULL, retain INTEGER, entries_max INTEGER, due INTEGER
      );
      CREATE INDEX streams_due ON streams (due) WHERE due IS NOT NULL;
      CREATE TABLE chunks (
        place INTEGER PRIMARY KEY, revision INTEGER NOT NULL, length INTEGER NOT NULL, added INTEGER NOT NULL, last BLOB NOT NULL, entries BLOB NOT NULL
      );
      CREATE TABLE stream_groups (
        object INTEGER NOT NULL, id INTEGER NOT NULL, name BLOB NOT NULL, last BLOB NOT NULL, read INTEGER NOT NULL, PRIMARY KEY (object, id)
      ) WITHOUT ROWID;
      CREATE TABLE consumers (
        object INTEGER NOT NULL, group_id INTEGER NOT NULL, id INTEGER NOT NULL, name BLOB NOT NULL, seen INTEGER NOT NULL,
        PRIMARY KEY (object, group_id, id)
      ) WITHOUT ROWID;
      CREATE TABLE pending (
        object INTEGER NOT NULL, group_id INTEGER NOT NULL, id BLOB NOT NULL, consumer INTEGER NOT NULL, delivered INTEGER NOT NULL,
        count INTEGER NOT NULL, due INTEGER NOT NULL, PRIMARY KEY (object, group_id, id)
      ) WITHOUT ROWID;
      CREATE TABLE published (
        number INTEGER PRIMARY KEY AUTOINCREMENT, object INTEGER NOT NULL, message BLOB NOT NULL, entry BLOB NOT NULL, at INTEGER NOT NULL,
        UNIQUE (object, message)
      );
    `,
  },
  {
    version: 3,
    sql: `
      CREATE TABLE sagas (
        place INTEGER PRIMARY KEY AUTOINCREMENT, namespace INTEGER NOT NULL, name TEXT NOT NULL, id TEXT NOT NULL, state TEXT NOT NULL,
        records INTEGER NOT NULL, text INTEGER NOT NULL, started INTEGER NOT NULL, changed INTEGER NOT NULL,
        holder TEXT NOT NULL, lease_ends INTEGER NOT NULL, lease_ms INTEGER NOT NULL, fence INTEGER NOT NULL, plan TEXT NOT NULL, ended INTEGER,
        UNIQUE (namespace, name, id)
      );
      CREATE INDEX sagas_open ON sagas (namespace, place) WHERE ended IS NULL;
      CREATE INDEX sagas_ended ON sagas (namespace, ended) WHERE ended IS NOT NULL;
      CREATE TABLE saga_records (saga INTEGER NOT NULL, number INTEGER NOT NULL, record TEXT NOT NULL, PRIMARY KEY (saga, number)) WITHOUT ROWID;
    `,
  },
];
