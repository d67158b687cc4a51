import { GhostError } from "../../core/errors/ghost-error.ts";
import type { Saga } from "../../core/saga/coordinator.ts";
import { planOf, type SagaStep } from "../../core/saga/definition.ts";
import type { SagaResult } from "../../core/saga/result.ts";
import type { SimpleSaga } from "../../core/saga/simple-saga.ts";
import type { SagaApi } from "./saga.ts";

const names = new Set<string>();

/** `Ghost.saga`, whose code is loaded with the first saga. What is wrong with a definition is told at once. */
export const saga: SagaApi = Object.assign(simple, { define });

async function simple<T>(name: string, work: (saga: SimpleSaga) => Promise<T> | T): Promise<SagaResult<T>> {
  const { saga } = await import("./saga.ts");
  return saga(name, work);
}

function define<Input>(name: string, steps: readonly SagaStep<Input>[]): Saga<Input> {
  if (names.has(name)) throw new GhostError("USAGE", `cannot define the saga ${name} twice`);
  planOf(name, steps);
  names.add(name);
  const defined = import("./saga.ts").then(({ saga }) => saga.define(name, steps));
  return { start: (...given) => defined.then((one) => one.start(...given)) };
}
