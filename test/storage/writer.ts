/**
 * A program that holds a database, for tests: `bun writer.ts FILE hold` opens it, says `open` and waits for the end of
 * stdin; `bun writer.ts FILE write` goes on to commit transactions of two rows each with one number, and says each number
 * after its commit. Every fourth is written in one go with the next as nested transactions; the log is folded in now and then.
 * A refused open is said as `CODE PID`.
 */
import { writeSync } from "node:fs";
import { GhostError } from "../../core/errors/ghost-error.ts";
import { openSqlite, type SqliteDatabase } from "../../runtime/storage/sqlite/open.ts";

const [path = "", mode = "hold"] = process.argv.slice(2);
await main().catch((error: unknown) => {
  say(error instanceof GhostError ? `${error.code} ${error.details?.pid}` : `BUG ${String(error)}`);
  process.exitCode = 1;
});

async function main(): Promise<void> {
  const db = await openSqlite(path);
  db.exec("CREATE TABLE IF NOT EXISTS pairs(n INTEGER, half TEXT, filler BLOB, PRIMARY KEY (n, half)) WITHOUT ROWID");
  say("open");
  if (mode === "write") writeForEver(db);
  for await (const _ of process.stdin);
  db.close();
}

function writeForEver(db: SqliteDatabase): never {
  const last = db.get<{ n: number | null }>("SELECT max(n) AS n FROM pairs")?.n ?? 0;
  for (let n = last + 1; ; n++) {
    db.transaction(() => (n % 4 === 0 ? db.transaction(() => writePair(db, n)) : writePair(db, n)));
    say(String(n));
    if (n % 500 === 0) db.checkpoint();
  }
}

function writePair(db: SqliteDatabase, n: number): void {
  for (const half of ["a", "b"]) db.run("INSERT INTO pairs VALUES (?, ?, ?)", [n, half, new Uint8Array(n % 3000).fill(n)]);
}

function say(line: string): void {
  writeSync(1, `${line}\n`);
}
