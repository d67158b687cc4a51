import type { Duration } from "../../core/config/duration.ts";

/** In which order a group's processes start. */
export type StartupOrder = "dependency" | "parallel" | "sequential";

/** A process as `ghost list --json` has it. */
export interface ProcessState {
  readonly name: string;
  readonly status: string;
  readonly health: string;
  readonly pid: number | null;
  readonly [field: string]: unknown;
}

/** A group and its processes. */
export interface GroupState {
  readonly name: string;
  readonly processes: readonly ProcessState[];
  readonly [field: string]: unknown;
}

/**
 * Processes and groups of this home, for apps whose `.ghost.yaml` says `grants: [orchestrator]`. Every call throws UNAUTHORIZED where it does
 * not, NOT_FOUND for a name that nobody has, HUB_UNREACHABLE, and what the daemon says of a process that cannot do it.
 *
 * ```ts
 * await Ghost.orchestrator.createGroup("backend", { processes: ["redis", "api"] });
 * await Ghost.orchestrator.startGroup("backend");
 * await Ghost.orchestrator.waitForHealthy("api", "2m");
 * ```
 */
export interface Orchestrator {
  /** Makes a group, or changes the one of this name. It survives restarts. `startup` is what `startGroup` does by default. */
  createGroup(name: string, options: { readonly processes: readonly string[]; readonly startup?: StartupOrder }): Promise<GroupState>;
  /** Starts its processes and waits until they run; default order: the group's own. */
  startGroup(name: string, order?: StartupOrder): Promise<GroupState>;
  /** Stops them, the last first. Not graceful: they are killed. */
  stopGroup(name: string, graceful?: boolean): Promise<GroupState>;
  /** How a group is. */
  groupStatus(name: string): Promise<GroupState>;
  /** All processes. */
  processes(): Promise<readonly ProcessState[]>;
  /** Waits until a process is healthy; throws TIMED_OUT after `timeout`, default `2m`. */
  waitForHealthy(name: string, timeout?: Duration): Promise<ProcessState>;
}
