import type { Status } from "../api/wire.ts";
import type { Machine } from "./state.ts";

/** The status that people see: derived from the state, never stored beside it. */
export function statusOf(machine: Machine): Status {
  return machine.state.at;
}

/** The pid of the main process, if one is there. */
export function pidOf(machine: Machine): number | null {
  const { state } = machine;
  return state.at === "running" || state.at === "stopping" ? (state.identity?.pid ?? null) : null;
}
