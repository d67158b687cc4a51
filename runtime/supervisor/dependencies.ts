import type { Cause } from "../../core/api/wire.ts";
import type { Dependency } from "../../core/config/definition.ts";
import { describeDependency, holds, isHopeless, isLost } from "../../core/lifecycle/conditions.ts";
import type { Event } from "../../core/lifecycle/events.ts";
import { statusOf } from "../../core/lifecycle/view.ts";
import { keyOf, type Supervised } from "./supervised.ts";

/** Where the processes are, and the one way to change them. */
export interface DependencyHost {
  readonly processes: ReadonlyMap<string, Supervised>;
  dispatch(process: Supervised, event: Event): void;
  /** What `work` starts begins after it, with all intents recorded at once. */
  together(work: () => void): void;
}

/** Who needs whom among the processes of a home, and what follows when that comes and goes. Conditions are looked at whenever either side changes. */
export class Dependencies {
  private readonly host: DependencyHost;
  /** By `project/name`; made anew when a registration changes. */
  private instances: Map<string, Supervised[]> | null = null;
  private dependents: Map<string, Supervised[]> | null = null;
  /** Grows whenever processes or definitions come or go: for those who keep what they computed of them. */
  registrations = 0;
  private readonly changes: Supervised[] = [];
  private working = false;

  constructor(host: DependencyHost) {
    this.host = host;
  }

  /** Processes or definitions came or went. */
  forgetGraph(): void {
    this.registrations += 1;
    this.instances = null;
    this.dependents = null;
  }

  /** All instances of `project/name`. */
  instancesOf(project: string, name: string): readonly Supervised[] {
    this.instances ??= groupBy(this.host.processes.values(), (process) => [keyOf(process.definition)]);
    return this.instances.get(keyOf({ project, name })) ?? [];
  }

  /** Those that need the process, directly. */
  dependentsOf({ definition }: Supervised): readonly Supervised[] {
    this.dependents ??= groupBy(this.host.processes.values(), ({ definition: { project, dependsOn } }) =>
      dependsOn.map(({ name }) => keyOf({ project, name })),
    );
    return this.dependents.get(keyOf(definition)) ?? [];
  }

  /** What a process needs and is not there, as phrases. */
  waitingFor(process: Supervised): string[] {
    return this.unmet(process).map(describeDependency);
  }

  /** What a process needs and will not come by itself, with the reason; null when all of it may. `known`: who of those that wait does so in vain. */
  hopeless(process: Supervised, known: Map<Supervised, boolean> = new Map()): string | null {
    for (const dependency of this.unmet(process)) {
      const needed = this.needed(process, dependency);
      const inVain = needed.every((one) => isHopeless(dependency.condition, [one]) || this.waitsInVain(one, known));
      if (inVain) return `${describeDependency(dependency)}, which is ${needed[0] ? stateOf(needed[0]) : "not registered"}`;
    }
    return null;
  }

  /** True when it will not go on without somebody's help. Old registrations may need each other: who is asked already is no reason. */
  private waitsInVain(process: Supervised, known: Map<Supervised, boolean>): boolean {
    const { state } = process.machine;
    if (state.at !== "waiting") return false;
    const answer = known.get(process);
    if (answer !== undefined) return answer;
    known.set(process, false);
    const inVain = state.blockedBy !== null || this.hopeless(process, known) !== null;
    known.set(process, inVain);
    return inVain;
  }

  /** Whether a condition of a process holds. */
  isMet(process: Supervised, dependency: Dependency): boolean {
    const needed = this.needed(process, dependency);
    return needed.some(({ reloads }) => reloads > 0) || holds(dependency.condition, needed);
  }

  /** A run is about to begin: what holds from now on can be lost. */
  remember(process: Supervised): void {
    process.held = new Set(process.definition.dependsOn.filter((each) => this.isMet(process, each)).map(({ name }) => name));
  }

  /** What the last daemon left: what held as far as it knew can have been lost since; what it knew to be gone is not lost anew. */
  recall(process: Supervised): void {
    const { dependsOn } = process.definition;
    const lost = process.machine.lost ?? [];
    const held = dependsOn.filter((each) => !lost.includes(each.name) && !isLost(each.condition, this.needed(process, each)));
    process.held = new Set(held.map(({ name }) => name));
  }

