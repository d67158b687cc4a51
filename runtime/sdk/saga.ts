/** `Ghost.saga`: work in steps that are taken back where one fails. The durable form is loaded when a saga is started, or is to go on. */

import type { Saga } from "../../core/saga/coordinator.ts";
import type { SagaStep } from "../../core/saga/definition.ts";
import type { SagaResult } from "../../core/saga/result.ts";
import { runSaga, type SimpleSaga } from "../../core/saga/simple-saga.ts";
import { G } from "./g.ts";
import { doubles } from "./install.ts";
import { clock, connection } from "./parts.ts";

/** Sagas in two forms. Both end with a result, `{ ok: true, value }` or `{ ok: false, error, compensations }`, and never with a throw. */
export interface SagaApi {
  /**
   * The simple form, for work that ends with its program. Where it throws, what it registered is run in reverse order, each up to three times:
   *
   *     const result = await Ghost.saga("order", async (saga) => {
   *       saga.compensate(() => release(item));
   *       await reserve(item);
   *       saga.compensate(() => refund(card));
   *       return await charge(card);
   *     });
   *     if (!result.ok) Ghost.logWarn(result.error.message);
   */
  <T>(name: string, work: (saga: SimpleSaga) => Promise<T> | T): Promise<SagaResult<T>>;
  /**
   * The durable form: each step's end is on disk in the hub before the next begins. What the end of a program interrupts goes on when the same name is defined
   * again: at once in the next life of an instance that Ghost runs (when the last one's connection is gone), elsewhere within about 10 s, once a saga is started. `ghost saga` shows them, and settles what cannot be taken back.
   *
   *     const order = Ghost.saga.define<{ item: string }>("order", [
   *       { name: "reserve", run: ({ input, key }) => stock.reserve(input.item, key), compensate: ({ key }) => stock.release(key) },
   *       { name: "charge", run: ({ results, key }) => bank.charge(results.reserve.price, key), retry: { attempts: 3, delay: "1s" } },
   *     ]);
   *     const result = await order.start({ item: "book" }, { id: "order-17" });
   *
   * A name that is defined already, and two steps of one name, are USAGE: `start` throws it, and a program that never starts it ends with it.
   */
  define<Input = unknown>(name: string, steps: readonly SagaStep<Input>[]): Saga<Input>;
}

/** What is defined, by name. */
export type SagaDefinitions = ReadonlyMap<string, readonly SagaStep<never>[]>;
/** Defines all of them where sagas are kept at this moment. */
export type OpenSagas = (definitions: SagaDefinitions) => ReadonlyMap<string, Saga<never>>;

const definitions = new Map<string, readonly SagaStep<never>[]>();

/** `Ghost.saga`. */
export const saga: SagaApi = Object.assign(simple, { define });

async function simple<T>(name: string, work: (saga: SimpleSaga) => Promise<T> | T): Promise<SagaResult<T>> {
  const result = await runSaga(work, (ms) => new Promise<void>((resolve) => clock().after(ms, resolve)));
  for (const { step, state, error } of result.ok ? [] : result.compensations)
    if (state === "failed") G.error(`saga ${name}: cannot take ${step} back`, { error });
  return result;
}

function define<Input>(name: string, steps: readonly SagaStep<Input>[]): Saga<Input> {
  definitions.set(name, steps);
  // Elsewhere a module that is merely imported, by a test perhaps, must not go on with anything.
  if (!doubles().sagaLog && connection().place.isSupervised) void open();
  return {
    start: async (input, options) => ((await open()).get(name) as Saga<Input>).start(input, { id: options?.id ?? crypto.randomUUID() }),
  };
}

async function open(): Promise<ReadonlyMap<string, Saga<never>>> {
  const openSagas = doubles().openSagas ?? (await import("./durable-sagas.ts")).openSagas;
  return openSagas(definitions);
}
