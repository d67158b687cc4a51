/** Keys whose calls fail as planned. */
import type { KeyPort } from "../../../core/data/ports.ts";
import { GhostError } from "../../../core/errors/ghost-error.ts";
import type { FaultPlan } from "./faults.ts";

/** The same keys; a call may fail with HUB_UNREACHABLE before it did anything. */
export function faultyKeys(keys: KeyPort, plan: FaultPlan): KeyPort {
  const risky = <T>(work: () => Promise<T>): Promise<T> => (plan.happens("fail") ? Promise.reject(unreachable()) : work());
  return {
    read: (...given) => risky(() => keys.read(...given)),
    readWithVersion: (...given) => risky(() => keys.readWithVersion(...given)),
    apply: (...given) => risky(() => keys.apply(...given)),
    remove: (...given) => risky(() => keys.remove(...given)),
    writeIfVersion: (...given) => risky(() => keys.writeIfVersion(...given)),
    add: (...given) => risky(() => keys.add(...given)),
    async *scan(...given) {
      if (plan.happens("fail")) throw unreachable();
      yield* keys.scan(...given);
    },
    close: () => keys.close(),
  };
}

function unreachable(): GhostError {
  return new GhostError("HUB_UNREACHABLE", "cannot reach the hub: the test's faults have it so", { details: { sent: false } });
}
