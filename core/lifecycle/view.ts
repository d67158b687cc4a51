import type { Status } from "../api/wire.ts";
import type { Machine } from "./state.ts";

/** The status that people see: derived from the state, never stored beside it. */
export function statusOf(machine: Machine): Status {
  const { state, health } = machine;
  if (state.at !== "running") return state.at;
  return health === "unknown" ? "starting" : health === "unhealthy" ? "unhealthy" : "running";
}

/** True when others may rely on it: it runs, and its check, if it has one, passes. */
export function isReady(machine: Machine): boolean {
  return statusOf(machine) === "running";
}

/** The pid of the main process, if one is there. */
export function pidOf(machine: Machine): number | null {
  const { state } = machine;
  return state.at === "running" || state.at === "stopping" ? (state.identity?.pid ?? null) : null;
}

/** The token of the run that goes on, as the program has it in GHOST_PROCESS; null when nothing runs. */
export function tokenOf({ state }: Machine): string | null {
  if (state.at === "running") return state.identity.token;
  return state.at === "starting" || state.at === "stopping" ? state.token : null;
}
