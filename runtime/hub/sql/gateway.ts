/** The hub's door to SQL: each namespace has a file and, while it is in use, a process of its own, in which one statement runs at a time. */
import { GhostError } from "../../../core/errors/ghost-error.ts";
import { selfCommand } from "../../system/self.ts";
import { sqlEnvironment } from "./environment.ts";
import { Ask, encodeFrame } from "./frames.ts";
import { SQL_LIMITS, type SqlLimits } from "./limits.ts";
import type { Answer } from "./link.ts";
import { namespaceFile, storedNamespaces } from "./namespace.ts";
import { busy, NamespaceQueue, type SqlProgram, type Waiting } from "./namespace-queue.ts";
import { batchFrame, executeFrame, queryFrame } from "./requests.ts";
import { OpenTransaction, type SqlTransaction } from "./transaction.ts";

export type { SqlTransaction } from "./transaction.ts";

export interface SqlGatewayOptions {
  /** The folder of the files, `NAMESPACE.db`. */
  readonly dataFolder: string;
  /** Is told in a line, for the hub's log, when a process was stopped for its time, died, or could not open its file; default: nobody. */
  readonly report?: (line: string) => void;
  /** What differs from `SQL_LIMITS`. */
  readonly limits?: Partial<SqlLimits>;
  /** Ghost's command line; default: this very program's. */
  readonly command?: readonly string[];
  /** The environment that processes get theirs from; default: this process's. */
  readonly environment?: Readonly<Record<string, string | undefined>>;
}

export interface SqlOptions {
  /**
   * Aborted when nobody wants the answer any more: what waits does not run then, and fails with SQL_CANCELLED. What runs already does so to its end; of that, too,
   * the answer is SQL_CANCELLED, at once.
   */
  readonly signal?: AbortSignal;
}

/** A namespace in use, for `GHOST.HEALTH` and `doctor`. */
export interface SqlStatus {
  readonly namespace: string;
  readonly pid: number | null;
  /** True when its process has opened the file. */
  readonly isOpen: boolean;
  readonly waiting: number;
  /** True while a transaction holds it. */
  readonly inTransaction: boolean;
}

/**
 * All methods reject with a GhostError: SQL_FAILED (what SQLite says: `details.reason`, `details.sqlite`), SQL_REFUSED, LIMIT_EXCEEDED, SQL_TIMEOUT, SQL_CANCELLED,
 * SQL_UNCERTAIN (its process ended in the middle of the commit), NAMESPACE_BUSY, NAMESPACE_INVALID, or what is wrong with the file (DATABASE_LOCKED, STATE_DAMAGED,
 * NO_SPACE, PERMISSION_DENIED, …). What has resolved is on the disk.
 */
export class SqlGateway {
  private readonly namespaces = new Map<string, NamespaceQueue>();
  private readonly dataFolder: string;
  private readonly limits: SqlLimits;
  private readonly program: SqlProgram;
  private readonly report: (line: string) => void;
  private isClosed = false;

  constructor({ dataFolder, limits, command, environment, report = () => undefined }: SqlGatewayOptions) {
    this.report = report;
    this.dataFolder = dataFolder;
    this.limits = { ...SQL_LIMITS, ...limits };
    this.program = { command: command ?? selfCommand(), environment: sqlEnvironment(environment ?? process.env) };
  }

  /** Runs one statement that gives rows; JSON `{"columns":[…],"rows":[[…]]}`. `params` is JSON: an array, an object, or nothing (see `parameters.ts`). */
  async query(namespace: string, sql: string, params = "", options: SqlOptions = {}): Promise<string> {
    return this.run(namespace, queryFrame(sql, params, this.limits), options);
  }

  /** Runs one statement, or several without parameters as one transaction; gives how many rows were changed. */
  async execute(namespace: string, sql: string, params = "", options: SqlOptions = {}): Promise<number> {
    return Number(await this.run(namespace, executeFrame(sql, params, this.limits), options));
  }

  /** Runs the statements of the JSON `[[sql, params], …]` as one transaction; gives how many rows were changed. */
  async batch(namespace: string, statements: string, options: SqlOptions = {}): Promise<number> {
    return Number(await this.run(namespace, batchFrame(statements, this.limits), options));
  }

