/** A client's transaction, which has a namespace to itself. */
import { GhostError } from "../../../core/errors/ghost-error.ts";
import { Ask, encodeFrame } from "./frames.ts";
import type { SqlLimits } from "./limits.ts";
import type { Answer, LinkRequest } from "./link.ts";
import { batchFrame, executeFrame, queryFrame } from "./requests.ts";

/**
 * Everything fails with TX_EXPIRED or TX_ABORTED once the transaction was undone without being asked, until `rollback` or `commit` ends it: what was meant to be
 * part of it must not run by itself.
 */
export interface SqlTransaction extends AsyncDisposable {
  /** JSON `{"columns":[…],"rows":[[…]]}`. `params` is JSON: an array, an object, or nothing. */
  query(sql: string, params?: string): Promise<string>;
  /** How many rows it changed. */
  execute(sql: string, params?: string): Promise<number>;
  /** JSON `[[sql, params], …]`: all or nothing of it; how many rows it changed. */
  batch(statements: string): Promise<number>;
  /** Resolves when all is on the disk. A commit that fails has undone all. */
  commit(): Promise<void>;
  /** Undoes all. Of one that was undone already it is the end, and no error. */
  rollback(): Promise<void>;
  /** The same for an owner who is gone: never rejects. */
  dispose(): Promise<void>;
}

/** What a transaction needs of its namespace. */
export interface TransactionHost {
  readonly limits: SqlLimits;
  /** Says that `commands` has more. */
  proceed(): void;
  /** The namespace is free for others. */
  release(transaction: OpenTransaction): void;
}

/** A statement of a transaction. */
export interface TransactionCommand extends LinkRequest {
  readonly transaction: OpenTransaction;
}

export class OpenTransaction implements SqlTransaction {
  /** What is to be run next. */
  readonly commands: TransactionCommand[] = [];
  private readonly host: TransactionHost;
  /** `ending`: COMMIT or ROLLBACK is on its way, and nothing may follow. */
  private state: "open" | "ending" | "over" = "open";
  /** Why it was undone without being asked. */
  private undone: GhostError | null = null;
  private unanswered = 0;
  private idle: ReturnType<typeof setTimeout> | null = null;

  constructor(host: TransactionHost) {
    this.host = host;
  }

  /** Its BEGIN was answered: the time without a statement counts from now on. `isUnwanted`: who asked for it is gone. */
  begun(answer: Answer, isUnwanted: boolean): void {
    if (answer instanceof GhostError) this.over();
    else if (isUnwanted) void this.dispose();
    else this.waitForWork();
  }

  query(sql: string, params = ""): Promise<string> {
    return this.run(() => queryFrame(sql, params, this.host.limits));
  }

  async execute(sql: string, params = ""): Promise<number> {
    return Number(await this.run(() => executeFrame(sql, params, this.host.limits)));
  }

  async batch(statements: string): Promise<number> {
    return Number(await this.run(() => batchFrame(statements, this.host.limits)));
  }

  async commit(): Promise<void> {
    this.check();
    await this.finish(Ask.COMMIT);
  }

  async rollback(): Promise<void> {
    if (this.undone) this.undone = null;
    else if (this.state === "open") await this.finish(Ask.ROLLBACK);
  }

  async dispose(): Promise<void> {
    await this.rollback().catch(() => undefined);
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.dispose();
  }

  /** Its process is gone, and with it all that it did. */
  lose(): void {
    this.undone ??= aborted("its process ended");
    for (const command of this.commands.splice(0)) command.settle(this.failure);
    this.over();
  }

  /** The error of a command that did not run because the transaction was undone before. */
  get failure(): GhostError {
    return this.undone ?? ended();
  }

  private async run(frameOf: () => Buffer): Promise<string> {
    this.check();
    if (this.commands.length >= this.host.limits.waitingMax)
      throw new GhostError("NAMESPACE_BUSY", `cannot run the statement: ${this.commands.length} others of its transaction wait already`);
    return this.send(frameOf());
  }

  private check(): void {
    if (this.undone) throw this.undone;
    if (this.state !== "open") throw ended();
  }

  private async finish(kind: number): Promise<void> {
    this.state = "ending";
    try {
      await this.send(encodeFrame(kind));
    } finally {
      this.over();
    }
  }

  private send(frame: Buffer): Promise<string> {
    this.stopWaiting();
    this.unanswered++;
    return new Promise((resolve, reject) => {
      const settle = (answer: Answer) => {
        this.answered(answer);
        if (answer instanceof GhostError) reject(answer);
        else resolve(answer);
      };
      this.commands.push({ frame, limitMs: this.host.limits.statementMs, transaction: this, settle });
      this.host.proceed();
    });
  }

  private answered(answer: Answer): void {
    this.unanswered--;
    if (answer instanceof GhostError && answer.details?.transactionOver === true) this.giveUp(aborted(answer.message));
    else if (this.unanswered === 0 && this.state === "open") this.waitForWork();
  }

  /** Until the ROLLBACK the process refuses what else was sent. */
  private giveUp(why: GhostError): void {
    this.undone ??= why;
    if (this.state === "open") void this.finish(Ask.ROLLBACK).catch(() => undefined);
  }

  private over(): void {
    this.stopWaiting();
    this.state = "over";
    this.host.release(this);
  }

  private waitForWork(): void {
    this.stopWaiting();
    this.idle = setTimeout(() => this.expire(), this.host.limits.transactionIdleMs);
  }

  private stopWaiting(): void {
    if (this.idle) clearTimeout(this.idle);
    this.idle = null;
  }

  private expire(): void {
    const ms = this.host.limits.transactionIdleMs;
    const why = `it was undone after ${ms} ms without a statement`;
    const hint = "others wait for it: do what takes long before it begins";
    this.giveUp(new GhostError("TX_EXPIRED", `cannot go on with the transaction: ${why}`, { hint }));
  }
}

function aborted(why: string): GhostError {
  return new GhostError("TX_ABORTED", `cannot go on with the transaction: it was undone (${why})`);
}

function ended(): GhostError {
  return new GhostError("TRANSACTION_ENDED", "cannot run it: the transaction has ended", { hint: "begin another" });
}
