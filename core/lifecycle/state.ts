import type { RestartPolicy } from "../config/definition.ts";

/** Who a process is. A pid alone is never trusted: pids are reused. */
export interface Identity {
  readonly pid: number;
  /** Start time in clock ticks since boot (`/proc/PID/stat`, field 22); where that is unknown, 0. */
  readonly startTicks: number;
  /** `/proc/sys/kernel/random/boot_id`; empty where unknown. */
  readonly bootId: string;
  /** GHOST_PROCESS in its environment, a fresh one for each run. */
  readonly token: string;
}

/** How a run ended. `known: false` when nobody could tell (an adopted process on an old kernel). */
export interface Exit {
  readonly code: number | null;
  /** e.g. `SIGKILL`. */
  readonly signal: string | null;
  readonly known: boolean;
  /** Why it could not even be started; null otherwise. */
  readonly spawnError: string | null;
  /** Set when the kernel killed it for want of memory; `likely` where the kernel tells only that it killed somebody at that time. */
  readonly outOfMemory?: "certain" | "likely";
}

/** The exit of something that ended while nobody looked: counts as failure. */
export const UNSEEN_EXIT: Exit = { code: null, signal: null, known: false, spawnError: null };

/**
 * What follows when a stopping tree is empty. `restart`: one that was asked for and costs nothing; `recover`: one that
 * nobody asked for (memory, health), which costs budget and backs off; `decide`: what the restart policy says of the exit;
 * `hold`: it waits until what it needs is there again.
 */
export type Afterwards = "stop" | "restart" | "recover" | "decide" | "hold";

/**
 * Where a process is. Each member carries only what is valid there.
 *
 * ```
 *             start             spawned
 *  stopped ──────────▶ starting ────────▶ running
 *     ▲ │ unmet          ▲  │ failed         │ exit, or stop, or restart
 *     │ ▼           met  │  ▼                ▼
 *     │waiting ────────▶ │ ─────────────  stopping (only while something of the tree lives)
 *     │  ▲ then: hold    │ then: restart     │ tree empty
 *     │  └────────────── │ ──────────────────┤
 *     │                  └──── backoff ◀── restart policy ──▶ exited (as it should) │ failed (gave up)
 *     └────────────────────────── stop ─────────┘
 * ```
 */
export type State =
  | { readonly at: "stopped" }
  /** Something that it needs is not there; `blockedBy` is what its program itself found wanting (a port that is held), besides its dependencies. */
  | { readonly at: "waiting"; readonly blockedBy: string | null }
  | { readonly at: "starting"; readonly token: string }
  | {
      readonly at: "running";
      readonly identity: Identity;
      /** How the main process of a one-shot ended, as it should; what runs is what it left behind, and no longer the run itself. */
      readonly completed?: Exit;
    }
  | {
      readonly at: "stopping";
      readonly identity: Identity | null;
      readonly token: string;
      readonly afterwards: Afterwards;
      readonly force: boolean;
      /** Why it is stopping, as a phrase: `stopped by ghost stop`, `main.py changed`. */
      readonly reason?: string;
      /** The end of the main process was told; what is waited for is the rest of its tree. */
      readonly ended?: boolean;
      /** As of what runs: what is stopped is only what a one-shot left behind. */
      readonly completed?: Exit;
    }
  | { readonly at: "backoff"; readonly untilMs: number }
  | { readonly at: "exited" }
  | { readonly at: "failed" };

/** Everything that the supervisor remembers of one process beside its definition. Plain JSON; times are ms since 1970. */
export interface Machine {
  /** What people asked for. */
  readonly desired: "up" | "down";
  readonly state: State;
  /** Counts timers; one that carries another number is late and ignored. */
  readonly generation: number;
  /** Restarts that nobody asked for, ever. Never goes back. */
  readonly restarts: number;
  /** Restarts since the last stable run: the index into the back-off. */
  readonly streak: number;
  /** When the last restarts happened, oldest first; as many as the budget and the crash-loop mark need. */
  readonly recent: readonly number[];
  /** What the health check says of the current run; `unknown` until it first says something. Absent and `none`: there is no check. */
  readonly health?: "none" | "unknown" | "healthy" | "unhealthy";
  /** Dependencies that went away while it ran on, and after whose return it is restarted. */
  readonly lost?: readonly string[];
  readonly lastExit: Exit | null;
  readonly startedMs: number | null;
  readonly stoppedMs: number | null;
}

/** A process that was just registered. */
export const registered: Machine = {
  desired: "down",
  state: { at: "stopped" },
  generation: 0,
  restarts: 0,
  streak: 0,
  recent: [],
  lastExit: null,
  startedMs: null,
  stoppedMs: null,
};

/** This many restarts within `CRASH_LOOP_WINDOW_MS` mark a process as crash-looping (contracts, "Restart defaults"). */
export const CRASH_LOOP_RESTARTS = 5;
export const CRASH_LOOP_WINDOW_MS = 10 * 60_000;

/** True while a process keeps falling over. */
export function isCrashLooping(machine: Machine, nowMs: number): boolean {
  return machine.recent.filter((at) => at > nowMs - CRASH_LOOP_WINDOW_MS).length >= CRASH_LOOP_RESTARTS;
}

/** When a process that crash-loops no longer counts as such if nothing more happens, in ms since 1970; null: it does not crash-loop. */
export function crashLoopEndMs(machine: Machine, nowMs: number): number | null {
  if (!isCrashLooping(machine, nowMs)) return null;
  return (machine.recent.at(-CRASH_LOOP_RESTARTS) ?? nowMs) + CRASH_LOOP_WINDOW_MS;
}

/** Whether a run ended as it should. An exit that could not be learnt counts as failure. */
export function succeeded(exit: Exit, policy: Pick<RestartPolicy, "successCodes">): boolean {
  return exit.known && exit.spawnError === null && exit.code !== null && policy.successCodes.includes(exit.code);
}

/** True of a one-shot that did what it had to, though what it left behind lives and is followed. */
export function hasCompleted({ state }: Machine): boolean {
  return state.at === "running" && state.completed !== undefined;
}

/** An exit as people say it: `exited with code 3`, `was killed by SIGKILL`. */
export function describeExit(exit: Exit): string {
  if (exit.spawnError !== null) return exit.spawnError;
  if (!exit.known) return "ended, and its exit code is unknown: this daemon had not started it";
  if (exit.outOfMemory === "certain") return "was killed by the kernel: out of memory";
  if (exit.outOfMemory === "likely") return `was killed by ${exit.signal}, most likely by the kernel, which ran out of memory at that time`;
  if (exit.signal !== null) return `was killed by ${exit.signal}`;
  return `exited with code ${exit.code}`;
}
