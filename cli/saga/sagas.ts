import type { HubSession } from "../../core/bus/session/session.ts";
import { listOf } from "../../core/data/hub/hub-link.ts";
import { textOf } from "../../core/data/hub/reply-text.ts";
import { GhostError } from "../../core/errors/ghost-error.ts";
import { holderName } from "../../core/saga/holder.ts";
import type { SagaRecord } from "../../core/saga/records.ts";
import type { SagaState } from "../../core/saga/result.ts";
import { usage } from "../arguments.ts";
import type { Context } from "../context.ts";
import { chosenNamespace, withHub } from "../hub/session.ts";

/** As many are listed unless told otherwise; and as many as the hub lists at once. */
export const LISTED = 100;
export const LISTED_MAX = 1_000;

/** A saga of the list. */
export interface ListedSaga {
  readonly namespace: string;
  readonly name: string;
  readonly id: string;
  readonly state: SagaState;
  readonly records: number;
  /** ISO 8601. */
  readonly startedAt: string;
  readonly changedAt: string;
  /** Which program holds it; null: none. */
  readonly holder: string | null;
}

/** What is listed. */
export interface Wanted {
  readonly name?: string;
  readonly states: readonly SagaState[];
  readonly count: number;
}

/** The newest first; of all namespaces unless --namespace names one. */
export async function readList(context: Context, hub: HubSession, { name, states, count }: Wanted): Promise<ListedSaga[]> {
  const words = [...(name === undefined ? [] : ["NAME", name]), ...states.flatMap((state) => ["STATE", state]), "COUNT", String(count)];
  const everywhere = chosenNamespace(context) === undefined ? ["EVERYWHERE"] : [];
  const rows = listOf(await hub.send(["GHOST.SAGA", "LIST", ...words, ...everywhere]));
  return rows.map((row) => {
    const [, namespace = "", name = "", id = "", state, records, started, changed, holder] = listOf(row).map((cell) => textOf(cell) ?? "");
    const [startedAt, changedAt] = [started, changed].map((ms) => new Date(Number(ms)).toISOString()) as [string, string];
    return {
      namespace,
      name,
      id,
      state: state as SagaState,
      records: Number(records),
      startedAt,
      changedAt,
      holder: holder ? holderName(holder) : null,
    };
  });
}

/** NAME and ID of the words, and what stands behind them. Throws USAGE where one is missing, or there are more than `most`. */
export function namedSaga(
  context: Context,
  action: string,
  words: readonly string[],
  most: number,
): [name: string, id: string, rest?: string] {
  const [name, id, rest] = words;
  if (name === undefined || id === undefined)
    throw usage(context.verb, `${action} needs the NAME of a saga and its ID`, "ghost saga list shows them; ");
  if (words.length > most) throw usage(context.verb, `${words[most]} is one argument too many`);
  return [name, id, rest];
}

/** A session in the namespace where a saga is: that of --namespace, else the one that has it. */
export function withSaga<T>(context: Context, name: string, id: string, action: string, work: (hub: HubSession) => Promise<T>): Promise<T> {
  const namespace = chosenNamespace(context);
  return withHub(context, action, { namespace }, async (hub) => {
    if (namespace === undefined) await hub.send(["GHOST.NAMESPACE", await findNamespace(context, hub, name, id)]);
    return await work(hub);
  });
}

/** What happened to a saga. Throws NOT_FOUND. */
export async function readSaga(hub: HubSession, name: string, id: string): Promise<{ state: SagaState; records: SagaRecord[] }> {
  const [state, records] = listOf(await hub.send(["GHOST.SAGA", "READ", name, id]));
  if (state === undefined) throw missing(name, id);
  return {
    state: textOf(state) as SagaState,
    records: listOf(records).map((record) => JSON.parse(textOf(record) as string) as SagaRecord),
  };
}

async function findNamespace(context: Context, hub: HubSession, name: string, id: string): Promise<string> {
  const found = await hub.send(["GHOST.SAGA", "WHERE", name, id]);
  const [namespace, other] = listOf(found).map((each) => textOf(each) as string);
  if (namespace === undefined) throw missing(name, id);
  if (other !== undefined)
    throw usage(context.verb, `there is a saga ${name} ${id} in ${namespace} and in ${other}`, "--namespace says which is meant; ");
  return namespace;
}

function missing(name: string, id: string): GhostError {
  return new GhostError("NOT_FOUND", `cannot find the saga ${name} ${id}: no app has it`, {
    hint: "ghost saga list --all shows those that are there",
  });
}
