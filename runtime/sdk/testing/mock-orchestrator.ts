/** The daemon's part of `Ghost.orchestrator`, pretended: it records calls and moves states, and starts nothing. */
import type { GroupView, ProcessView } from "../../../core/api/wire.ts";
import type { Clock } from "../../../core/bus/session/transport.ts";
import { type Duration, waitMs } from "../../../core/config/duration.ts";
import { GhostError } from "../../../core/errors/ghost-error.ts";
import { findCycle, type Node, ranksOf, withNeeds } from "../../../core/graph/order.ts";
import type { GroupState, Orchestrator, ProcessState, StartupOrder } from "../orchestrator.ts";
import { type MockProcess, type MockState, type PretendedProcess, pretend, unknown } from "./mock-processes.ts";

/** A call as it came. */
export interface MockCall {
  readonly method: string;
  readonly arguments: readonly unknown[];
}

interface MockGroup {
  readonly name: string;
  readonly processes: readonly string[];
  readonly startup: StartupOrder;
}

/** An orchestrator whose processes are a test's. */
export class MockOrchestrator implements Orchestrator {
  /** Every call, in order. */
  readonly calls: MockCall[] = [];
  /** Names in the order in which they began to start, and to stop. */
  readonly started: string[] = [];
  readonly stopped: string[] = [];
  private readonly clock: Clock;
  private readonly known = new Map<string, PretendedProcess>();
  private readonly groups = new Map<string, MockGroup>();
  private readonly watchers = new Set<() => void>();

  constructor(clock: Clock) {
    this.clock = clock;
  }

  /** Pretends that there are these processes. Throws CONFIG_INVALID for a circle of dependencies. */
  define(...processes: readonly (MockProcess | string)[]): this {
    for (const process of processes) {
      const full = typeof process === "string" ? { name: process } : process;
      this.known.set(full.name, pretend(full));
    }
    const cycle = findCycle(this.nodes());
    if (cycle) throw new GhostError("CONFIG_INVALID", `cannot order the processes: they need each other: ${cycle.join(" → ")}`);
    return this;
  }

  /** Sets what a process is from now on, as if it had happened to it. Throws NOT_FOUND. */
  set(name: string, state: MockState): this {
    this.change(name, state);
    return this;
  }

  /** Makes a group; names that are not defined yet are. */
  async createGroup(
    name: string,
    options: { readonly processes: readonly string[]; readonly startup?: StartupOrder },
  ): Promise<GroupState> {
    this.record("createGroup", name, options);
    for (const process of options.processes) if (!this.known.has(process)) this.define(process);
    this.groups.set(name, { name, processes: options.processes, startup: options.startup ?? "dependency" });
    for (const process of options.processes) {
      const { view } = this.find(process);
      this.change(process, { groups: [...new Set([...view.groups, name])] });
    }
    return this.viewOf(this.group(name));
  }

  /** Starts its processes and all that they need. Throws START_FAILED for one that fails, after those that could start. */
  async startGroup(name: string, order?: StartupOrder): Promise<GroupState> {
    this.record("startGroup", name, ...(order === undefined ? [] : [order]));
    const group = this.group(name);
    for (const step of this.steps(group, order ?? group.startup)) await Promise.all(step.map((process) => this.start(process)));
    const failed = group.processes.map((process) => this.find(process)).find(({ view }) => view.status !== "running");
    if (failed)
      throw new GhostError("START_FAILED", `cannot start ${failed.view.name}: ${failed.failsWith ?? "what it needs did not start"}`);
    return this.viewOf(group);
  }

  /** Stops its processes, against their order. */
  async stopGroup(name: string, isGraceful = true): Promise<GroupState> {
    this.record("stopGroup", name, isGraceful);
    const group = this.group(name);
    const own = new Set(group.processes);
    for (const process of this.steps(group, "dependency").flat().reverse()) if (own.has(process)) this.stop(process);
    return this.viewOf(group);
  }

  /** How a group is. Throws NOT_FOUND. */
  async groupStatus(name: string): Promise<GroupState> {
    this.record("groupStatus", name);
    return this.viewOf(this.group(name));
  }

  /** All processes that the test defined. */
  async processes(): Promise<readonly ProcessState[]> {
    this.record("processes");
    return [...this.known.values()].map(({ view }) => ({ ...view }));
  }

