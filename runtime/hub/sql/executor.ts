/** Runs jobs on one database, each in the transaction that it needs, and answers. */
import { GhostError } from "../../../core/errors/ghost-error.ts";
import type { AnswerSink } from "./answers.ts";
import { backUp } from "./back-up.ts";
import { sqlError } from "./errors.ts";
import { Ask, type Frame, Say } from "./frames.ts";
import { type Job, Jobs } from "./jobs.ts";
import type { ResultLimits } from "./rows.ts";
import type { SqlSession } from "./session.ts";
import { type Outcome, SharedCommit } from "./shared-commit.ts";

export class Executor {
  /** Of the client that holds the namespace. `lost`: SQLite undid it, and what was meant to be part of it must not run by itself until the client ends it. */
  private transaction: "none" | "open" | "lost" = "none";
  private readonly db: SqlSession;
  private readonly answers: AnswerSink;
  private readonly jobs: Jobs;
  private readonly shared: SharedCommit;

  constructor(db: SqlSession, answers: AnswerSink, limits: ResultLimits) {
    this.db = db;
    this.answers = answers;
    this.jobs = new Jobs(db, limits);
    this.shared = new SharedCommit(db, answers);
  }

  /** Runs what has arrived together, and answers all of it. Throws EPIPE when nobody hears the answers, and anything that is no GhostError: then SQLite cannot be trusted any more. */
  handle(frames: readonly Frame[]): void {
    for (const frame of frames) this.one(frame);
    this.shared.commit();
    this.answers.flush();
  }

  /** True when one statement needed so much memory that another process does better with the rest: the module gives none back. */
  get isSwollen(): boolean {
    return this.transaction === "none" && this.db.memoryBytes() > MEMORY_BYTES_KEPT;
  }

  /** Tells the hub that what was not answered must run elsewhere. */
  leave(): void {
    this.answers.say(Say.LEAVING);
    this.answers.flush();
  }

  private one(frame: Frame): void {
    const job = this.jobOf(frame);
    if (job instanceof GhostError) this.alone(() => this.answers.error(job));
    else if (job === null) this.alone(() => this.answer(() => this.control(frame)));
    else if (this.transaction === "lost") this.answers.error(lost());
    else if (this.transaction === "open") this.insideTransaction(job);
    else if (job.mode === "shared") this.shared.run(job);
    else this.alone(() => this.outside(job));
  }

  /** Null of what is no statement. */
  private jobOf(frame: Frame): Job | GhostError | null {
    if (frame.kind !== Ask.QUERY && frame.kind !== Ask.EXECUTE && frame.kind !== Ask.BATCH) return null;
    try {
      return this.jobs.of(frame);
    } catch (error) {
      return sqlError(error);
    }
  }

  /** Answers come in the order of the requests: what is held goes first. */
  private alone(work: () => void): void {
    this.shared.commit();
    this.answers.flush();
    work();
  }

  private answer(work: () => string): void {
    const outcome = attempt(work);
    if (typeof outcome === "string") this.answers.say(Say.RESULT, outcome);
    else this.answers.error(outcome);
  }

  private outside(job: Job): void {
    if (job.mode === "own") this.shared.runOwn(job);
    else if (job.mode === "inside") this.answers.error(onlyInside());
    else this.answer(() => job.run());
    // No statement that is let through leaves a transaction open; should one, it must not take what follows with it.
    if (job.mode === "whole" && this.db.isInTransaction()) this.db.exec("ROLLBACK");
  }

  private insideTransaction(job: Job): void {
    this.answers.flush();
    const outcome = attempt(() => (job.mode === "own" ? this.atOnce(job) : this.notWhole(job).run()));
    if (typeof outcome === "string" && job.mode !== "inside") return this.answers.say(Say.RESULT, outcome);
    if (!this.db.isInTransaction()) this.transaction = "lost";
    if (typeof outcome === "string") this.answers.say(Say.RESULT, outcome);
    else this.answers.error(this.transaction === "lost" ? endedBy(outcome) : outcome);
  }

  private notWhole(job: Job): Job {
    if (job.mode === "whole") throw new GhostError("SQL_REFUSED", "cannot run VACUUM inside of a transaction");
    return job;
  }

  /** All of a job or nothing, inside of the transaction that is open. */
  private atOnce(job: Job): string {
    this.db.exec(`SAVEPOINT ${SAVEPOINT}`);
    try {
      const body = job.run();
      this.db.exec(`RELEASE ${SAVEPOINT}`);
      return body;
    } catch (error) {
      if (error instanceof GhostError && this.db.isInTransaction()) this.db.exec(`ROLLBACK TO ${SAVEPOINT}; RELEASE ${SAVEPOINT}`);
      throw error;
    }
  }

  private control({ kind, body }: Frame): string {
    switch (kind) {
      case Ask.BEGIN:
        this.db.exec("BEGIN IMMEDIATE");
        this.transaction = "open";
        this.shared.forgetSchema();
        return "";
      case Ask.COMMIT:
        return this.commit();
      case Ask.ROLLBACK:
        return this.rollBack();
      case Ask.BACKUP:
        backUp(this.db, body.toString("utf8"));
        return "";
      default:
        throw new Error(`the hub asks for ${kind}, which is nothing`);
    }
  }

  private commit(): string {
    if (this.transaction === "lost") {
      this.transaction = "none";
      throw lost();
    }
    this.answers.say(Say.COMMITTING);
    this.answers.flush();
    try {
      this.db.exec("COMMIT");
    } catch (error) {
      if (error instanceof GhostError) this.rollBack();
      throw error;
    }
    this.transaction = "none";
    return "";
  }

  private rollBack(): string {
    if (this.db.isInTransaction()) this.db.exec("ROLLBACK");
    this.transaction = "none";
    return "";
  }
}

/** What a process may keep of the memory that it needed, in bytes. */
const MEMORY_BYTES_KEPT = 134_217_728;
const SAVEPOINT = "ghost_statement";

/** What `work` gives, or its GhostError. */
function attempt(work: () => string): Outcome {
  try {
    return work();
  } catch (error) {
    return sqlError(error);
  }
}

function onlyInside(): GhostError {
  return new GhostError("SQL_REFUSED", "cannot run it: it belongs into a transaction", { hint: "GHOST.TX BEGIN begins one" });
}

function lost(): GhostError {
  return new GhostError("TX_ABORTED", "cannot go on with the transaction: it was undone");
}

/** `details.transactionOver` tells the hub. */
function endedBy({ code, message, details }: GhostError): GhostError {
  return new GhostError(code, `${message}; the transaction was undone`, { details: { ...details, transactionOver: true } });
}
