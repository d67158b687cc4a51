/** What `ghost run` and the daemon tell each other: a program that runs on somebody's terminal is supervised there, and seen here. */
import type { ProcessDefinition, RestartPolicy } from "../config/definition.ts";
import type { Event } from "../lifecycle/events.ts";
import type { Machine } from "../lifecycle/state.ts";
import type { Cause } from "./wire.ts";

/** `POST /v1/foreground`: it is known for as long as the answer goes on. */
export interface ForegroundAnnouncement {
  /** With the numbers that its ports have: none is `auto`. */
  readonly definition: ProcessDefinition;
  readonly machine: Machine;
  /** Who runs it, for `why`, e.g. `ghost run (pid 812)`. */
  readonly by: string;
  /** Its tests: what becomes of them is no part of the app's history. Default `run`. */
  readonly purpose?: "run" | "test";
  /** That very process; absent: its end is not looked for. */
  readonly runner?: { readonly pid: number; readonly startTicks: number };
}

/** The answer, as server-sent events: first the id, by which changes are told, then what the daemon asks for. */
export type ForegroundWord = ForegroundGreeting | ForegroundRequest;

/** `beside`: the pids of what runs already under the same name; absent: a daemon of an older version. */
export interface ForegroundGreeting {
  readonly id: string;
  readonly beside?: readonly number[];
}

/** `event`: it is to happen there; `restart`: what the app's code says of restarts is in effect from now on. */
export type ForegroundRequest = { readonly event: Event } | { readonly restart: RestartPolicy };

/** `PUT /v1/foreground/{id}`: what has changed, after it. */
export interface ForegroundUpdate {
  readonly machine: Machine;
  readonly from: string | null;
  readonly to: string | null;
  /** Null: nothing worth telling. */
  readonly cause: Cause | null;
  /** What it is from now on; absent: as it was told before. */
  readonly definition?: ProcessDefinition;
}
