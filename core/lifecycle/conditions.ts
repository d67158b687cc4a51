import type { Dependency, RestartPolicy } from "../config/definition.ts";
import { hasCompleted, type Machine, succeeded } from "./state.ts";
import { isReady, statusOf } from "./view.ts";

/** What conditions are judged by: one instance of a process that is needed. */
export interface Needed {
  readonly machine: Machine;
  readonly definition: { readonly healthCheck: unknown; readonly restart: Pick<RestartPolicy, "successCodes"> };
}

/**
 * Whether a condition holds: for `started` and `healthy` one of the instances is enough. `healthy` of a process without a
 * check is `started`. `completed` means that its last run ended as it should, be it at rest or what it left behind followed.
 */
export function holds(condition: Dependency["condition"], instances: readonly Needed[]): boolean {
  return instances.some((instance) => holdsFor(condition, instance));
}

function holdsFor(condition: Dependency["condition"], { machine, definition }: Needed): boolean {
  switch (condition) {
    case "started":
      return machine.state.at === "running";
    case "healthy":
      return isReady(machine);
    case "completed":
      if (hasCompleted(machine)) return true;
      return machine.state.at === "exited" && machine.lastExit !== null && succeeded(machine.lastExit, definition.restart);
    default:
      return condition satisfies never;
  }
}

/** Whether a condition that held is lost. That a job which completed runs once more is no loss, only that it then fails. */
export function isLost(condition: Dependency["condition"], instances: readonly Needed[]): boolean {
  if (condition !== "completed") return !holds(condition, instances);
  return instances.every(({ machine }) => machine.state.at === "failed");
}

/** A dependency as people read it: `redis`, `redis (healthy)`, `migrate (completed)`. */
export function describeDependency({ name, condition }: Dependency): string {
  return condition === "started" ? name : `${name} (${condition})`;
}

/** True when what is needed is not on its way: nobody wants it up, it gave up, it keeps falling over, or it runs and is not well. */
export function isHopeless(condition: Dependency["condition"], instances: readonly Needed[]): boolean {
  return instances.every(({ machine }) => {
    const { desired, state } = machine;
    if (condition === "healthy" && statusOf(machine) === "unhealthy") return true;
    if (state.at === "failed" || state.at === "backoff") return true;
    if (state.at === "exited") return condition !== "completed" || desired === "down";
    return state.at === "stopped" && desired === "down";
  });
}
