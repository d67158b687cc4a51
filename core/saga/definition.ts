/** What a saga is made of, as code: steps, each with what takes it back. */
import { type Duration, waitMs } from "../config/duration.ts";
import type { AbortSignal } from "../errors/abort-signal.ts";
import { GhostError } from "../errors/ghost-error.ts";
import type { SagaPlan, TryPolicy } from "./plan.ts";

/** How often something is tried, and the pause between two tries, which doubles with each. */
export interface SagaRetry {
  /** Tries in all. Default 1 of a step, 5 of a compensation. */
  readonly attempts?: number;
  /** The first pause. Default `"1s"`. */
  readonly delay?: Duration;
  /** The longest pause. Default `"30s"`. */
  readonly delayMax?: Duration;
}

/** What a step is given, and its compensation too. */
export interface SagaStepContext<Input = unknown> {
  readonly id: string;
  readonly input: Input;
  /**
   * The same text at each try of this step of this saga, and no other's: `order:42:charge`, of its compensation `order:42:charge:undo`. A step runs again
   * when its program died before the end of it was on record, so what it calls should take the key as an idempotency key.
   */
  readonly key: string;
  /** What the steps before gave, by name; a compensation finds its own step's there if that ended well. */
  // biome-ignore lint/suspicious/noExplicitAny: what a step gives only its author knows
  readonly results: Readonly<Record<string, any>>;
  /** Aborted when this program no longer holds the saga: another may go on with it, so stop. */
  readonly signal: AbortSignal;
}

/** One step. */
export interface SagaStep<Input = unknown> {
  /** Unique in its saga; it is in the log, so renaming one is a change that sagas under way notice. */
  readonly name: string;
  /** Does it; what it gives (JSON) is kept, and given to the later steps. A throw is a failure. */
  readonly run: (step: SagaStepContext<Input>) => unknown;
  /** Takes it back, also where the step failed or nobody knows how it ended: it may find nothing to take back. */
  readonly compensate?: (step: SagaStepContext<Input>) => unknown;
  readonly retry?: SagaRetry;
  readonly compensateRetry?: SagaRetry;
}

/** What the log has to know of a definition. Throws USAGE for two steps of one name, and for durations that are none. */
export function planOf(name: string, steps: readonly SagaStep<never>[]): SagaPlan {
  if (new Set(steps.map((step) => step.name)).size !== steps.length)
    throw new GhostError("USAGE", `cannot define the saga ${name}: two of its steps have the same name`);
  return steps.map(({ name: step, compensate, retry, compensateRetry }) => ({
    name: step,
    run: policyOf(retry, 1),
    ...(compensate && { undo: policyOf(compensateRetry, 5) }),
  }));
}

function policyOf({ attempts, delay = "1s", delayMax = "30s" }: SagaRetry = {}, byDefault: number): TryPolicy {
  return [attempts ?? byDefault, waitMs(delay, "delay"), waitMs(delayMax, "delayMax")];
}
