/** What SQL may cost. Every figure is a default of `SqlGateway`. */
export interface SqlLimits {
  /** How long one statement, batch or commit may run, in ms; then its process is ended. */
  readonly statementMs: number;
  /** How long a copy of a namespace may take, in ms. */
  readonly backupMs: number;
  /** How long a statement may wait for those before it, a transaction among them, in ms; then it is NAMESPACE_BUSY. */
  readonly waitMs: number;
  /** How long a transaction may be open without a statement, in ms; then it is undone. */
  readonly transactionIdleMs: number;
  /** A process without work ends after this, in ms. */
  readonly idleMs: number;
  /** How long the opening of a file may take, with what a killed process left in its log, in ms. */
  readonly openMs: number;
  /** After an open that failed, statements fail the same way for so long, in ms, before another is tried. */
  readonly reopenMs: number;
  /** How long a process may take to end once it was told to, in ms; then it is killed. */
  readonly closeMs: number;
  /** The same when the hub ends: nobody waits for an answer any more, and what runs is undone. */
  readonly shutdownMs: number;
  /** Statements of one namespace that wait, and the bytes of them. */
  readonly waitingMax: number;
  readonly waitingBytesMax: number;
  /** Text of one request, in bytes: a statement, its parameters, a batch. */
  readonly statementBytesMax: number;
  readonly parametersBytesMax: number;
  readonly batchBytesMax: number;
  /** Rows of one result, and characters of its JSON. */
  readonly resultRowsMax: number;
  readonly resultCharactersMax: number;
  /** Processes at a time, one a namespace. One that is idle makes room. */
  readonly processesMax: number;
}

export const SQL_LIMITS: SqlLimits = {
  statementMs: 30_000,
  backupMs: 1_800_000,
  waitMs: 60_000,
  transactionIdleMs: 5_000,
  idleMs: 60_000,
  openMs: 60_000,
  reopenMs: 200,
  closeMs: 10_000,
  shutdownMs: 200,
  waitingMax: 1_000,
  waitingBytesMax: 33_554_432,
  statementBytesMax: 1_000_000,
  parametersBytesMax: 16_777_216,
  batchBytesMax: 33_554_432,
  resultRowsMax: 100_000,
  resultCharactersMax: 33_554_432,
  processesMax: 32,
};
