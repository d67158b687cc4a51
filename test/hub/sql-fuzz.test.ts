import * as assert from "uvu/assert";
import { GhostError } from "../../core/errors/ghost-error.ts";
import { Ask, encodeStatement } from "../../runtime/hub/sql/frames.ts";
import { type Job, Jobs } from "../../runtime/hub/sql/jobs.ts";
import { openSqlite, type SqliteSession } from "../../runtime/storage/sqlite/open.ts";
import { test } from "../rig/test.ts";
import { makeFolder } from "../storage/folder.ts";

const TEXTS = 40_000;
const PIECES_MAX = 5;
const PIECES = (
  "BEGIN COMMIT END ROLLBACK TO SAVEPOINT RELEASE x SELECT 1 , ( ) ; -- /* */ ' '' \" ` [ ] ATTACH ':memory:' AS DETACH DATABASE VACUUM INTO " +
  "PRAGMA journal_mode = delete locking_mode normal synchronous off main . table_info t EXPLAIN QUERY PLAN WITH RECURSIVE INSERT VALUES DELETE FROM " +
  "UPDATE SET v CREATE TABLE TEMP TRIGGER AFTER ON CASE WHEN THEN DROP OR REPLACE IMMEDIATE TRANSACTION wal_checkpoint user_version 'BEGIN' $a ?1 é x'00' 1e5 IF NOT EXISTS RETURNING *"
).split(" ");
const GLUE = [" ", " ", " ", " ", "", "\n", "\t", "\u000b", "\f", "\ufeff", "/**/", "--\n", ";", "\0"];
/** Whole texts, so that some of what is put together is right. */
const WHOLE = [
  "SELECT 1",
  "INSERT INTO t VALUES (1)",
  "BEGIN",
  "COMMIT",
  "SAVEPOINT x",
  "PRAGMA journal_mode=delete",
  "ATTACH ':memory:' AS y",
  "PRAGMA locking_mode=normal",
];

function random(seed: number): (below: number) => number {
  let state = seed >>> 0;
  return (below) => {
    // xorshift32 (Marsaglia 2003).
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return (state >>> 0) % below;
  };
}

/** Only its owner ends a transaction. */
function runInside(db: SqliteSession, job: Job, text: string): void {
  db.exec("BEGIN; SAVEPOINT x");
  try {
    job.run();
    assert.ok(db.isInTransaction(), JSON.stringify(text));
  } finally {
    db.exec("ROLLBACK");
  }
}

test("whatever text is let through, no transaction stays open, and journal, locks, sync and attached files stay as they are", async () => {
  const seed = Number(process.env.GHOST_SEED ?? (Date.now() % 2 ** 31) + 1);
  console.log(`seed ${seed}`);
  const next = random(seed);
  const pick = (from: readonly string[]) => from[next(from.length)] as string;
  using folder = makeFolder();
  const db = await openSqlite(folder.file("a.db"), { synchronous: "FULL" });
  db.exec("CREATE TABLE t(v)");
  const jobs = new Jobs(db, { rowsMax: 1_000, charactersMax: 100_000 });
  const kept = () =>
    db.get(
      "SELECT j.*, l.*, s.*, d.* FROM pragma_journal_mode j, pragma_locking_mode l, pragma_synchronous s, (SELECT count(*) FROM pragma_database_list WHERE name NOT IN ('main', 'temp')) d",
    );
  const before = kept();
  let ran = 0;
  for (let index = 0; index < TEXTS; index++) {
    let text = "";
    for (let pieces = 1 + next(PIECES_MAX); pieces > 0; pieces--) text += pick(GLUE) + pick(next(3) === 0 ? WHOLE : PIECES);
    try {
      const job = jobs.of({ kind: next(2) ? Ask.QUERY : Ask.EXECUTE, body: encodeStatement(text, "") });
      if (job.mode === "inside") runInside(db, job, text);
      else job.run();
      ran++;
    } catch (error) {
      if (!(error instanceof GhostError)) throw new Error(`${JSON.stringify(text)} (seed ${seed}): ${(error as Error).stack}`);
    }
    const where = `after ${JSON.stringify(text)} (seed ${seed})`;
    assert.not(db.isInTransaction(), where);
    if (index % 20 === 0) assert.equal(kept(), before, where);
  }
  assert.ok(ran > TEXTS / 100, `only ${ran} texts ran`);
  assert.equal(kept(), before);
  db.close();
});

test.run();
