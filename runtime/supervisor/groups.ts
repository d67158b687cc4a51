import type { GroupRequest, GroupView } from "../../core/api/wire.ts";
import type { GroupDefinition } from "../../core/config/definition.ts";
import { nameProblem } from "../../core/config/names.ts";
import { GhostError } from "../../core/errors/ghost-error.ts";
import { isCrashLooping, type Machine, succeeded } from "../../core/lifecycle/state.ts";
import { isReady, statusOf } from "../../core/lifecycle/view.ts";
import { keyOf, type Supervised } from "./supervised.ts";
import type { Supervisor } from "./supervisor.ts";
import { waitingFor } from "./views.ts";

/** Groups that one home may hold. */
const GROUPS_MAX = 1_000;
const NO_NAMES: readonly string[] = [];

/** Groups of processes: those that files declare come with their manifests, those made through the API are kept here. */
export class Groups {
  private readonly supervisor: Supervisor;
  private made: ReadonlyMap<string, GroupDefinition>;
  /** By `project/name` of a process; made anew when groups change. */
  private names: Map<string, string[]> | null = null;
  private namesOfRegistration = 0;

  constructor(supervisor: Supervisor) {
    this.supervisor = supervisor;
    this.made = new Map(supervisor.parts.store.loadGroups().map((group) => [keyOf(group), group]));
  }

  /** All of them; a file's wins over one of the same name that was made through the API. */
  all(): GroupDefinition[] {
    const groups = new Map(this.made);
    for (const { groups: declared } of this.supervisor.manifests.values()) for (const group of declared) groups.set(keyOf(group), group);
    return [...groups.values()];
  }

  /** Names of the groups that a process is in. */
  namesOf({ definition }: Supervised): readonly string[] {
    const { registrations } = this.supervisor.dependencies;
    if (this.names === null || this.namesOfRegistration !== registrations) {
      this.names = this.gatherNames();
      this.namesOfRegistration = registrations;
    }
    return this.names.get(keyOf(definition)) ?? NO_NAMES;
  }

  private gatherNames(): Map<string, string[]> {
    const names = new Map<string, string[]>();
    for (const { project, name, processes } of this.all()) {
      for (const member of new Set(processes)) {
        const key = keyOf({ project, name: member });
        const of = names.get(key);
        if (of) of.push(name);
        else names.set(key, [name]);
      }
    }
    return names;
  }

  /** All instances of all processes of a group; one that is no longer registered is left out. */
  membersOf({ project, processes }: GroupDefinition): Supervised[] {
    return processes.flatMap((name) => this.supervisor.dependencies.instancesOf(project, name));
  }

  /** The group that a name or `project/name` means; null when there is none. Throws USAGE when several projects have it. */
  find(name: string): GroupDefinition | null {
    const found = this.all().filter((group) => group.name === name || keyOf(group) === name);
    if (found.length <= 1) return found[0] ?? null;
    const keys = found.map((group) => keyOf(group));
    throw new GhostError("USAGE", `cannot tell which ${name} is meant: ${keys.join(" and ")} are groups`, { hint: `write ${keys[0]}` });
  }

  /** Makes a group, or changes one that was made so. Durable when it returns. Throws USAGE, NAME_TAKEN or NOT_FOUND, and NO_SPACE and the like. */
  create(request: GroupRequest): GroupDefinition {
    const group = this.checked(request);
    this.save(new Map(this.made).set(keyOf(group), group));
    return group;
  }

  /** Forgets a group that was made through the API; its processes stay. Durable when it returns. Throws NOT_FOUND, USAGE for one of a file, and NO_SPACE and the like. */
  remove(name: string): void {
    const group = this.find(name);
    if (!group) throw new GhostError("NOT_FOUND", `cannot find ${name}: no group has that name`, { hint: "ghost group list" });
    const left = new Map(this.made);
    if (!left.delete(keyOf(group)))
      throw new GhostError("USAGE", `cannot delete group ${name}: ${group.source?.file ?? "a file"} declares it`, {
        hint: "remove it there and run: ghost register",
      });
    this.save(left);
  }

