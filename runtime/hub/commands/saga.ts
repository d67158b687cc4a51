/**
 * GHOST.SAGA: logs of sagas, each namespace its own. A record is any bytes; who writes one says how the saga stands after it.
 *
 *   START name id record holder ms              the fence, 1; nil: there is one of this id
 *   CLAIM name id holder ms                     [fence, [record …]]; nil: there is none, somebody else holds it, or it is at rest
 *   RENEW name id fence                         OK: it is held for as long again
 *   APPEND name id number state fence record …  the number of records; nil: it is not `number` any more. Renews, too. Fence 0: by an operator
 *   READ name id                                [state, [record …]]; nil: there is none
 *   LIST [NAME n] [STATE s] … [FREE holder] [AFTER place] [COUNT n]
 *                                               [place, name, id, state, records, started, changed, holder, ms left] each, in the order in which they began
 *
 * Who holds a saga has its fence, which grows with each claim: writing with an older one is refused with LEASE_LOST. What an operator appends, and
 * that a saga is at rest, is told as {"name","id","state"} on the channel `ghost:saga:NAMESPACE`.
 */
import { isAtRest, isEnd, SAGA_LIMITS, SAGA_STATES, type SagaFilter, type SagaRow, type SagaState, Sagas } from "../keyspace/sagas.ts";
import { type Arguments, bytesAt, textAt, wordAt } from "../server/arguments.ts";
import type { Client } from "../server/client.ts";
import { define, FAMILY } from "../server/commands.ts";
import type { Hub } from "../server/hub.ts";
import { integerAt } from "../server/numbers.ts";
import { refuse, SYNTAX } from "../server/reply-error.ts";

/** Where it is told what happens to the sagas of a namespace. */
export const SAGA_CHANNEL = "ghost:saga:";
/** Listed unless COUNT says otherwise. */
const LISTED = 100;

define({
  "ghost.saga": {
    arity: -2,
    run: FAMILY,
    subcommands: {
      START: { arity: 7, isWrite: true, run: start },
      CLAIM: { arity: 6, isWrite: true, run: claim },
      RENEW: { arity: 5, isWrite: true, run: renew },
      APPEND: { arity: -8, isWrite: true, run: append },
      READ: { arity: 4, isRead: true, run: read },
      LIST: { arity: -2, isRead: true, run: list },
    },
  },
});

function start(hub: Hub, client: Client, args: Arguments): void {
  const [name, id] = [nameAt(args, 2), nameAt(args, 3)];
  const record = recordAt(args, 4);
  const holder = nameAt(args, 5);
  const leaseMs = leaseAt(args, 6);
  const sagas = new Sagas(hub.keyspace);
  const { space } = client;
  if (sagas.find(space.id, name, id)) return hub.output.null();
  if (sagas.isFull(space.id)) refuse(`LIMIT a namespace may have ${SAGA_LIMITS.openMax} sagas that have not ended (openMax)`);
  sagas.start(space.id, name, id, record, holder, leaseMs);
  hub.output.integer(1);
}

function claim(hub: Hub, client: Client, args: Arguments): void {
  const sagas = new Sagas(hub.keyspace);
  const saga = find(sagas, client, args);
  const holder = nameAt(args, 4);
  const leaseMs = leaseAt(args, 5);
  if (!saga || isAtRest(saga.state) || sagas.isHeld(saga, holder)) return hub.output.nullArray();
  const fence = sagas.claim(saga, holder, leaseMs);
  hub.output.array(2);
  hub.output.integer(fence);
  tellRecords(hub, sagas.records(saga));
}

function renew(hub: Hub, client: Client, args: Arguments): void {
  const sagas = new Sagas(hub.keyspace);
  const saga = held(find(sagas, client, args), args, integerAt(args, 4));
  sagas.renew(saga);
  hub.output.ok();
}

function append(hub: Hub, client: Client, args: Arguments): void {
  const sagas = new Sagas(hub.keyspace);
  const { space } = client;
  const number = integerAt(args, 4);
  const state = stateAt(args, 5);
  const fence = integerAt(args, 6);
  const records = Array.from({ length: args.count - 7 }, (_, index) => recordAt(args, index + 7));
  const found = find(sagas, client, args);
  const saga = fence === 0 ? (found ?? refuse("NOT_FOUND there is no such saga")) : held(found, args, fence);
  if (isEnd(saga.state)) refuse(`ERR the saga ${textAt(args, 3)} has ended: nothing can be added to it`);
  if (saga.records !== number) return hub.output.null();
  checkRoom(saga, records);
  if (fence > 0) sagas.renew(saga);
  sagas.append(space.id, saga, records, state);
  if (fence === 0 || isAtRest(state)) tell(hub, space.name, textAt(args, 2), textAt(args, 3), state);
  hub.output.integer(number + records.length);
}

function read(hub: Hub, client: Client, args: Arguments): void {
  const sagas = new Sagas(hub.keyspace);
  const saga = find(sagas, client, args);
  if (!saga) return hub.output.nullArray();
  hub.output.array(2);
  hub.output.text(saga.state);
  tellRecords(hub, sagas.records(saga));
}

