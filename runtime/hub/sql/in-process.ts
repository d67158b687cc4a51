/** The SQL of one namespace in this very process, by the same rules: for data in memory, and for apps and tests without a hub. A statement cannot be interrupted here. */

import type { SqlPort, SqlTransaction } from "../../../core/data/ports.ts";
import type { AbortSignal } from "../../../core/errors/abort-signal.ts";
import { GhostError } from "../../../core/errors/ghost-error.ts";
import type { AnswerSink } from "./answers.ts";
import { Executor } from "./executor.ts";
import { Ask, encodeFrame, FrameReader, Say } from "./frames.ts";
import { SQL_LIMITS, type SqlLimits } from "./limits.ts";
import { batchFrame, executeFrame, queryFrame } from "./requests.ts";
import type { SqlSession } from "./session.ts";

/** Runs SQL on an open database, which is closed with it. While a transaction is open, all others wait for its end. */
export class InProcessSql implements SqlPort {
  private readonly db: SqlSession;
  private readonly limits: SqlLimits;
  private readonly executor: Executor;
  private readonly answer = new LastAnswer();
  private readonly waiting: (() => void)[] = [];
  private holder: HeldTransaction | null = null;

  constructor(db: SqlSession, limits: Partial<SqlLimits> = {}) {
    this.db = db;
    this.limits = { ...SQL_LIMITS, ...limits };
    db.exec("PRAGMA foreign_keys=ON");
    this.executor = new Executor(db, this.answer, { rowsMax: this.limits.resultRowsMax, charactersMax: this.limits.resultCharactersMax });
  }

  async query(sql: string, parameters = "", signal?: AbortSignal): Promise<string> {
    return this.runFree(queryFrame(sql, parameters, this.limits), signal);
  }

  async execute(sql: string, parameters = "", signal?: AbortSignal): Promise<number> {
    return Number(await this.runFree(executeFrame(sql, parameters, this.limits), signal));
  }

  async batch(commands: string, signal?: AbortSignal): Promise<number> {
    return Number(await this.runFree(batchFrame(commands, this.limits), signal));
  }

  async begin(signal?: AbortSignal): Promise<SqlTransaction> {
    while (this.holder) await this.nextTurn(signal);
    this.run(encodeFrame(Ask.BEGIN));
    this.holder = new HeldTransaction(
      (frame) => this.run(frame),
      this.limits,
      () => this.release(),
    );
    return this.holder;
  }

  async close(): Promise<void> {
    await this.holder?.rollback();
    this.db.close();
  }

  private async runFree(frame: Buffer, signal: AbortSignal | undefined): Promise<string> {
    while (this.holder) await this.nextTurn(signal);
    return this.run(frame);
  }

  /** Throws what the statement fails with. */
  private run(frame: Buffer): string {
    this.executor.handle(new FrameReader().push(frame));
    return this.answer.take();
  }

  private nextTurn(signal: AbortSignal | undefined): Promise<void> {
    if (this.waiting.length >= this.limits.waitingMax) throw busy(`${this.waiting.length} others wait already`);
    return new Promise((resolve, reject) => {
      const settle = (end: () => void) => () => {
        clearTimeout(timer);
        signal?.removeEventListener("abort", give);
        const place = this.waiting.indexOf(go);
        if (place !== -1) this.waiting.splice(place, 1);
        end();
      };
      const go = settle(resolve);
      const give = settle(() => reject(signal?.reason));
      const timer = setTimeout(
        settle(() => reject(busy(`a transaction has not ended for ${this.limits.waitMs} ms`))),
        this.limits.waitMs,
      );
      this.waiting.push(go);
      signal?.addEventListener("abort", give);
    });
  }

  private release(): void {
    this.holder = null;
    for (const go of [...this.waiting]) go();
  }
}

/** A transaction that has the database to itself, for as long as it does something. */
class HeldTransaction implements SqlTransaction {
  private readonly run: (frame: Buffer) => string;
  private readonly limits: SqlLimits;
  private readonly release: () => void;
  private idle: ReturnType<typeof setTimeout>;
  private ended = false;
  private expired = false;

  constructor(run: (frame: Buffer) => string, limits: SqlLimits, release: () => void) {
    this.run = run;
    this.limits = limits;
    this.release = release;
    this.idle = this.watch();
  }

  async query(sql: string, parameters = ""): Promise<string> {
    return this.step(queryFrame(sql, parameters, this.limits));
  }

  async execute(sql: string, parameters = ""): Promise<number> {
    return Number(this.step(executeFrame(sql, parameters, this.limits)));
  }

  async batch(commands: string): Promise<number> {
    return Number(this.step(batchFrame(commands, this.limits)));
  }

  async commit(): Promise<void> {
    this.check();
    this.finish(Ask.COMMIT);
  }

  async rollback(): Promise<void> {
    if (!this.ended) this.finish(Ask.ROLLBACK);
  }

  private step(frame: Buffer): string {
    this.check();
    clearTimeout(this.idle);
    this.idle = this.watch();
    return this.run(frame);
  }

  private check(): void {
    if (this.expired)
      throw new GhostError(
        "TX_EXPIRED",
        `cannot go on with the transaction: it was undone after ${this.limits.transactionIdleMs} ms without a statement`,
        {
          hint: "others wait for it: do what takes long before it begins",
        },
      );
    if (this.ended) throw new GhostError("TRANSACTION_ENDED", "cannot run it: the transaction has ended", { hint: "begin another" });
  }

  private watch(): ReturnType<typeof setTimeout> {
    return setTimeout(() => {
      this.expired = true;
      this.finish(Ask.ROLLBACK);
    }, this.limits.transactionIdleMs);
  }

  private finish(kind: number): void {
    clearTimeout(this.idle);
    this.ended = true;
    try {
      this.run(encodeFrame(kind));
    } finally {
      this.release();
    }
  }
}

/** Keeps what the executor says last of the one request that it was given. */
class LastAnswer implements AnswerSink {
  private outcome: string | GhostError = "";

  say(kind: number, body = ""): void {
    if (kind === Say.RESULT || kind === Say.HELD_RESULT) this.outcome = body;
  }

  error(error: GhostError): void {
    this.outcome = error;
  }

  flush(): void {}

  take(): string {
    const { outcome } = this;
    this.outcome = "";
    if (outcome instanceof GhostError) throw outcome;
    return outcome;
  }
}

function busy(why: string): GhostError {
  return new GhostError("NAMESPACE_BUSY", `cannot run the statement: ${why}`, { hint: "it did not run: try again later" });
}
