/**
 * GHOST.SAGA: sagas, each namespace its own, as `core/saga` keeps them (`SagaBook`). Replies that are JSON are what `SagaTurn` says.
 *
 *   CLAIM name id holder ms plan [input]    holds a saga; with an input (JSON), one that is not there begins: JSON
 *   REPORT name id fence [fact]             how a step ended (JSON); without it, what is to be done: JSON
 *   RENEW name id fence                     OK: it is held for as long again
 *   FREE name holder count                  [id …] of those that are to go on, and that nobody holds, or an earlier life of this holder (NAME@LIFE) that is over
 *   RETRY name id [step]                    OK: what is parked is tried again
 *   SKIP name id [step]                     OK: what is parked is given up
 *   READ name id                            [state, [record …]], records as JSON; nil: there is none
 *   WHERE name id                           [namespace …] that have such a saga, for the operator
 *   LIST [NAME n] [STATE s] … [BEFORE place] [COUNT n] [EVERYWHERE]
 *                                           [place, namespace, name, id, state, records, started, changed, holder, ms left] each, the newest first;
 *                                           EVERYWHERE: of all namespaces, for the operator
 *
 * Who holds a saga has its fence, which grows with each claim: with an older one all is refused with LEASE_LOST. A life is over when the last connection
 * that claimed, reported, renewed or asked for it is gone (`SagaHolders`). What an operator says, and that a saga is at rest, is told as {"name","id","state"}
 * on the channel `ghost:saga:NAMESPACE`, and as {"left":HOLDER} that one is gone who held some.
 */
import { GhostError } from "../../../core/errors/ghost-error.ts";
import { SagaBook } from "../../../core/saga/book.ts";
import { SAGA_LIMITS } from "../../../core/saga/limits.ts";
import { SAGA_STATES, type SagaState } from "../../../core/saga/result.ts";
import { listSagas, namespacesOf, type SagaFilter, type SagaRow, SagaTable } from "../keyspace/sagas.ts";
import { type Arguments, utf8At, wordAt } from "../server/arguments.ts";
import type { Client } from "../server/client.ts";
import { define, FAMILY, type Run } from "../server/commands.ts";
import type { Hub } from "../server/hub.ts";
import { integerAt } from "../server/numbers.ts";
import { refuse, SYNTAX } from "../server/reply-error.ts";
import { SAGA_CHANNEL, sagaHoldersOf } from "../server/saga-holders.ts";

/** Listed unless COUNT says otherwise. */
const LISTED = 100;

define({
  "ghost.saga": {
    arity: -2,
    run: FAMILY,
    subcommands: {
      CLAIM: { arity: -7, isWrite: true, run: refusing(claim) },
      REPORT: { arity: -5, isWrite: true, run: refusing(report) },
      RENEW: { arity: 5, isWrite: true, run: refusing(renew) },
      FREE: { arity: 5, isRead: true, run: free },
      RETRY: { arity: -4, isWrite: true, run: refusing((...given) => obey("retry", ...given)) },
      SKIP: { arity: -4, isWrite: true, run: refusing((...given) => obey("skip", ...given)) },
      READ: { arity: 4, isRead: true, run: read },
      WHERE: { arity: 4, isRead: true, run: where },
      LIST: { arity: -2, isRead: true, run: list },
    },
  },
});

function claim(hub: Hub, client: Client, args: Arguments): void {
  atMost(args, 8);
  const holding = { holder: utf8At(args, 4), leaseMs: integerAt(args, 5), plan: utf8At(args, 6) };
  const turn = bookOf(hub, client).claim(utf8At(args, 2), utf8At(args, 3), holding, wordOf(args, 7));
  sagaHoldersOf(hub).note(client, holding.holder);
  hub.output.text(JSON.stringify(turn));
}

function report(hub: Hub, client: Client, args: Arguments): void {
  atMost(args, 6);
  const turn = bookOf(hub, client).report(utf8At(args, 2), utf8At(args, 3), integerAt(args, 4), wordOf(args, 5));
  noteHolder(hub, client, args);
  hub.output.text(JSON.stringify(turn));
}

function renew(hub: Hub, client: Client, args: Arguments): void {
  bookOf(hub, client).renew(utf8At(args, 2), utf8At(args, 3), integerAt(args, 4));
  noteHolder(hub, client, args);
  hub.output.ok();
}

function obey(is: "retry" | "skip", hub: Hub, client: Client, args: Arguments): void {
  atMost(args, 5);
  bookOf(hub, client).obey(utf8At(args, 2), utf8At(args, 3), is, { step: wordOf(args, 4), by: client.name || undefined });
  hub.output.ok();
}

function free(hub: Hub, client: Client, args: Arguments): void {
  const holder = utf8At(args, 3);
  const ids = tableOf(hub, client).free(utf8At(args, 2), holder, countAt(args, 4));
  sagaHoldersOf(hub).note(client, holder);
  hub.output.array(ids.length);
  for (const id of ids) hub.output.text(id);
}

