/**
 * One commit, and one wait for the disk, for several changes (group commit). Each change can fail alone, because SQLite undoes a statement
 * that fails and nothing else. Where it undoes more (`ON CONFLICT ROLLBACK`, a full disk), or the commit fails, all are run once more, each in a
 * transaction of its own: nobody was told of them yet.
 */
import { GhostError } from "../../../core/errors/ghost-error.ts";
import type { AnswerSink } from "./answers.ts";
import { sqlError } from "./errors.ts";
import { Say } from "./frames.ts";
import type { Job } from "./jobs.ts";
import type { SqlSession } from "./session.ts";

/** The body of an answer, or why there is none. */
export type Outcome = string | GhostError;

/** Changes that share one commit at most. */
const SHARED_MAX = 64;
/** A text is quick that took no longer than this when it ran last, in ms: nobody waits for the others' sake for one that is not. */
const QUICK_MS = 2;
/** Texts that are known to be quick. */
const QUICK_TEXTS_MAX = 256;

export class SharedCommit {
  /** The changes that ran and are not committed; null while no transaction is open. */
  private open: Job[] | null = null;
  private readonly quick = new Set<string>();
  /** Whether a foreign key of the schema is looked at only when a transaction commits, where it could not be told whose fault it is; null: not known. */
  private deferred: boolean | null = null;
  private readonly db: SqlSession;
  private readonly answers: AnswerSink;

  constructor(db: SqlSession, answers: AnswerSink) {
    this.db = db;
    this.answers = answers;
  }

  /** To be told when somebody else may change the schema. */
  forgetSchema(): void {
    this.deferred = null;
  }

  /** Runs a change together with those before it, or with none; its answer is held until the commit. */
  run(job: Job): void {
    if (this.open && !this.mayJoin(job)) this.commit();
    if (!this.begin()) return;
    this.open?.push(job);
    const startedAt = performance.now();
    const outcome = this.attempt(job);
    const isQuick = performance.now() - startedAt <= QUICK_MS;
    this.remember(job, isQuick);
    if (outcome instanceof GhostError) this.answers.error(outcome, Say.HELD_ERROR);
    else this.answers.say(Say.HELD_RESULT, outcome);
    if (outcome instanceof GhostError && !this.db.isInTransaction()) this.runAgain(outcome);
    else if (!isQuick) this.commit();
  }

  /** Runs a job in a transaction of its own, all of it or nothing, and commits it. Nothing may be open. */
  runOwn(job: Job): void {
    if (!this.begin()) return;
    if (job.defines) this.forgetSchema();
    const outcome = this.attempt(job);
    if (outcome instanceof GhostError) return this.giveUp(outcome);
    this.open?.push(job);
    this.answers.say(Say.HELD_RESULT, outcome);
    this.commit();
  }

  /** Commits what is open and lets the answers go. */
  commit(): void {
    if (!this.open) return;
    this.answers.say(Say.COMMITTING);
    this.answers.flush();
    try {
      this.db.exec("COMMIT");
    } catch (error) {
      const failure = sqlError(error);
      this.rollBack();
      return this.runAgain(failure);
    }
    this.open = null;
    this.answers.say(Say.COMMITTED);
  }

  private mayJoin(job: Job): boolean {
    return (this.open?.length ?? 0) < SHARED_MAX && job.sql !== null && this.quick.has(job.sql) && !this.hasDeferred();
  }

  private begin(): boolean {
    if (this.open) return true;
    try {
      this.db.exec("BEGIN IMMEDIATE");
      this.open = [];
      return true;
    } catch (error) {
      this.answers.error(sqlError(error));
      return false;
    }
  }

  private attempt(job: Job): Outcome {
    this.answers.flush();
    try {
      return job.run();
    } catch (error) {
      return sqlError(error);
    }
  }

  /** After `failure` undid all that was open. A job that was alone has its answer. */
  private runAgain(failure: GhostError): void {
    const jobs = this.open ?? [];
    this.open = null;
    this.answers.say(Say.UNDONE);
    if (jobs.length === 1) return this.answers.error(failure);
    for (const job of jobs) {
      this.run(job);
      this.commit();
    }
  }

  private giveUp(failure: GhostError): void {
    this.rollBack();
    this.open = null;
    this.answers.error(failure);
  }

  private rollBack(): void {
    if (this.db.isInTransaction()) this.db.exec("ROLLBACK");
  }

  private remember(job: Job, isQuick: boolean): void {
    if (job.sql === null) return;
    this.quick.delete(job.sql);
    if (isQuick) this.quick.add(job.sql);
    if (this.quick.size > QUICK_TEXTS_MAX) this.quick.delete(this.quick.values().next().value as string);
  }

  private hasDeferred(): boolean {
    this.deferred ??= this.db.get("SELECT 1 FROM sqlite_schema WHERE sql LIKE '%deferr%' LIMIT 1") !== undefined;
    return this.deferred;
  }
}
