import type { SagaFailure } from "./records.ts";
import type { SagaTurn } from "./saga-log.ts";

interface OfSaga {
  readonly name: string;
  readonly id: string;
}

/** What becomes of a saga that this program holds, or went on with. */
export type SagaTold =
  /** It was begun before, and goes on here: after an interruption, or because an operator said so. */
  | (OfSaga & { readonly is: "resumed"; readonly turn: SagaTurn; readonly isOperators: boolean })
  /** It ended, or is parked. */
  | (OfSaga & { readonly is: "rested"; readonly turn: SagaTurn; readonly wasResumed: boolean })
  /** The log's disk is full: this one, the first of perhaps many, waits until what its step gave can be written down. */
  | (OfSaga & { readonly is: "waits"; readonly error: SagaFailure })
  /** The first is written down again. */
  | (OfSaga & { readonly is: "writes" })
  /** Nobody here waits for it, and it cannot go on now. */
  | (OfSaga & { readonly is: "failed"; readonly error: SagaFailure });
