import type { SqliteSession } from "../../storage/sqlite/open.ts";
import type { Turn } from "./turn.ts";

/** Versions are handed out from blocks, so that a version is never given twice after a crash. */
const BLOCK = 1_000_000;

/** Numbers that only grow, over restarts too: versions of keys, and the names of objects. */
export class Versions {
  private readonly turn: Turn;
  private last = 0;
  private until = 0;

  constructor(turn: Turn) {
    this.turn = turn;
  }

  load(db: SqliteSession): void {
    this.last = this.until = db.get<{ value: number }>("SELECT value FROM meta WHERE name = 'versions'")?.value ?? 0;
  }

  next(): number {
    return ++this.last;
  }

  /** Before a commit: what the next ones will need is reserved in time. */
  flush(): void {
    if (this.last <= this.until - BLOCK / 2) return;
    const before = this.until;
    const until = this.last + BLOCK;
    this.turn.run("INSERT OR REPLACE INTO meta (name, value) VALUES ('versions', ?)", [until]);
    this.until = until;
    this.turn.onUndo(() => {
      this.until = before;
    });
  }
}