function list(hub: Hub, client: Client, args: Arguments): void {
  const rows = new Sagas(hub.keyspace).list(client.space.id, filterOf(args));
  const now = hub.keyspace.now();
  hub.output.array(rows.length);
  for (const { place, name, id, state, records, started, changed, holder, lease } of rows) {
    hub.output.array(9);
    hub.output.integer(place);
    hub.output.bulk(name);
    hub.output.bulk(id);
    hub.output.text(state);
    for (const number of [records, started, changed]) hub.output.integer(number);
    if (holder) hub.output.bulk(holder);
    else hub.output.null();
    hub.output.integer(Math.max(0, lease - now));
  }
}

function filterOf(args: Arguments): SagaFilter {
  const states: SagaState[] = [];
  let filter = { name: null as string | null, free: null as string | null, after: 0, limit: LISTED };
  for (let index = 2; index < args.count; index += 2) {
    if (index + 1 >= args.count) refuse(SYNTAX);
    const at = index + 1;
    const word = wordAt(args, index);
    if (word === "NAME") filter = { ...filter, name: textAt(args, at) };
    else if (word === "STATE") states.push(stateAt(args, at));
    else if (word === "FREE") filter = { ...filter, free: textAt(args, at) };
    else if (word === "AFTER") filter = { ...filter, after: integerAt(args, at) };
    else if (word === "COUNT") filter = { ...filter, limit: countAt(args, at) };
    else refuse(SYNTAX);
  }
  return { ...filter, states: states.length > 0 ? states : SAGA_STATES };
}

function find(sagas: Sagas, client: Client, args: Arguments): SagaRow | undefined {
  return sagas.find(client.space.id, nameAt(args, 2), nameAt(args, 3));
}

/** The saga, if this fence is the latest; one of this number never comes back once it is lost. */
function held(saga: SagaRow | undefined, args: Arguments, fence: number): SagaRow {
  if (!saga || saga.holder === null || saga.fence !== fence)
    return refuse(`LEASE_LOST cannot go on with the saga ${textAt(args, 3)}: it is not held under number ${fence} any more`);
  return saga;
}

function checkRoom(saga: SagaRow, records: readonly Uint8Array[]): void {
  const bytes = records.reduce((sum, { length }) => sum + length, saga.bytes);
  if (saga.records + records.length > SAGA_LIMITS.recordsMax)
    refuse(`LIMIT a saga may have ${SAGA_LIMITS.recordsMax} records (recordsMax)`);
  const isSmall = records.every(({ length }) => length <= SAGA_LIMITS.smallBytes);
  if (bytes > SAGA_LIMITS.bytesMax && !isSmall)
    refuse(`LIMIT the records of a saga may have ${SAGA_LIMITS.bytesMax} bytes together (bytesMax)`);
}

function tell(hub: Hub, namespace: string, name: string, id: string, state: SagaState): void {
  const [nameBytes, idBytes] = [name, id].map((text) => Buffer.from(text, "latin1").toString());
  const message = Buffer.from(JSON.stringify({ name: nameBytes, id: idBytes, state }));
  hub.whenCommitted(() => void hub.channels.publish(SAGA_CHANNEL + namespace, message));
}

function tellRecords(hub: Hub, records: readonly Uint8Array[]): void {
  hub.output.array(records.length);
  for (const record of records) hub.output.bulk(record);
}

function nameAt(args: Arguments, index: number): string {
  const name = textAt(args, index);
  if (name.length === 0) refuse("ERR a saga's name, its id and its holder are not empty");
  if (name.length > SAGA_LIMITS.nameBytesMax)
    refuse(`LIMIT a saga's name, its id and its holder may have ${SAGA_LIMITS.nameBytesMax} bytes each (nameBytesMax)`);
  return name;
}

function recordAt(args: Arguments, index: number): Uint8Array {
  const record = bytesAt(args, index);
  if (record.length > SAGA_LIMITS.recordBytesMax)
    refuse(`LIMIT a saga's record may have ${SAGA_LIMITS.recordBytesMax} bytes, and this one has ${record.length} (recordBytesMax)`);
  return record;
}

function stateAt(args: Arguments, index: number): SagaState {
  const word = textAt(args, index).toLowerCase();
  return SAGA_STATES.find((state) => state === word) ?? refuse(`ERR a saga's state is one of ${SAGA_STATES.join(", ")}`);
}

function leaseAt(args: Arguments, index: number): number {
  const ms = integerAt(args, index);
  if (ms < 1 || ms > SAGA_LIMITS.leaseMsMax) refuse(`ERR a saga is held for 1 to ${SAGA_LIMITS.leaseMsMax} ms`);
  return ms;
}

function countAt(args: Arguments, index: number): number {
  const count = integerAt(args, index);
  if (count < 1 || count > SAGA_LIMITS.listedMax) refuse(`ERR COUNT is 1 to ${SAGA_LIMITS.listedMax}`);
  return count;
}
