/** What is to be done next of a saga: a function of its definition and its log alone, so that whoever goes on with it decides the same. */
import type { DefinedStep, RetryPolicy, SagaDefinition } from "./definition.ts";
import type { SagaProgress, StepPhase, StepProgress } from "./progress.ts";
import type { SagaEvent, SagaFailure } from "./records.ts";

/** A step that was interrupted so often, by the end of its program, counts as failed: it may be what ends it. */
export const INTERRUPTIONS_MAX = 10;
/** In a longer log nothing is tried again, so that there is room for its end. */
export const RECORDS_FOR_TRIES_MAX = 5_000;

/** What to do. */
export type SagaAction =
  /** Run a step, or with `isUndo` its compensation, not before `dueAt`. */
  | { readonly do: "try"; readonly step: DefinedStep; readonly isUndo: boolean; readonly dueAt: number }
  /** Write a record. */
  | { readonly do: "record"; readonly event: SagaEvent }
  /** Nothing: it has ended, or waits for an operator. */
  | { readonly do: "rest" };

const REST: SagaAction = { do: "rest" };
const SETTLED: ReadonlySet<StepPhase> = new Set(["undone", "parked", "skipped"]);

/** The next action. */
export function decide({ steps }: SagaDefinition, saga: SagaProgress): SagaAction {
  if (saga.isOver || saga.parked !== null) return REST;
  return (saga.error === null ? forward(steps, saga) : backward(steps, saga)) ?? record({ is: "ended" });
}

/** When something that failed is tried again, milliseconds since 1970; undefined: not. */
export function againAt(
  { attempts, delayMs, delayMaxMs }: RetryPolicy,
  failures: number,
  { records }: SagaProgress,
  now: number,
): number | undefined {
  if (failures >= attempts || records > RECORDS_FOR_TRIES_MAX) return undefined;
  return now + Math.min(delayMaxMs, delayMs * 2 ** Math.min(failures - 1, 30));
}

/** Null: all steps are done. */
function forward(steps: readonly DefinedStep[], saga: SagaProgress): SagaAction | null {
  const reason = changeIn(steps, saga);
  if (reason !== null) return record({ is: "parked", reason });
  const step = steps.find(({ name }) => saga.steps.get(name)?.phase !== "done");
  return step ? attempt(step, saga.steps.get(step.name), false) : null;
}

/** Null: nothing is left to be taken back. */
function backward(steps: readonly DefinedStep[], saga: SagaProgress): SagaAction | null {
  for (const progress of [...saga.steps.values()].reverse()) {
    if (SETTLED.has(progress.phase)) continue;
    const step = steps.find(({ name }) => name === progress.name);
    if (!step) return unknown(progress.name, saga);
    if (step.compensate) return attempt(step, progress, true);
  }
  return [...saga.steps.values()].some(({ phase }) => phase === "parked") ? REST : null;
}

function attempt(step: DefinedStep, progress: StepProgress | undefined, isUndo: boolean): SagaAction {
  const isInterrupted = progress?.phase === (isUndo ? "undoing" : "begun");
  if (!isInterrupted || progress.tries < INTERRUPTIONS_MAX) return { do: "try", step, isUndo, dueAt: progress?.dueAt ?? 0 };
  const error: SagaFailure = { message: `it was interrupted ${INTERRUPTIONS_MAX} times` };
  return record({ is: isUndo ? "undo-failed" : "failed", step: step.name, error });
}

/** A step that the definition lost: an operator who skipped the change skipped it, too. */
function unknown(step: string, saga: SagaProgress): SagaAction {
  const message = `cannot take ${step} back: the definition has no such step`;
  return record(saga.error?.step === undefined ? { is: "skip", step } : { is: "undo-failed", step, error: { message } });
}

/** How a definition differs from that which the saga was started with, where that matters; null: it does not. Steps may be added behind those that were begun. */
function changeIn(steps: readonly DefinedStep[], { planned, steps: begun }: SagaProgress): string | null {
  const names = steps.map(({ name }) => name);
  const missing = planned.filter((name) => !names.includes(name));
  if (missing.length > 0) return `the definition has no step ${missing.join(", ")} any more`;
  const inOrder = [...begun.keys()].every((name, index) => names[index] === name);
  return inOrder
    ? null
    : `the definition's first steps are ${names.slice(0, begun.size).join(", ")}, but ${[...begun.keys()].join(", ")} were begun`;
}

function record(event: SagaEvent): SagaAction {
  return { do: "record", event };
}
