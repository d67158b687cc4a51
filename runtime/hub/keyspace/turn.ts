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
  /** Statements that are still to be run, when the turn ends or another one is run. */
  private readonly last: (readonly [sql: string, params: readonly SqlValue[]])[] = [];
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
    this.runThoseBefore();
    return this.db.run(sql, params);
  }

  /**
   * The same while the turn is committed, for a statement whose count nobody needs: it is run later, in its order, and where it stays the only
   * one, without BEGIN and COMMIT around it, which together cost as much as it. What `params` hold must stay as it is until then.
   */
  runLast(sql: string, params: readonly SqlValue[]): void {
    this.isDirty = true;
    this.last.push([sql, params]);
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
      write();
      this.end();
    } catch (error) {
      this.undo();
      throw error;
    }
    this.isOpen = false;
    this.undos.length = 0;
  }

  private end(): void {
    if (!this.isOpen && this.last.length > 1) this.change();
    this.runThoseBefore();
    if (this.isOpen) this.db.commit();
  }

  private runThoseBefore(): void {
    for (const [sql, params] of this.last.splice(0)) this.db.run(sql, params);
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
    this.last.length = 0;
    for (const undo of this.undos.splice(0).reverse()) undo();
    this.forget();
    this.isDirty = false;
  }
}
