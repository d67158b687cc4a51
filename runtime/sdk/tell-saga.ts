/** What the app's log says of durable sagas: that one goes on, and how it ended where that is not what was wished for. */
import type { SagaResult } from "../../core/saga/result.ts";
import type { SagaTurn } from "../../core/saga/saga-log.ts";
import type { SagaTold } from "../../core/saga/saga-told.ts";
import { G } from "./g.ts";

/** Logs it: `saga order 17 goes on at step charge after an interruption`. */
export function tellSaga(told: SagaTold): void {
  const saga = `saga ${told.name} ${told.id}`;
  switch (told.is) {
    case "resumed":
      return G.info(`${saga} goes on ${placeOf(told.turn)}${told.isOperators ? ", as an operator said" : " after an interruption"}`);
    case "waits":
      return G.warn(`sagas wait until their log can be written again, ${told.name} ${told.id} for one: ${told.error.message}`);
    case "writes":
      return G.info("sagas go on: their log is written again");
    case "failed":
      return G.warn(`${saga} cannot go on: ${told.error.message}`);
    case "rested":
      return tellRest(saga, told.turn, told.wasResumed);
    default:
      return told satisfies never;
  }
}

function placeOf({ step, undo, waitMs }: SagaTurn): string {
  if (step === undefined) return `in ${waitMs ?? 0} ms, when a step is due to be tried again`;
  return undo ? `by taking step ${step} back` : `at step ${step}`;
}

function tellRest(saga: string, { state, result }: SagaTurn, wasResumed: boolean): void {
  // What goes as it should is the app's to say, unless nobody waits for it any more.
  if (!result || result.ok) return wasResumed ? G.info(`${saga} is done`) : undefined;
  const { step, message } = result.error;
  const why = step === undefined ? message : `step ${step} failed: ${message}`;
  if (state === "parked")
    G.warn(`${saga} is parked: ${parkedText(result) || why}`, { hint: `ghost ${saga.replace(" ", " show ")} tells more` });
  else G.warn(`${saga} is compensated: ${why}`);
}

function parkedText({ compensations }: Extract<SagaResult<never>, { ok: false }>): string {
  const parked = compensations.filter(({ state }) => state === "parked");
  return parked.map(({ step, error }) => `step ${step} cannot be taken back: ${error?.message}`).join("; ");
}
