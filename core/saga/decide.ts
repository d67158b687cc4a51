/** What is to be done next of a saga: a function of its plan and its log alone, so that it is decided the same whoever goes on with it. */
import { SAGA_LIMITS } from "./limits.ts";
import type { PlannedStep, SagaPlan, TryPolicy } from "./plan.ts";
import { fateOf, type SagaProgress, type StepProgress } from "./progress.ts";
import type { SagaEvent } from "./records.ts";

/** What to do: write a record, or not before `dueAt` (milliseconds since 1970) try a step or, with `undo`, its compensation. */
export type SagaAction =
  | { readonly do: "record"; readonly event: SagaEvent }
  | { readonly do: "try"; readonly step: string; readonly undo: boolean; readonly dueAt: number };

/** The next action. Null: it has ended, or waits for an operator. */
export function decide(plan: SagaPlan, saga: SagaProgress): SagaAction | null {
  if (saga.isOver || saga.parked !== null) return null;
  return saga.error ? backward(plan, saga) : forward(plan, saga);
}

/** When something that failed is tried again, milliseconds since 1970; undefined: not. `failures` counts this one. */
export function againAt([attempts, delayMs, delayMaxMs]: TryPolicy, failures: number, records: number, now: number): number | undefined {
  if (failures >= attempts || records >= SAGA_LIMITS.recordsForTriesMax) return undefined;
  return now + Math.min(delayMaxMs, delayMs * 2 ** (failures - 1));
}

function forward(steps: SagaPlan, saga: SagaProgress): SagaAction {
  const reason = changeIn(steps, saga);
  if (reason) return record({ is: "parked", reason });
  const step = steps.find(({ name }) => saga.steps.get(name)?.is !== "done");
  return step ? attempt(step, saga.steps.get(step.name), false) : record({ is: "ended" });
}

function backward(steps: SagaPlan, saga: SagaProgress): SagaAction | null {
  const begun = [...saga.steps.values()].reverse();
  for (const progress of begun) {
    if (fateOf(progress)) continue;
    const step = steps.find(({ name }) => name === progress.name);
    if (!step) return unknown(progress.name, saga);
    if (step.undo) return attempt(step, progress, true);
  }
  return begun.some((step) => fateOf(step) === "parked") ? null : record({ is: "ended" });
}

function attempt(step: PlannedStep, progress: StepProgress | undefined, undo: boolean): SagaAction {
  const { tries, dueAt } = progress?.undo === undo ? progress : { tries: 0, dueAt: 0 };
  if (tries < SAGA_LIMITS.interruptionsMax) return { do: "try", step: step.name, undo, dueAt };
  return record({ is: "failed", step: step.name, undo, error: { message: `it was interrupted ${tries} times` } });
}

/** A step that the definition lost: an operator who skipped the change skipped it, too. */
function unknown(step: string, { error }: SagaProgress): SagaAction {
  if (!error?.step) return record({ is: "skip", step });
  return record({ is: "failed", step, undo: true, error: { message: "the definition has no such step" } });
}

/**
 * How a plan differs from that which the saga was started with, where that matters. Steps may be added behind those that were begun; none may be
 * missing.
 */
function changeIn(steps: SagaPlan, { planned, steps: begun }: SagaProgress): string | undefined {
  const names = steps.map(({ name }) => name);
  const isSame = planned.every((name) => names.includes(name)) && [...begun.keys()].every((name, index) => name === names[index]);
  return isSame ? undefined : `it was started with the steps ${planned.join(", ")}, and its definition has ${names.join(", ")}`;
}

function record(event: SagaEvent): SagaAction {
  return { do: "record", event };
}