  view(group: GroupDefinition): GroupView {
    const members = this.membersOf(group);
    const unready = members.filter((process) => !isSettled(process));
    return {
      project: group.project,
      name: group.name,
      startup: group.startup,
      origin: this.made.get(keyOf(group)) === group ? "api" : "file",
      processes: group.processes,
      status: statusOfGroup(members),
      total: members.length,
      ready: members.length - unready.length,
      unhealthy: members.filter((process) => statusOf(process.machine) === "unhealthy").length,
      waiting: unready.map((process) => ({
        name: process.definition.name,
        instance: process.instance,
        status: statusOf(process.machine),
        for: waitingFor(this.supervisor, process),
        crashLooping: isFalling(process.machine, process.definition.restart.resetAfterMs),
      })),
    };
  }

  private checked({ name, project, processes, startup = "dependency" }: GroupRequest): GroupDefinition {
    const problem = nameProblem(name);
    if (problem !== null) throw new GhostError("USAGE", `cannot make group ${name}: ${problem}`);
    if (this.made.size >= GROUPS_MAX) throw new GhostError("USAGE", `cannot make group ${name}: a home holds at most ${GROUPS_MAX}`);
    const found = processes.map((process) => this.findMember(name, process, project));
    const own = project ?? found[0]?.definition.project;
    if (own === undefined) throw new GhostError("USAGE", `cannot make group ${name}: it has no processes`);
    const stranger = found.find(({ definition }) => definition.project !== own);
    if (stranger) throw new GhostError("USAGE", `cannot make group ${name}: ${stranger.key} is of another project than ${own}`);
    const taken = this.supervisor.processes.has(keyOf({ project: own, name })) || this.isDeclared({ project: own, name });
    if (taken) throw new GhostError("NAME_TAKEN", `cannot make group ${name}: ${own} has that name already`);
    return { name, project: own, processes: [...new Set(found.map(({ definition }) => definition.name))], startup, source: null };
  }

  private findMember(group: string, name: string, project: string | undefined): Supervised {
    const found = this.supervisor
      .listed()
      .find(
        ({ definition, instance }) =>
          instance === 0 &&
          (keyOf(definition) === name || (definition.name === name && (project ?? definition.project) === definition.project)),
      );
    if (found) return found;
    throw new GhostError("NOT_FOUND", `cannot make group ${group}: no process is called ${name}`, { hint: "ghost list" });
  }

  private isDeclared(group: { project: string; name: string }): boolean {
    return this.all().some((other) => keyOf(other) === keyOf(group) && !this.made.has(keyOf(other)));
  }

  /** On disk first: what cannot be kept is not acknowledged. */
  private save(made: ReadonlyMap<string, GroupDefinition>): void {
    this.supervisor.parts.store.saveGroups([...made.values()]);
    this.made = made;
    this.names = null;
  }
}

/** As it should be: ready and not about to fall over again, or a one-shot that ended well. */
function isSettled({ machine, definition }: Supervised): boolean {
  if (isReady(machine)) return !isFalling(machine, definition.restart.resetAfterMs);
  return machine.state.at === "exited" && machine.lastExit !== null && succeeded(machine.lastExit, definition.restart);
}

/** It keeps falling over, and its current run is not yet one that counts as stable. */
function isFalling(machine: Machine, stableMs: number): boolean {
  const nowMs = Date.now();
  return machine.desired === "up" && isCrashLooping(machine, nowMs) && nowMs - (machine.startedMs ?? nowMs) < stableMs;
}

function statusOfGroup(members: readonly Supervised[]): GroupView["status"] {
  const statuses = members.map(({ machine }) => statusOf(machine));
  if (statuses.some((status) => status === "failed" || status === "unhealthy")) return "failed";
  if (members.some(({ machine, definition }) => isFalling(machine, definition.restart.resetAfterMs))) return "failed";
  if (statuses.some((status) => status === "waiting" || status === "starting" || status === "backoff")) return "starting";
  if (members.length > 0 && members.every(isSettled)) return "up";
  return members.every(({ machine }) => machine.state.at === "stopped" || machine.state.at === "exited") ? "stopped" : "partial";
}
