/** The tables of `state.db`, version by version: files of older versions are brought up to date when they are opened. */
export const MIGRATIONS = [
  {
    version: 1,
    sql: `
      CREATE TABLE meta (key TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
      CREATE TABLE manifests (id TEXT PRIMARY KEY, head TEXT NOT NULL) WITHOUT ROWID;
      CREATE TABLE processes (key TEXT PRIMARY KEY, id TEXT NOT NULL, manifest_id TEXT NOT NULL, definition TEXT NOT NULL) WITHOUT ROWID;
      CREATE TABLE runs (key TEXT PRIMARY KEY, machine TEXT NOT NULL, members TEXT NOT NULL) WITHOUT ROWID;
      CREATE TABLE history (
        seq INTEGER PRIMARY KEY AUTOINCREMENT, time INTEGER NOT NULL, project TEXT, name TEXT, instance INTEGER NOT NULL,
        from_status TEXT, to_status TEXT, cause TEXT NOT NULL);
      CREATE INDEX history_of ON history (project, name, seq);`,
  },
  {
    version: 2,
    sql: `
      ALTER TABLE processes ADD COLUMN instance INTEGER NOT NULL DEFAULT 0;
      ALTER TABLE runs ADD COLUMN results TEXT NOT NULL DEFAULT '[]';`,
  },
];
