import { SAGA_STATES, type SagaState } from "../../core/saga/result.ts";
import { usage } from "../arguments.ts";
import { type Context, countOption } from "../context.ts";
import { chosenNamespace, withHub } from "../hub/session.ts";
import type { Paint } from "../output/paint.ts";
import { formatDuration } from "../output/quantities.ts";
import { type Cell, renderTable } from "../output/table.ts";
import { LISTED, LISTED_MAX, type ListedSaga, readList } from "./sagas.ts";

/** Those that have not ended. */
const OPEN: readonly SagaState[] = ["running", "compensating", "parked"];

/** `saga list [NAME]`. */
export async function list(context: Context, [name, extra]: readonly (string | undefined)[]): Promise<number> {
  if (extra !== undefined) throw usage(context.verb, `${extra} is one argument too many`);
  const states = statesOf(context);
  const count = Math.min(LISTED_MAX, Math.max(1, countOption(context, "lines", LISTED)));
  const namespace = chosenNamespace(context);
  const sagas = await withHub(context, "list sagas", { namespace }, (hub) => readList(context, hub, { name, states, count }));
  if (context.json) context.printJson(sagas);
  else if (sagas.length > 0) context.print(...renderSagas(sagas, Date.now(), context.output.columns, await context.paint()));
  else context.say(none(name, states === OPEN));
  if (sagas.length === count) context.say(`there may be more: -n ${Math.min(LISTED_MAX, 10 * count)} shows more, NAME and --state choose`);
  return 0;
}

function none(name: string | undefined, isOpen: boolean): string {
  const which = name === undefined ? "saga" : `saga ${name}`;
  return isOpen ? `no ${which} is under way or parked; --all shows those that have ended, too` : `there is no such ${which}`;
}

function statesOf(context: Context): readonly SagaState[] {
  const text = context.text("state");
  if (text === undefined) return context.flag("all") ? SAGA_STATES : OPEN;
  const state = SAGA_STATES.find((each) => each === text);
  if (!state) throw usage(context.verb, `--state takes one of ${SAGA_STATES.join(", ")}, not ${text}`);
  return [state];
}

function renderSagas(sagas: readonly ListedSaga[], now: number, columns: number, paint: Paint): string[] {
  const head = [
    ...[{ title: "NAMESPACE" }, { title: "SAGA" }, { title: "ID", flexible: true }, { title: "STATE" }],
    ...[
      { title: "STARTED", spare: 1 },
      { title: "CHANGED", spare: 2 },
      { title: "HELD BY", spare: 0 },
    ],
  ];
  const ago = (iso: string): Cell => ({ text: `${formatDuration(now - Date.parse(iso))} ago`, paint: paint.dim });
  const rows = sagas.map(({ namespace, name, id, state, startedAt, changedAt, holder }) => [
    ...[{ text: namespace }, { text: name, paint: paint.bold }, { text: id }, { text: state, paint: colourOf(state, paint) }],
    ...[ago(startedAt), ago(changedAt), { text: holder ?? "-", paint: paint.dim }],
  ]);
  return renderTable(head, rows, columns, paint);
}

/** The colour of a state. */
export function colourOf(state: SagaState, paint: Paint): (text: string) => string {
  switch (state) {
    case "parked":
      return paint.red;
    case "compensating":
    case "compensated":
      return paint.yellow;
    case "done":
      return paint.green;
    case "running":
      return paint.cyan;
    default:
      return state satisfies never;
  }
}