  /** Begins a transaction when those before it are done. It has the namespace to itself until it ends: whoever begins one must `dispose` it. */
  async begin(namespace: string, options: SqlOptions = {}): Promise<SqlTransaction> {
    const queue = this.queueOf(namespace);
    const transaction = new OpenTransaction(queue);
    await this.wait(queue, { frame: encodeFrame(Ask.BEGIN), limitMs: this.limits.statementMs, begins: transaction }, options);
    return transaction;
  }

  /** Writes all that is committed into a new file at `path`, which is absolute. Other statements of the namespace wait. */
  async backup(namespace: string, path: string, options: SqlOptions = {}): Promise<void> {
    await this.wait(this.queueOf(namespace), { frame: encodeFrame(Ask.BACKUP, path), limitMs: this.limits.backupMs }, options);
  }

  /** The namespaces that have a file. */
  stored(): string[] {
    return storedNamespaces(this.dataFolder);
  }

  /** The namespaces in use. */
  status(): SqlStatus[] {
    return [...this.namespaces].map(([namespace, queue]) => ({
      namespace,
      pid: queue.pid,
      isOpen: queue.isOpen,
      waiting: queue.waitingCount,
      inTransaction: queue.isHeld,
    }));
  }

  /**
   * Refuses what waits, lets finish what runs, undoes open transactions, and resolves when all processes are gone. What takes longer than `limitMs` is ended, and
   * undone; default `closeMs`.
   */
  async close(limitMs = this.limits.closeMs): Promise<void> {
    this.isClosed = true;
    const queues = [...this.namespaces.values()];
    for (const queue of queues) queue.refuseWaiting(closed());
    await Promise.all(queues.map((queue) => queue.close(limitMs)));
  }

  private run(namespace: string, frame: Buffer, options: SqlOptions): Promise<string> {
    return this.wait(this.queueOf(namespace), { frame, limitMs: this.limits.statementMs }, options);
  }

  private wait(queue: NamespaceQueue, request: Omit<Waiting, "settle" | "waitingSince">, { signal }: SqlOptions): Promise<string> {
    return new Promise((resolve, reject) => {
      const abort = () => {
        queue.withdraw(waiting);
        reject(cancelled());
      };
      const settle = (answer: Answer) => {
        signal?.removeEventListener("abort", abort);
        request.begins?.begun(answer, signal?.aborted ?? false);
        if (answer instanceof GhostError) reject(answer);
        else resolve(answer);
      };
      const waiting: Waiting = { ...request, waitingSince: performance.now(), settle };
      if (signal?.aborted) return reject(cancelled());
      queue.add(waiting);
      signal?.addEventListener("abort", abort, { once: true });
    });
  }

  private queueOf(namespace: string): NamespaceQueue {
    if (this.isClosed) throw closed();
    const known = this.namespaces.get(namespace);
    if (known) return known;
    const queue = new NamespaceQueue(namespaceFile(this.dataFolder, namespace), {
      limits: this.limits,
      program: this.program,
      report: this.report,
      makeRoom: () => this.makeRoom(),
      forget: () => this.forget(namespace, queue),
    });
    this.namespaces.set(namespace, queue);
    return queue;
  }

  private forget(namespace: string, queue: NamespaceQueue): void {
    if (this.namespaces.get(namespace) === queue) this.namespaces.delete(namespace);
  }

  /** Of those that are idle the one that has been so for longest makes room. */
  private makeRoom(): GhostError | null {
    if (this.isClosed) return closed();
    const running = [...this.namespaces.values()].filter(({ pid }) => pid !== null);
    if (running.length < this.limits.processesMax) return null;
    const [idle] = running.filter(({ isIdle }) => isIdle).sort((a, b) => a.lastUse - b.lastUse);
    void idle?.close();
    return idle ? null : busy(`${this.limits.processesMax} other namespaces are at work`);
  }
}

function cancelled(): GhostError {
  return new GhostError("SQL_CANCELLED", "cannot give the answer: nobody waits for it any more");
}

function closed(): GhostError {
  return new GhostError("SQL_CANCELLED", "cannot run the statement: the hub ends", { hint: "it did not run: try again" });
}