  /** A process changed: tells those that need it, and what changes thereby those that need that. */
  changed(process: Supervised): void {
    if (this.dependentsOf(process).length === 0) return;
    this.changes.push(process);
    if (this.working) return;
    this.working = true;
    this.host.together(() => this.tellDependents());
  }

  private tellDependents(): void {
    try {
      for (let next = this.changes.shift(); next; next = this.changes.shift())
        for (const dependent of this.dependentsOf(next)) {
          this.reconsider(dependent);
          this.wake(dependent, !isOnItsWay(next));
        }
    } finally {
      this.working = false;
    }
  }

  /** Who waits with a process may learn that it waits in vain; `further`: so may who waits for one that waits. */
  private wake(process: Supervised, further: boolean, woken: Set<Supervised> = new Set()): void {
    if (woken.has(process)) return;
    woken.add(process);
    for (const wake of [...process.waiters]) wake();
    if (!further || process.machine.state.at !== "waiting") return;
    for (const dependent of this.dependentsOf(process)) this.wake(dependent, further, woken);
  }

  /** Looks at everything that a process needs. */
  reconsider(process: Supervised): void {
    for (const dependency of process.definition.dependsOn) this.reconsiderOne(process, dependency);
    if (process.machine.state.at !== "waiting" || process.machine.desired !== "up" || this.unmet(process).length > 0) return;
    const names = process.definition.dependsOn.map(describeDependency).join(", ");
    this.host.dispatch(process, {
      type: "available",
      cause: { kind: "dependencies-met", text: names === "" ? "nothing is awaited any more" : `${names} ${verb(process)} there` },
    });
  }

  private reconsiderOne(process: Supervised, dependency: Dependency): void {
    const { name, onLoss } = dependency;
    const needed = this.needed(process, dependency);
    if (this.isMet(process, dependency)) {
      if (process.held.has(name)) return;
      process.held.add(name);
      const cause: Cause = { kind: "dependency-back", text: `${describeDependency(dependency)} is back`, facts: { dependency: name } };
      this.host.dispatch(process, { type: "dependency-back", name, cause });
      return;
    }
    if (!process.held.has(name) || !isLost(dependency.condition, needed)) return;
    process.held.delete(name);
    if (onLoss === "ignore") return;
    const why = needed[0]?.why ?? "it is not registered any more";
    const cause: Cause = {
      kind: "dependency-lost",
      text: `${describeDependency(dependency)} was lost (${why}); ${WHAT_FOLLOWS[onLoss]}`,
      facts: { dependency: name, onLoss },
    };
    this.host.dispatch(process, { type: "dependency-lost", name, onLoss, cause });
  }

  private unmet(process: Supervised): Dependency[] {
    return process.definition.dependsOn.filter((dependency) => !this.isMet(process, dependency));
  }

  private needed({ definition: { project } }: Supervised, { name }: Dependency): readonly Supervised[] {
    return this.instancesOf(project, name);
  }
}

const WHAT_FOLLOWS = {
  hold: "held until it is back",
  restart: "restarts when it is back",
  stop: "stopped",
} as const satisfies Partial<Record<Dependency["onLoss"], string>>;

/** Whoever waits for it has reason to go on waiting, or waits no longer. */
function isOnItsWay({ machine }: Supervised): boolean {
  const status = statusOf(machine);
  return status === "starting" || status === "running" || status === "stopping";
}

/** Some causes begin with the status themselves. */
function stateOf({ machine, why }: Supervised): string {
  const status = statusOf(machine);
  return why.startsWith(`${status}:`) ? why : `${status}: ${why}`;
}

function verb({ definition }: Supervised): string {
  return definition.dependsOn.length === 1 ? "is" : "are";
}

function groupBy(processes: Iterable<Supervised>, keys: (process: Supervised) => readonly string[]): Map<string, Supervised[]> {
  const groups = new Map<string, Supervised[]>();
  for (const process of processes) {
    for (const key of keys(process)) {
      const group = groups.get(key);
      if (group) group.push(process);
      else groups.set(key, [process]);
    }
  }
  return groups;
}
