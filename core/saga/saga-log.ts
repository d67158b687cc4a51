import type { SagaState } from "./result.ts";

/** Who wants to hold a saga, and for how long without renewing, in milliseconds. */
export interface SagaClaim {
  readonly holder: string;
  readonly leaseMs: number;
}

/** A saga that is held: its fence, which grows with each claim, and its records. */
export interface HeldSaga {
  readonly fence: number;
  readonly records: readonly string[];
}

/** What is added to a saga's log. */
export interface SagaAddition {
  /** How many records there are before it, as whoever adds it knows. */
  readonly number: number;
  /** The state after it. */
  readonly state: SagaState;
  /** Of whoever holds the saga; 0: an operator's. */
  readonly fence: number;
  readonly record: string;
}

/** That somebody should look at a saga: an operator said something, or it is at rest. */
export interface SagaNotice {
  readonly name: string;
  readonly id: string;
  readonly state: SagaState;
}

/**
 * Where the logs of one namespace's sagas are. What resolves is on disk. A saga is its definition's name and its id. Rejects with HUB_UNREACHABLE and
 * LIMIT_EXCEEDED, and with LEASE_LOST where another holds the saga by now.
 */
export interface SagaLog {
  /** Begins a saga and holds it, under number 1. False: there is one of this id. */
  start(name: string, id: string, record: string, claim: SagaClaim): Promise<boolean>;
  /** Holds a saga. Null: somebody else does (another with the same `holder` loses it), it is parked or over, or there is none. */
  claim(name: string, id: string, claim: SagaClaim): Promise<HeldSaga | null>;
  /** Holds it for as long again, as adding to it does. */
  renew(name: string, id: string, fence: number): Promise<void>;
  /** Adds a record. False: there are not `number` records any more, and nothing was done. */
  append(name: string, id: string, addition: SagaAddition): Promise<boolean>;
  /** Null: there is none. */
  read(name: string, id: string): Promise<{ readonly state: SagaState; readonly records: readonly string[] } | null>;
  /** Ids of sagas that are to go on, and that nobody or `holder` holds, the oldest first. */
  free(name: string, holder: string, limit: number): Promise<readonly string[]>;
  /** Is told of notices, some of which may be lost; what it gives ends that. */
  listen(listener: (notice: SagaNotice) => void): Promise<() => Promise<void>>;
}
