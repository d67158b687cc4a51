/** The process that runs one namespace's SQL: `ghost hub-sql FILE`, started by the hub (see `gateway.ts`). */
import { fstatSync, readSync } from "node:fs";
import { GhostError } from "../../../core/errors/ghost-error.ts";
import { dieWithParent } from "../../process/die-with-parent.ts";
import { openSqlite, type SqliteSession } from "../../storage/sqlite/open.ts";
import { Answers } from "./answers.ts";
import { Executor } from "./executor.ts";
import { Ask, type Frame, FrameReader, type OpenOrder, Say } from "./frames.ts";

/** Standard input and output, because Deno knows no other descriptors by their number. Nothing else may be printed there. */
const REQUESTS_FD = 0;
const ANSWERS_FD = 1;
/** Read at a time, in bytes: what the system keeps for a pipe. */
const READ_BYTES = 65_536;

/**
 * Serves the database at `file` until the requests end; an open transaction is undone then. It dies with its parent, on Linux even while a statement
 * runs, elsewhere at its end. Reading blocks: there is nothing else to do, and what arrives during a statement is one group. Gives the exit code. Throws
 * USAGE when no hub is at the other end.
 */
export async function serveSql(file: string): Promise<number> {
  if (!isPipe(REQUESTS_FD) || !isPipe(ANSWERS_FD)) throw byHand();
  const requests = new Requests();
  const answers = new Answers(ANSWERS_FD);
  const [first, ...more] = requests.read() ?? [];
  if (first?.kind !== Ask.OPEN) throw byHand();
  const order = JSON.parse(first.body.toString("utf8")) as OpenOrder;
  if (!dieWithParent(order.parentPid)) return 0;
  const db = await open(file, answers);
  if (db === null) return 1;
  const limits = { rowsMax: order.resultRowsMax, charactersMax: order.resultCharactersMax };
  serve(new Executor(db, answers, limits), requests, more);
  db.close();
  return 0;
}

function serve(executor: Executor, requests: Requests, first: readonly Frame[]): void {
  try {
    for (let frames: readonly Frame[] | null = first; frames !== null; frames = requests.read()) {
      executor.handle(frames);
      if (executor.isSwollen) return executor.leave();
    }
  } catch (error) {
    // The hub is gone: nobody waits for anything.
    if ((error as NodeJS.ErrnoException).code !== "EPIPE") throw error;
  }
}

async function open(file: string, answers: Answers): Promise<SqliteSession | null> {
  try {
    const db = await openSqlite(file, { synchronous: "FULL", verify: false });
    for (const setting of SETTINGS) db.exec(setting);
    answers.say(Say.READY);
    return db;
  } catch (error) {
    if (!(error instanceof GhostError)) throw error;
    answers.error(error);
    return null;
  } finally {
    answers.flush();
  }
}

/** Pages kept in memory, in KiB: the upper levels of an index of some gigabytes. */
const CACHE_KIB = 8_000;
/** Foreign keys are what node:sqlite and better-sqlite3 set, too, and most people expect. */
const SETTINGS = ["PRAGMA foreign_keys=ON", `PRAGMA cache_size=-${CACHE_KIB}`];

class Requests {
  private readonly reader = new FrameReader();
  private readonly chunk = Buffer.allocUnsafe(READ_BYTES);

  /** Waits for at least one whole frame; null at the end. */
  read(): Frame[] | null {
    for (;;) {
      const length = readSync(REQUESTS_FD, this.chunk);
      if (length === 0) return null;
      const frames = this.reader.push(Buffer.from(this.chunk.subarray(0, length)));
      if (frames.length > 0) return frames;
    }
  }
}

function byHand(): GhostError {
  const hint = "ghost data shell and ghost data query run SQL";
  return new GhostError("USAGE", "cannot run ghost hub-sql by hand: the hub starts it", { hint });
}

function isPipe(fd: number): boolean {
  try {
    const stats = fstatSync(fd);
    return stats.isFIFO() || stats.isSocket();
  } catch {
    return false;
  }
}
