/** What the log of a saga says of it. */
import type { SagaFailure, SagaRecord } from "./records.ts";

/** Where a step is: forward up to `done`, or `failed`, then back. */
export type StepPhase = "begun" | "waiting" | "done" | "failed" | "undoing" | "undo-waiting" | "undone" | "parked" | "skipped";

/** A step that was begun at least once. */
export interface StepProgress {
  readonly name: string;
  phase: StepPhase;
  /** Tries of this phase that failed. */
  failures: number;
  /** Tries that were begun since one ended: what is above 1 was interrupted. */
  tries: number;
  /** Before then it is not tried again, milliseconds since 1970. */
  dueAt: number;
  result?: unknown;
  error?: SagaFailure;
}

/** A saga, as its log says. */
export interface SagaProgress {
  readonly input: unknown;
  /** The names of the steps that it was defined with when it was started. */
  readonly planned: readonly string[];
  /** In the order in which they were begun. */
  readonly steps: Map<string, StepProgress>;
  readonly records: number;
  readonly startedAt: number;
  /** Why it is taken back; null: it goes forward. */
  error: SagaFailure | null;
  /** Why the saga itself waits for an operator; null: it does not. */
  parked: string | null;
  isOver: boolean;
}

type StepRecord = Extract<SagaRecord, { is: "begun" | "undoing" | "done" | "undone" | "failed" | "undo-failed" }>;
type OperatorRecord = Extract<SagaRecord, { is: "retry" | "skip" }>;

/** Replays a log. The first record is `started`. */
export function replay(records: readonly SagaRecord[]): SagaProgress {
  const first = records[0] as Extract<SagaRecord, { is: "started" }>;
  const saga: SagaProgress = {
    ...{ input: first.input, planned: first.steps, startedAt: first.at, records: records.length },
    ...{ steps: new Map<string, StepProgress>(), error: null, parked: null, isOver: false },
  };
  for (const record of records) apply(saga, record);
  return saga;
}

function apply(saga: SagaProgress, record: SagaRecord): void {
  switch (record.is) {
    case "started":
      return;
    case "ended":
      saga.isOver = true;
      return;
    case "parked":
      saga.parked = record.reason;
      return;
    case "retry":
    case "skip":
      return obey(saga, record);
    default:
      advance(saga, stepOf(saga, record.step), record);
  }
}

function stepOf({ steps }: SagaProgress, name: string): StepProgress {
  const step = steps.get(name) ?? { name, phase: "begun", failures: 0, tries: 0, dueAt: 0 };
  steps.set(name, step);
  return step;
}

function advance(saga: SagaProgress, step: StepProgress, record: StepRecord): void {
  switch (record.is) {
    case "begun":
    case "undoing":
      step.phase = record.is;
      step.tries++;
      return;
    case "done":
    case "undone":
      if (record.is === "done") step.result = record.result;
      Object.assign(step, { phase: record.is, failures: 0, tries: 0, dueAt: 0 });
      return;
    case "failed":
    case "undo-failed": {
      const isUndo = record.is === "undo-failed";
      const { again, error } = record;
      Object.assign(step, { error, tries: 0, dueAt: again ?? 0, failures: step.failures + 1 });
      if (again !== undefined) step.phase = isUndo ? "undo-waiting" : "waiting";
      else if (isUndo) step.phase = "parked";
      else {
        Object.assign(step, { phase: "failed", failures: 0 });
        saga.error = { ...error, step: step.name };
      }
    }
  }
}

/** What an operator said: of one step, or of all that is parked. */
function obey(saga: SagaProgress, { is, step: name }: OperatorRecord): void {
  const isSkip = is === "skip";
  if (saga.parked !== null && name === undefined) {
    // The definition is not what it was, and is not to be: all is taken back, and what it no longer knows stays.
    if (isSkip) turnBack(saga, saga.parked);
    saga.parked = null;
  }
  for (const step of saga.steps.values()) {
    if (name === undefined ? step.phase !== "parked" : step.name !== name) continue;
    Object.assign(step, { phase: isSkip ? "skipped" : "undo-waiting", failures: 0, tries: 0, dueAt: 0 });
  }
}

/** What was under way counts as failed. */
function turnBack(saga: SagaProgress, reason: string): void {
  saga.error ??= { message: reason };
  for (const step of saga.steps.values()) {
    if (step.phase === "begun" || step.phase === "waiting") Object.assign(step, { phase: "failed", failures: 0, tries: 0, dueAt: 0 });
  }
}
