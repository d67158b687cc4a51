/** What the log of a saga says of it. */
import type { OperatorRecord, SagaFailure, SagaRecord, StepRecord } from "./records.ts";

/** A step that was begun at least once. */
export interface StepProgress {
  readonly name: string;
  /** Whether it is its compensation that the rest is about. */
  undo: boolean;
  is: "begun" | "done" | "failed" | "skipped";
  /** Tries that failed. */
  failures: number;
  /** Tries that were begun since one failed: what is above 1 was interrupted. */
  tries: number;
  /** When it is tried again, milliseconds since 1970; 0: at once, or not. */
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
  /** Why it is taken back; null: it goes forward. */
  error: SagaFailure | null;
  /** Why the saga itself waits for an operator; null: it does not. */
  parked: string | null;
  isOver: boolean;
}

const FATES = { done: "undone", failed: "parked", skipped: "skipped" } as const;

/** What became of a step that was to be taken back; undefined: it is not decided. */
export function fateOf({ undo, is, dueAt }: StepProgress): "undone" | "parked" | "skipped" | undefined {
  return undo && is !== "begun" && !dueAt ? FATES[is] : undefined;
}

/** Replays a log. The first record is `started`. */
export function replay(records: readonly SagaRecord[]): SagaProgress {
  const { input, steps: planned } = records[0] as Extract<SagaRecord, { is: "started" }>;
  const saga: SagaProgress = { input, planned, steps: new Map(), records: records.length, error: null, parked: null, isOver: false };
  for (const record of records) {
    if (record.is === "ended") saga.isOver = true;
    else if (record.is === "parked") saga.parked = record.reason;
    else if (isOfOperator(record)) obey(saga, record);
    else if (record.is !== "started") advance(saga, record);
  }
  return saga;
}

function isOfOperator(record: SagaRecord): record is OperatorRecord {
  return record.is === "retry" || record.is === "skip";
}

function advance(saga: SagaProgress, record: StepRecord): void {
  const { step: name, is, undo = false } = record;
  const before = saga.steps.get(name);
  const step = before?.undo === undo ? before : { ...before, name, undo, is, failures: 0, tries: 0, dueAt: 0 };
  saga.steps.set(name, step);
  step.is = is;
  step.dueAt = 0;
  if (is === "begun") step.tries++;
  else if (is === "done") {
    if (!undo) step.result = record.result;
  } else {
    step.failures++;
    step.tries = 0;
    step.error = record.error;
    step.dueAt = record.again ?? 0;
    if (!undo && !step.dueAt) saga.error = { ...record.error, step: name };
  }
}

/** What an operator said: of one step, or of all that is parked. */
function obey(saga: SagaProgress, { is, step: name }: OperatorRecord): void {
  // The definition is not what it was, and is not to be: what was done is taken back.
  if (saga.parked !== null && is === "skip") saga.error = { message: saga.parked };
  saga.parked = null;
  for (const step of saga.steps.values()) {
    if (name ? name === step.name : fateOf(step) === "parked")
      Object.assign(step, { undo: true, is: is === "skip" ? "skipped" : "begun", failures: 0, tries: 0, dueAt: 0 });
  }
}
