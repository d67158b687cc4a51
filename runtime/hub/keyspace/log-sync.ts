import { closeSync, fdatasyncSync, openSync } from "node:fs";

/**
 * Makes commits durable: SQLite commits into its write-ahead log without waiting for the disk, and one fdatasync of the log
 * then holds for all of them. So who needs no durability does not pay for it, and whether it is needed may be known late.
 */
export class LogSync {
  private readonly path: string;
  private descriptor = -1;

  /** `database`: the file whose log it is. SQLite keeps the log's file as long as the database is open. */
  constructor(database: string) {
    this.path = `${database}-wal`;
  }

  /** Returns when all that was committed is on disk; throws what the system says. */
  sync(): void {
    if (this.descriptor < 0) this.descriptor = openSync(this.path, "r+");
    fdatasyncSync(this.descriptor);
  }

  close(): void {
    if (this.descriptor >= 0) closeSync(this.descriptor);
    this.descriptor = -1;
  }
}
