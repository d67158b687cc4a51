/** One namespace's statements: who waits, who holds it, and the process that runs them. */
import { GhostError } from "../../../core/errors/ghost-error.ts";
import type { SqlLimits } from "./limits.ts";
import { type LinkRequest, type NotOpened, SqlLink } from "./link.ts";
import type { OpenTransaction, TransactionCommand, TransactionHost } from "./transaction.ts";

/** How processes are started. */
export interface SqlProgram {
  /** Ghost's own command line. */
  readonly command: readonly string[];
  /** The whole environment. */
  readonly environment: Readonly<Record<string, string>>;
}

/** A statement that waits for its turn. */
export interface Waiting extends LinkRequest {
  /** The transaction that it begins. */
  readonly begins?: OpenTransaction;
  readonly waitingSince: number;
}

/** After so many processes in a row that were killed before they had opened the file, those who wait are told. */
const KILLED_UNOPENED_MAX = 3;

type Request = Waiting | TransactionCommand;

/** What a namespace needs of the gateway. */
export interface NamespaceOwner {
  readonly limits: SqlLimits;
  readonly program: SqlProgram;
  /** Why no other process may be started; null: it may. */
  makeRoom(): GhostError | null;
  /** Is told in a line what happened to a process that should not. */
  report(line: string): void;
  /** It has no process and nothing to do. */
  forget(): void;
}

export class NamespaceQueue implements TransactionHost {
  readonly limits: SqlLimits;
  private readonly file: string;
  private readonly owner: NamespaceOwner;
  private waiting: Waiting[] = [];
  private waitingBytes = 0;
  private holder: OpenTransaction | null = null;
  private link: SqlLink<Request> | null = null;
  private isClosing = false;
  /** Processes in a row that were killed before they had opened the file. */
  private killedUnopened = 0;
  private lastOpenError: { readonly error: GhostError; readonly until: number } | null = null;
  private idleTimer: ReturnType<typeof setTimeout> | null = null;
  private waitTimer: ReturnType<typeof setTimeout> | null = null;
  private whenEnded: (() => void)[] = [];
  /** When it last had something to do. */
  lastUse = performance.now();

  constructor(file: string, owner: NamespaceOwner) {
    this.file = file;
    this.owner = owner;
    this.limits = owner.limits;
  }

  get pid(): number | null {
    return this.link?.pid ?? null;
  }

  get isOpen(): boolean {
    return this.link?.isOpen ?? false;
  }

  get waitingCount(): number {
    return this.waiting.length;
  }

  get isHeld(): boolean {
    return this.holder !== null;
  }

  get isIdle(): boolean {
    return this.link !== null && !this.isClosing && this.link.isIdle && this.waiting.length === 0 && this.holder === null;
  }

  /** Puts a statement at the end of those that wait. Throws NAMESPACE_BUSY when there are too many. */
  add(request: Waiting): void {
    const { waitingMax, waitingBytesMax } = this.limits;
    const isFull = this.waiting.length >= waitingMax || this.waitingBytes + request.frame.length > waitingBytesMax;
    if (isFull && this.waiting.length > 0) throw busy(`${this.waiting.length} statements wait already`);
    this.waiting.push(request);
    this.waitingBytes += request.frame.length;
    this.proceed();
  }

  /** Takes back a statement that has not been sent; false when it has. */
  withdraw(request: Waiting): boolean {
    const at = this.waiting.indexOf(request);
    if (at < 0) return false;
    this.waiting.splice(at, 1);
    this.waitingBytes -= request.frame.length;
    return true;
  }

  /** Sends what may be sent. */
  proceed(): void {
    this.lastUse = performance.now();
    if (!this.link && this.hasWork()) this.start();
    while (this.link && !this.isClosing && this.link.hasRoom) {
      const request = this.next();
      if (!request) break;
      this.link.send(request);
    }
    this.watchIdle();
    this.watchWaiting();
    if (!this.link && !this.mustNotOpen()) this.owner.forget();
  }

  release(transaction: OpenTransaction): void {
    if (this.holder !== transaction) return;
    this.holder = null;
    this.proceed();
  }

