import { decide } from "./decide.ts";
import type { SagaPlan } from "./plan.ts";
import { fateOf, type SagaProgress } from "./progress.ts";
import type { SagaFailure } from "./records.ts";

/** How a saga stands. The last two are its ends; one that is parked waits for an operator. */
export const SAGA_STATES = ["running", "compensating", "parked", "done", "compensated"] as const;
export type SagaState = (typeof SAGA_STATES)[number];

/** What became of a step that was taken back. */
export interface SagaCompensation {
  readonly step: string;
  /** parked: it failed too often, and waits for an operator; skipped: one gave it up; failed: of a simple saga, which nobody goes on with. */
  readonly state: "undone" | "parked" | "skipped" | "failed";
  readonly error?: SagaFailure;
}

/** How a saga ended: never a throw. `compensations` are in the order in which they were tried. */
export type SagaResult<Value> =
  | { readonly ok: true; readonly value: Value }
  | { readonly ok: false; readonly error: SagaFailure; readonly compensations: readonly SagaCompensation[] };

/** What the steps gave, by their names. */
// biome-ignore lint/suspicious/noExplicitAny: what a step gives only its author knows
export type SagaResults = Readonly<Record<string, any>>;

/** The state after the log that was replayed. */
export function stateOf(plan: SagaPlan, saga: SagaProgress): SagaState {
  if (saga.isOver) return saga.error ? "compensated" : "done";
  if (!decide(plan, saga)) return "parked";
  return saga.error ? "compensating" : "running";
}

/** Whether nobody goes on with it by himself: it has ended, or is parked. */
export function isAtRest(state: SagaState): boolean {
  return !state.endsWith("ing");
}

/** The results of the steps that are done, by name. */
export function resultsOf({ steps }: SagaProgress): SagaResults {
  return Object.fromEntries([...steps.values()].filter((step) => "result" in step).map(({ name, result }) => [name, result]));
}

/** How it ended, or where it is parked. */
export function resultOf(saga: SagaProgress): SagaResult<SagaResults> {
  if (saga.isOver && !saga.error) return { ok: true, value: resultsOf(saga) };
  const compensations = [...saga.steps.values()].reverse().flatMap((step) => {
    const state = fateOf(step);
    return state ? [{ step: step.name, state, ...(state !== "undone" && { error: step.error }) }] : [];
  });
  return { ok: false, error: saga.error ?? { code: "SAGA_PARKED", message: saga.parked as string }, compensations };
}
