import { fateOf, replay, type SagaProgress, type StepProgress } from "../../core/saga/progress.ts";
import type { SagaRecord } from "../../core/saga/records.ts";
import type { SagaState } from "../../core/saga/result.ts";
import type { Context } from "../context.ts";
import { shortValue } from "../output/messages.ts";
import type { Paint } from "../output/paint.ts";
import { formatMoment } from "../output/quantities.ts";
import { renderTable } from "../output/table.ts";
import { colourOf } from "./list.ts";
import { namedSaga, readSaga, withSaga } from "./sagas.ts";

/** `saga show NAME ID`: how it stands, step by step, and all that happened. */
export async function show(context: Context, words: readonly string[]): Promise<number> {
  const [name, id] = namedSaga(context, "show", words, 2);
  const { state, records } = await withSaga(context, name, id, `show the saga ${name} ${id}`, (hub) => readSaga(hub, name, id));
  const saga = replay(records);
  if (context.json) context.printJson({ name, id, state, ...viewOf(saga), records });
  else context.print(...renderSaga(`${name} ${id}`, state, saga, records, context.output.columns, await context.paint()));
  return 0;
}

function viewOf(saga: SagaProgress) {
  const steps = namesOf(saga).map((step) => ({ step, state: standOf(saga.steps.get(step)), ...factsOf(saga.steps.get(step)) }));
  return { input: saga.input, ...(saga.error && { error: saga.error }), ...(saga.parked !== null && { parked: saga.parked }), steps };
}

/** In the order in which they were begun, then those that were not. */
function namesOf({ steps, planned }: SagaProgress): string[] {
  return [...new Set([...steps.keys(), ...planned])];
}

/** In one word: how a step stands. */
function standOf(step: StepProgress | undefined): string {
  if (!step) return "not begun";
  const fate = fateOf(step);
  if (fate) return fate;
  if (step.undo) return step.dueAt ? "undo waits" : "undoing";
  if (step.is === "failed") return step.dueAt ? "waits" : "failed";
  return step.is === "begun" ? "running" : step.is;
}

function factsOf(step: StepProgress | undefined) {
  return { ...(step && "result" in step && { result: step.result }), ...(step?.error && { error: step.error }) };
}

function renderSaga(
  title: string,
  state: SagaState,
  saga: SagaProgress,
  records: readonly SagaRecord[],
  columns: number,
  paint: Paint,
): string[] {
  const stepRows = namesOf(saga).map((name) => {
    const step = saga.steps.get(name);
    const detail =
      step?.error && step.is === "failed" ? step.error.message : step && "result" in step ? (shortValue(step.result) ?? "") : "";
    return [{ text: name, paint: paint.bold }, { text: standOf(step) }, { text: detail }];
  });
  const logRows = records.map((record) => [
    { text: formatMoment(new Date(record.at)), paint: paint.dim },
    { text: "undo" in record && record.undo ? `undo ${record.is}` : record.is },
    { text: "step" in record ? (record.step ?? "") : "" },
    { text: detailOf(record) },
  ]);
  const why = saga.parked ?? (saga.error ? `${saga.error.step === undefined ? "" : `${saga.error.step}: `}${saga.error.message}` : null);
  return [
    `${paint.bold(title)} ${colourOf(state, paint)(state)}${why === null ? "" : ` (${why})`}`,
    `input ${shortValue(saga.input) ?? "none"}`,
    "",
    ...renderTable([{ title: "STEP" }, { title: "STATE" }, { title: "RESULT", flexible: true }], stepRows, columns, paint),
    "",
    ...renderTable([{ title: "TIME" }, { title: "WHAT" }, { title: "STEP" }, { title: "", flexible: true }], logRows, columns, paint),
  ];
}

function detailOf(record: SagaRecord): string {
  switch (record.is) {
    case "failed":
      return `${record.error.message}${record.again === undefined ? "" : `; again at ${formatMoment(new Date(record.again))}`}`;
    case "done":
      return record.result === undefined ? "" : shortValue(record.result);
    case "parked":
      return record.reason;
    case "retry":
    case "skip":
      return record.by === undefined ? "" : `by ${record.by}`;
    case "started":
    case "begun":
    case "ended":
      return "";
    default:
      return record satisfies never;
  }
}
