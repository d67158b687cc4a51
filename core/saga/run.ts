/** One saga that this program holds: runs the steps that the log says, and reports how each ended. */
import { GhostError } from "../errors/ghost-error.ts";
import type { Abort, CoordinatorOptions, Definition } from "./coordinator.ts";
import { failureOf } from "./records.ts";
import type { SagaTurn } from "./saga-log.ts";

/** A lease is renewed so often while it lasts. */
const RENEWALS = 3;
/** The pause before something is reported again while the log cannot be reached, in ms. */
const UNREACHABLE_MS = 200;

/**
 * Goes on until the saga rests; gives that turn. Rejects with LEASE_LOST when another may hold it, and with what the log says. Aborting the lease ends it, and
 * `isOver` that reports are repeated while the log is away: what was done must not be forgotten.
 */
export async function runToRest(
  { log, clock, leaseMs }: CoordinatorOptions & { readonly leaseMs: number },
  { name, steps }: Definition,
  id: string,
  first: SagaTurn,
  lease: Abort,
  isOver: () => boolean,
): Promise<SagaTurn> {
  const { fence } = first;
  const { signal } = lease;
  let leaseEnds = clock.now() + leaseMs;
  let wake = (): void => undefined;
  signal.addEventListener("abort", () => {
    cancelRenewal();
    wake();
  });

  /** Does something that renews the lease. */
  const renewing = async <T>(work: () => Promise<T>): Promise<T> => {
    const since = clock.now();
    try {
      const done = await work();
      leaseEnds = since + leaseMs;
      return done;
    } catch (error) {
      if (codeOf(error) === "LEASE_LOST" || clock.now() >= leaseEnds) lease.abort();
      throw error;
    }
  };

  const renewLater = (): (() => void) =>
    clock.after(leaseMs / RENEWALS, () => {
      cancelRenewal = renewLater();
      if (clock.now() >= leaseEnds) return lease.abort();
      renewing(() => log.renew(name, id, fence)).catch(() => undefined);
    });
  let cancelRenewal = renewLater();

  /** Shorter when the lease is over. */
  const pause = (ms: number): Promise<void> =>
    new Promise((resolve) => {
      const cancel = clock.after(ms, resolve);
      wake = () => {
        cancel();
        resolve();
      };
    });

  const report = async (fact?: object): Promise<SagaTurn> => {
    const text = fact && JSON.stringify(fact);
    for (;;) {
      try {
        return await renewing(() => log.report(name, id, fence, text));
      } catch (error) {
        if (codeOf(error) !== "HUB_UNREACHABLE" || isOver()) throw error;
        await pause(UNREACHABLE_MS);
      }
    }
  };

  const perform = async ({ step, undo, waitMs, input, results = {} }: SagaTurn): Promise<SagaTurn> => {
    if (waitMs) {
      await pause(waitMs);
      return signal.aborted ? first : report();
    }
    const key = `${name}:${id}:${step}${undo ? ":undo" : ""}`;
    const own = steps.find((each) => each.name === step);
    try {
      const result = await (undo ? own?.compensate : own?.run)?.({ id, key, input: input as never, results, signal });
      return await report({ step, undo, is: "done", result });
    } catch (error) {
      return signal.aborted ? first : report({ step, undo, is: "failed", error: failureOf(error) });
    }
  };

  try {
    let turn = first;
    while (turn.fence) {
      if (signal.aborted) throw new GhostError("LEASE_LOST", `cannot go on with the saga ${id}: another may hold it by now`);
      turn = await perform(turn);
    }
    return turn;
  } finally {
    cancelRenewal();
  }
}

/** The code of what was thrown. */
export function codeOf(error: unknown): unknown {
  return (error as Partial<GhostError> | null)?.code;
}
