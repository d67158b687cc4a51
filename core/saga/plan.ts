/** A definition without its code, as it travels to the log, which decides by it. */
import { GhostError } from "../errors/ghost-error.ts";
import { SAGA_LIMITS } from "./limits.ts";

/** Tries in all, the first pause between two, and the longest, which they double up to, in ms. */
export type TryPolicy = readonly [attempts: number, delayMs: number, delayMaxMs: number];

/** One step. Without `undo` there is nothing to take back. */
export interface PlannedStep {
  readonly name: string;
  readonly run: TryPolicy;
  readonly undo?: TryPolicy;
}

export type SagaPlan = readonly PlannedStep[];

/** Reads a plan. Throws USAGE where it is none. */
export function parsePlan(text: string): SagaPlan {
  const plan = parseJson(text);
  if (Array.isArray(plan) && plan.length > 0 && plan.length <= SAGA_LIMITS.stepsMax && plan.every(isStep) && areUnique(plan)) return plan;
  const { stepsMax, nameMax } = SAGA_LIMITS;
  throw new GhostError(
    "USAGE",
    `cannot use this definition: a saga has 1 to ${stepsMax} steps, each with a name of its own of 1 to ${nameMax} letters`,
    {
      hint: 'a plan is JSON such as [{"name":"charge","run":[1,1000,30000],"undo":[5,1000,30000]}]',
    },
  );
}

/** What a text is in JSON; undefined: it is none. */
export function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function isStep(value: unknown): value is PlannedStep {
  const { name, run, undo } = (value ?? {}) as Partial<PlannedStep>;
  return (
    typeof name === "string" && name !== "" && name.length <= SAGA_LIMITS.nameMax && isPolicy(run) && (undo === undefined || isPolicy(undo))
  );
}

function isPolicy(value: unknown): value is TryPolicy {
  return Array.isArray(value) && value.length === 3 && value.every((number) => typeof number === "number" && number >= 0);
}

function areUnique(plan: SagaPlan): boolean {
  return new Set(plan.map(({ name }) => name)).size === plan.length;
}