function read(hub: Hub, client: Client, args: Arguments): void {
  const table = tableOf(hub, client);
  const saga = table.find(utf8At(args, 2), utf8At(args, 3));
  if (!saga) return hub.output.nullArray();
  const records = table.recordsOf(saga);
  hub.output.array(2);
  hub.output.text(saga.state);
  hub.output.array(records.length);
  for (const record of records) hub.output.text(record);
}

function where(hub: Hub, client: Client, args: Arguments): void {
  if (!client.isOperator) refuse("NAMESPACE only the operator may look into all namespaces");
  const names = namespacesOf(hub.keyspace, utf8At(args, 2), utf8At(args, 3));
  hub.output.array(names.length);
  for (const name of names) hub.output.text(name);
}

function list(hub: Hub, client: Client, args: Arguments): void {
  const isEverywhere = wordAt(args, args.count - 1) === "EVERYWHERE";
  if (isEverywhere && !client.isOperator) refuse("NAMESPACE only the operator may look into all namespaces");
  const filter = filterOf(args, isEverywhere ? args.count - 1 : args.count);
  const rows = listSagas(hub.keyspace, isEverywhere ? null : client.space.id, filter);
  const now = hub.keyspace.now();
  hub.output.array(rows.length);
  for (const { place, namespace, name, id, state, records, started, changed, holder, leaseEnds } of rows) {
    hub.output.array(10);
    hub.output.integer(place);
    for (const text of [namespace, name, id, state]) hub.output.text(text);
    for (const number of [records, started, changed]) hub.output.integer(number);
    hub.output.text(holder);
    hub.output.integer(holder === "" ? 0 : Math.max(0, leaseEnds - now));
  }
}

function filterOf(args: Arguments, end: number): SagaFilter {
  const states: SagaState[] = [];
  const filter = { name: null as string | null, before: Number.MAX_SAFE_INTEGER, limit: LISTED };
  for (let index = 2; index < end; index += 2) {
    if (index + 1 >= end) refuse(SYNTAX);
    const word = wordAt(args, index);
    if (word === "NAME") filter.name = utf8At(args, index + 1);
    else if (word === "STATE") states.push(stateAt(args, index + 1));
    else if (word === "BEFORE") filter.before = integerAt(args, index + 1);
    else if (word === "COUNT") filter.limit = countAt(args, index + 1);
    else refuse(SYNTAX);
  }
  return { ...filter, states: states.length > 0 ? states : SAGA_STATES };
}

/** Whose saga a connection reports of, where that is not known: it may be a new connection of an old holder. */
function noteHolder(hub: Hub, client: Client, args: Arguments): void {
  if (sagaHoldersOf(hub).knows(client)) return;
  const { holder = "" } = tableOf(hub, client).find(utf8At(args, 2), utf8At(args, 3)) ?? {};
  if (holder !== "") sagaHoldersOf(hub).note(client, holder);
}

function tableOf(hub: Hub, client: Client): SagaTable {
  const { space } = client;
  const living = { since: hub.startedAt, others: (holder: string) => sagaHoldersOf(hub).others(client, holder) };
  return new SagaTable(hub.keyspace, space.id, living, (notice) => {
    const message = Buffer.from(JSON.stringify(notice));
    hub.whenCommitted(() => void hub.channels.publish(SAGA_CHANNEL + space.name, message));
  });
}

function bookOf(hub: Hub, client: Client): SagaBook<SagaRow> {
  return new SagaBook(tableOf(hub, client));
}

/** What the book throws is a refusal, its code the first word. It throws before it writes. */
function refusing(run: Run): Run {
  return (hub, client, args) => {
    try {
      run(hub, client, args);
    } catch (error) {
      if (error instanceof GhostError && REFUSALS.has(error.code)) refuse(`${error.code} ${error.message}`);
      throw error;
    }
  };
}

const REFUSALS: ReadonlySet<string> = new Set(["LEASE_LOST", "LIMIT_EXCEEDED", "USAGE", "NOT_FOUND"]);

function atMost(args: Arguments, count: number): void {
  if (args.count > count) refuse(SYNTAX);
}

/** A word that may be missing. */
function wordOf(args: Arguments, index: number): string | undefined {
  return index < args.count ? utf8At(args, index) : undefined;
}

function stateAt(args: Arguments, index: number): SagaState {
  const word = wordAt(args, index).toLowerCase();
  return SAGA_STATES.find((state) => state === word) ?? refuse(`ERR a saga's state is one of ${SAGA_STATES.join(", ")}`);
}

function countAt(args: Arguments, index: number): number {
  const count = integerAt(args, index);
  if (count < 1 || count > SAGA_LIMITS.listedMax) refuse(`ERR a count is 1 to ${SAGA_LIMITS.listedMax}`);
  return count;
}