  /** Lets the process finish what it has and end, by default within `closeMs`; resolves when it is gone. */
  close(limitMs?: number): Promise<void> {
    if (!this.link) return Promise.resolve();
    if (!this.isClosing || limitMs !== undefined) this.link.close(limitMs);
    this.isClosing = true;
    return new Promise((resolve) => this.whenEnded.push(resolve));
  }

  /** Refuses all that waits. */
  refuseWaiting(error: GhostError): void {
    this.waitingBytes = 0;
    for (const request of this.waiting.splice(0)) request.settle(error);
    this.watchWaiting();
  }

  private hasWork(): boolean {
    return this.waiting.length > 0 || (this.holder?.commands.length ?? 0) > 0;
  }

  private next(): Request | undefined {
    if (this.holder) return this.holder.commands.shift();
    const request = this.waiting.shift();
    if (!request) return undefined;
    this.waitingBytes -= request.frame.length;
    this.holder = request.begins ?? null;
    return request;
  }

  private start(): void {
    if (this.lastOpenError && this.mustNotOpen()) return this.refuseWaiting(this.lastOpenError.error);
    const refusal = this.owner.makeRoom();
    if (refusal) return this.refuseWaiting(refusal);
    this.link = new SqlLink(this.file, this.owner.program, this.limits, {
      onAnswered: () => this.proceed(),
      onDeath: (how) => this.owner.report(`${this.file}: ${how}`),
      onEnd: (rest, notOpened) => this.ended(rest, notOpened),
    });
  }

  private ended(rest: readonly Request[], notOpened: NotOpened | null): void {
    this.killedUnopened = notOpened?.isKilled ? this.killedUnopened + 1 : 0;
    this.link = null;
    this.isClosing = false;
    this.lastOpenError = null;
    const again = rest.filter((request): request is Waiting => !("transaction" in request));
    this.loseTransaction(again);
    for (const request of rest) if ("transaction" in request) request.settle(request.transaction.failure);
    this.waiting.unshift(...again);
    this.waitingBytes += again.reduce((bytes, { frame }) => bytes + frame.length, 0);
    if (notOpened && (!notOpened.isKilled || this.killedUnopened >= KILLED_UNOPENED_MAX)) this.failToOpen(notOpened.error);
    for (const resolve of this.whenEnded.splice(0)) resolve();
    this.proceed();
  }

  private failToOpen(error: GhostError): void {
    this.lastOpenError = { error, until: performance.now() + this.limits.reopenMs };
    this.refuseWaiting(error);
    setTimeout(() => this.proceed(), this.limits.reopenMs).unref();
  }

  private mustNotOpen(): boolean {
    return this.lastOpenError !== null && performance.now() < this.lastOpenError.until;
  }

  /** A transaction whose BEGIN did not run begins on the next process. */
  private loseTransaction(again: readonly Waiting[]): void {
    const { holder } = this;
    this.holder = null;
    if (holder && !again.some(({ begins }) => begins === holder)) holder.lose();
  }

  private watchIdle(): void {
    if (this.idleTimer) clearTimeout(this.idleTimer);
    this.idleTimer = this.isIdle ? setTimeout(() => void this.close(), this.limits.idleMs) : null;
  }

  /** They are in the order of their coming. */
  private watchWaiting(): void {
    const [first] = this.waiting;
    if (!first && this.waitTimer) this.stopWatchingWaiting();
    if (!first || this.waitTimer) return;
    const leftMs = first.waitingSince + this.limits.waitMs - performance.now();
    this.waitTimer = setTimeout(() => this.refuseLate(), Math.max(1, leftMs));
  }

  private stopWatchingWaiting(): void {
    if (this.waitTimer) clearTimeout(this.waitTimer);
    this.waitTimer = null;
  }

  private refuseLate(): void {
    const { waitMs } = this.limits;
    for (let [first] = this.waiting; first && performance.now() - first.waitingSince >= waitMs; [first] = this.waiting) {
      this.withdraw(first);
      first.settle(busy(`it waited ${waitMs} ms for those before it`));
    }
    this.stopWatchingWaiting();
    this.watchWaiting();
  }
}

/** The error of a statement that did not run because of others. */
export function busy(why: string): GhostError {
  return new GhostError("NAMESPACE_BUSY", `cannot run the statement: ${why}`, { hint: "it did not run: try again later" });
}