  /** Resolves when a process runs and no check says otherwise. Throws TIMED_OUT (by the test's clock), START_FAILED, NOT_FOUND. */
  async waitForHealthy(name: string, timeout: Duration = "2m"): Promise<ProcessState> {
    this.record("waitForHealthy", name, timeout);
    const process = this.find(name);
    return new Promise((resolve, reject) => {
      const end = (): void => {
        cancel();
        this.watchers.delete(look);
      };
      const look = (): void => {
        const { view } = process;
        if (isReady(view)) resolve({ ...view });
        else if (view.status === "failed") reject(new GhostError("START_FAILED", `cannot wait for ${name}: it has failed`));
        else return;
        end();
      };
      const cancel = this.clock.after(waitMs(timeout, "timeout"), () => {
        end();
        reject(new GhostError("TIMED_OUT", `cannot wait any longer for ${name}: it was not healthy after ${timeout}`));
      });
      this.watchers.add(look);
      look();
    });
  }

  private steps({ processes }: MockGroup, order: StartupOrder): string[][] {
    if (order === "parallel") return [[...processes]];
    if (order === "sequential") return processes.map((process) => [process]);
    const ranks = ranksOf(this.nodes());
    const wanted = [...withNeeds(processes, this.nodes())];
    const levels = [...new Set(wanted.map((name) => ranks.get(name) ?? 0))].sort((a, b) => a - b);
    return levels.map((level) => [...this.known.keys()].filter((name) => wanted.includes(name) && ranks.get(name) === level));
  }

  private async start(name: string): Promise<void> {
    const process = this.find(name);
    if (process.view.status === "running") return;
    const missing = process.needs.filter((need) => this.known.has(need) && !isReady(this.find(need).view));
    if (missing.length > 0) return void this.change(name, { status: "waiting", waitingFor: missing });
    this.started.push(name);
    this.change(name, { status: "starting", desired: "up", waitingFor: [] });
    if (process.startMs > 0) await new Promise<void>((resolve) => this.clock.after(process.startMs, resolve));
    if (process.view.status !== "starting") return;
    if (process.failsWith !== null) this.change(name, { status: "failed", why: process.failsWith });
    else this.change(name, { status: "running", startedAt: new Date(this.clock.now()).toISOString() });
  }

  private stop(name: string): void {
    const { status } = this.find(name).view;
    if (status === "stopped") return;
    this.stopped.push(name);
    this.change(name, { status: "stopped", desired: "down", stoppedAt: new Date(this.clock.now()).toISOString() });
  }

  private change(name: string, change: Partial<ProcessView>): void {
    const process = this.find(name);
    process.view = { ...process.view, ...change };
    for (const look of [...this.watchers]) look();
  }

  private nodes(): Node[] {
    return [...this.known].map(([key, { needs }]) => ({ key, needs }));
  }

  private find(name: string): PretendedProcess {
    const process = this.known.get(name);
    if (process) return process;
    throw unknown("process", name, this.known.keys());
  }

  private group(name: string): MockGroup {
    const group = this.groups.get(name);
    if (group) return group;
    throw unknown("group", name, this.groups.keys());
  }

  private viewOf({ name, processes, startup }: MockGroup): GroupState {
    const views = processes.map((process) => this.find(process).view);
    const late = views.filter((view) => !isReady(view) && view.status !== "stopped");
    return {
      project: "test",
      name,
      startup,
      origin: "api",
      processes: views.map((view) => ({ ...view })),
      status: groupStatus(views),
      total: views.length,
      ready: views.filter(isReady).length,
      unhealthy: views.filter(({ status, health }) => status === "unhealthy" || health === "unhealthy").length,
      waiting: late.map((view) => ({ name: view.name, instance: 0, status: view.status, for: view.waitingFor })),
    };
  }

  private record(method: string, ...given: unknown[]): void {
    this.calls.push({ method, arguments: given });
  }
}

function isReady({ status, health }: ProcessView): boolean {
  return status === "running" && (health === "none" || health === "healthy");
}

function groupStatus(views: readonly ProcessView[]): GroupView["status"] {
  if (views.some(({ status, health }) => status === "failed" || status === "unhealthy" || health === "unhealthy")) return "failed";
  if (views.every(isReady)) return "up";
  if (views.every(({ status }) => status === "stopped")) return "stopped";
  return views.some(({ status }) => status === "starting" || status === "waiting") ? "starting" : "partial";
}
