/** Keys and SQL whose calls fail as planned. */
import type { KeyPort, SqlPort } from "../../../core/data/ports.ts";
import { GhostError } from "../../../core/errors/ghost-error.ts";
import type { FaultPlan } from "./faults.ts";

/** The same keys; a call may fail with HUB_UNREACHABLE before it did anything. */
export function faultyKeys(keys: KeyPort, plan: FaultPlan): KeyPort {
  const risky = riskyBy(plan);
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

/** The same database; a call may fail with HUB_UNREACHABLE before it did anything. What was begun goes on undisturbed. */
export function faultySql(sql: SqlPort, plan: FaultPlan): SqlPort {
  const risky = riskyBy(plan);
  return {
    query: (...given) => risky(() => sql.query(...given)),
    execute: (...given) => risky(() => sql.execute(...given)),
    batch: (...given) => risky(() => sql.batch(...given)),
    begin: (...given) => risky(() => sql.begin(...given)),
    close: () => sql.close(),
  };
}

function riskyBy(plan: FaultPlan): <T>(work: () => Promise<T>) => Promise<T> {
  return (work) => (plan.happens("fail") ? Promise.reject(unreachable()) : work());
}

function unreachable(): GhostError {
  return new GhostError("HUB_UNREACHABLE", "cannot reach the hub: the test's faults have it so", { details: { sent: false } });
}
