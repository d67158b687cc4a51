/** The sagas that are defined, where they are kept at this moment: in the hub, in memory in place of it, or where a test says. */
import { type Saga, SagaCoordinator } from "../../core/saga/coordinator.ts";
import { HubSagaLog } from "../../core/saga/hub-saga-log.ts";
import { MemorySagaLog } from "../../core/saga/memory-saga-log.ts";
import { doubles } from "./install.ts";
import { clock, connection } from "./parts.ts";
import type { SagaDefinitions } from "./saga.ts";
import { tellSaga } from "./tell-saga.ts";

/** With more the number would not be exact. */
const PIDS_TOLD_APART = 1_000;

let current: { readonly of: unknown; readonly coordinator: SagaCoordinator; readonly defined: Map<string, Saga<never>> } | undefined;

/** All of them, defined, so that those go on that were left. */
export function openSagas(definitions: SagaDefinitions): ReadonlyMap<string, Saga<never>> {
  const of = doubles().sagaLog ?? connection();
  if (current?.of !== of) {
    void current?.coordinator[Symbol.asyncDispose]();
    current = { of, coordinator: makeCoordinator(), defined: new Map() };
  }
  const { coordinator, defined } = current;
  for (const [name, steps] of definitions) if (!defined.has(name)) defined.set(name, coordinator.define(name, steps));
  return defined;
}

function makeCoordinator(): SagaCoordinator {
  const { sagaLog } = doubles();
  const makeAbort = (): AbortController => new AbortController();
  if (sagaLog) return new SagaCoordinator({ log: sagaLog, clock: clock(), makeAbort, holder: "test", tell: tellSaga });
  const { session, place, owned, memory } = connection();
  const { name, instance, isSupervised } = place;
  // The next of a supervised instance may go on at once with what this one leaves.
  const holder = `${name}/${isSupervised ? instance : `${process.pid}-${Math.random()}`}@${lifeOf(Date.now(), process.pid)}`;
  const log = memory ? new MemorySagaLog(Date.now) : new HubSagaLog(session);
  const coordinator = new SagaCoordinator({ log, clock: clock(), makeAbort, holder, tell: tellSaga });
  owned.push(coordinator);
  return coordinator;
}

/** Later lives have a higher number, and two that begin in the same millisecond two different ones. */
function lifeOf(now: number, pid: number): number {
  return now * PIDS_TOLD_APART + (pid % PIDS_TOLD_APART);
}
