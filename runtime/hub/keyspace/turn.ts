import type { SqliteSession, SqlValue } from "../../storage/sqlite/open.ts";

/** One turn's transaction, and how to take back what changed in memory beside it: all of it becomes so, or nothing does. */
export class Turn {
  /** True between the first change of a turn and `settled`. */
  isDirty = false;
  private readonly db: SqliteSession;
  /** Called after an undo: what is kept in memory of the file must be read anew. */
  private readonly forget: () => void;
  private readonly undos: (() => void)[] = [];
  private isOpen = false;
  /** Why this turn must not be committed, whatever its other commands say. */
  private doom: Error | null = null;

  constructor(db: SqliteSession, forget: () => void) {
    this.db = db;
    this.forget = forget;
  }

  /** To be called before a statement changes a table: opens the transaction. */
  change(): void {
    this.isDirty = true;
    if (this.isOpen) return;
    this.db.begin();
    this.isOpen = true;
  }

  /** Runs a statement that changes a table; gives how many rows it changed. */
  run(sql: string, params: readonly SqlValue[]): number {
    this.change();
    return this.db.run(sql, params);
  }

  /** What takes back a change of memory, should the turn fail. */
  onUndo(undo: () => void): void {
    this.undos.push(undo);
  }

  /** A command failed, perhaps half done: nothing of this turn may stay. */
  fail(error: Error): void {
    if (this.isDirty) this.doom ??= error;
  }

  /** Writes what is still to be written, and commits. Throws when that is not so; then all is undone. */
  commit(write: () => void): void {
    try {
      if (this.doom) throw this.doom;
      this.change();
      write();
      this.db.commit();
    } catch (error) {
      this.undo();
      throw error;
    }
    this.isOpen = false;
    this.undos.length = 0;
  }

  /** What was committed is as durable as it has to be: the turn is over. */
  settled(): void {
    this.isDirty = false;
  }

  /** Takes back what this turn did, in the file and in memory. */
  undo(): void {
    if (this.isOpen) this.db.rollback();
    this.isOpen = false;
    this.doom = null;
    for (const undo of this.undos.splice(0).reverse()) undo();
    this.forget();
    this.isDirty = false;
  }
}
