import type { SagaResult, SagaResults, SagaState } from "./result.ts";

/** Who wants to hold a saga (`NAME@LIFE`), for how long without renewing (in ms), and the plan by which it is to go on, as JSON. */
export interface SagaClaim {
  readonly holder: string;
  readonly leaseMs: number;
  readonly plan: string;
}

/** What whoever holds a saga is to do. */
export interface SagaTurn {
  /** The number under which it is held, which grows with each claim. 0: it is not, because somebody else does, or it is at rest. */
  readonly fence: number;
  readonly state: SagaState;
  /** The step to run, or with `undo` its compensation; that it was begun is on record. */
  readonly step?: string;
  readonly undo?: boolean;
  readonly input?: unknown;
  readonly results?: SagaResults;
  /** Nothing yet: ask again in so many ms. */
  readonly waitMs?: number;
  /** How it ended, or where it is parked. */
  readonly result?: SagaResult<SagaResults>;
}

/** That somebody should look at a saga: an operator said something, or it is at rest. */
export interface SagaNotice {
  readonly name: string;
  readonly id: string;
  readonly state: SagaState;
}

/**
 * Where the logs of one namespace's sagas are, and where it is decided by them. A saga is its definition's name and its id. What resolves is on disk.
 * Rejects with HUB_UNREACHABLE, LIMIT_EXCEEDED and USAGE, and with LEASE_LOST where the fence is an older one.
 */
export interface SagaLog {
  /** Holds a saga if nobody else does (an earlier life of the same holder loses it, when it is over) and it is not at rest. With an `input` (JSON) one that is not there begins. */
  claim(name: string, id: string, claim: SagaClaim, input?: string): Promise<SagaTurn>;
  /** Writes down how a step ended, as JSON: `{"step","undo","is":"done","result"}` or `{…,"is":"failed","error"}`; one that is known is no matter. Without it: asks again. */
  report(name: string, id: string, fence: number, fact?: string): Promise<SagaTurn>;
  /** Holds it for as long again, as a report does. */
  renew(name: string, id: string, fence: number): Promise<void>;
  /** Ids of sagas that are to go on, and that nobody holds, or an earlier life of `holder` that is over; the oldest first. */
  free(name: string, holder: string, limit: number): Promise<readonly string[]>;
  /** Is told of notices, some of which may be lost, and with null to look for what is free: somebody who held sagas is gone, or notices were lost. What it gives ends that. */
  listen(listener: (notice: SagaNotice | null) => void): Promise<() => Promise<void>>;
}
