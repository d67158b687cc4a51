/** The log of one saga: what happened, in order, each record as JSON. Records are added and never changed. */

/** Why something failed, as it is kept. */
export interface SagaFailure {
  readonly message: string;
  /** Of a GhostError, or the system's. */
  readonly code?: string;
  /** Which step it was. */
  readonly step?: string;
}

interface At {
  /** Milliseconds since 1970. */
  readonly at: number;
}

interface OfStep extends At {
  readonly step: string;
  /** Of its compensation. */
  readonly undo?: boolean;
}

/** What happened to a step. */
export type StepRecord =
  | (OfStep & { readonly is: "begun" })
  | (OfStep & { readonly is: "done"; readonly result?: unknown })
  /** `again`: it is tried again then, milliseconds since 1970. */
  | (OfStep & { readonly is: "failed"; readonly error: SagaFailure; readonly again?: number });

/** What an operator says of a step, or of all that is parked. */
export interface OperatorRecord extends At {
  readonly is: "retry" | "skip";
  readonly step?: string;
  readonly by?: string;
}

/**
 *   started ─▶ begun ─▶ done ─▶ begun ─▶ … ─▶ ended                   all steps are done
 *                └────▶ failed ─▶ begun ─▶ done ─▶ … ─▶ ended         `undo`, in reverse order
 *                         │         └────▶ failed ─▶ …                the others go on; this one is parked
 *                         └ `again`: begun again, later
 *
 * parked: the saga itself waits for an operator.
 */
export type SagaRecord =
  | (At & { readonly is: "started"; readonly input?: unknown; readonly steps: readonly string[] })
  | StepRecord
  | OperatorRecord
  | (At & { readonly is: "parked"; readonly reason: string })
  | (At & { readonly is: "ended" });

/** A record without its time, which whoever writes it adds. */
export type SagaEvent = SagaRecord extends infer Each ? (Each extends SagaRecord ? Omit<Each, "at"> : never) : never;

/** As much of a message is kept, letters. */
const MESSAGE_MAX = 1_000;

/** What was thrown, as it is kept. */
export function failureOf(error: unknown): SagaFailure {
  const { message, code } = (error ?? {}) as { message?: unknown; code?: unknown };
  return { message: String(message ?? error).slice(0, MESSAGE_MAX), ...(typeof code === "string" && { code }) };
}
