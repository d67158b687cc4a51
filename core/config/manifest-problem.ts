import { findCycle } from "../graph/order.ts";
import type { Dependency, GroupDefinition, Manifest, ProcessDefinition } from "./definition.ts";
import { describeCircle, suggestProcess, whyNever } from "./dependency-rules.ts";
import { PROCESSES_MAX } from "./limits.ts";
import { shareListener } from "./port-clashes.ts";

/** What keeps a manifest from being registered. */
export interface ManifestProblem {
  /** Where in the manifest: `processes[1].dependsOn[0]`. */
  readonly at: string;
  /** A sentence without its full stop. */
  readonly message: string;
  readonly hint?: string;
}

/**
 * The first thing in a manifest that no file could declare, though every part of it has its shape: the parser reports the same of files, with places;
 * this is for manifests that somebody else made. Null where there is none.
 */
export function manifestProblem({ project, processes, groups }: Manifest): ManifestProblem | null {
  return new Examiner(project, processes, groups).firstProblem();
}

class Examiner {
  private readonly project: string;
  private readonly processes: readonly ProcessDefinition[];
  private readonly groups: readonly GroupDefinition[];
  private readonly byName: ReadonlyMap<string, ProcessDefinition>;
  private readonly groupNames: ReadonlySet<string>;

  constructor(project: string, processes: readonly ProcessDefinition[], groups: readonly GroupDefinition[]) {
    this.project = project;
    this.processes = processes;
    this.groups = groups;
    this.byName = new Map(processes.map((definition) => [definition.name, definition]));
    this.groupNames = new Set(groups.map(({ name }) => name));
  }

  firstProblem(): ManifestProblem | null {
    return (
      this.tooMany() ??
      this.strangersAndTwins("processes", this.processes) ??
      this.strangersAndTwins("groups", this.groups) ??
      firstOf(this.processes, (definition, index) => this.ofDependencies(definition, `processes[${index}].dependsOn`)) ??
      this.circle() ??
      this.sharedListener() ??
      firstOf(this.groups, (group, index) => this.ofGroup(group, `groups[${index}]`))
    );
  }

  private tooMany(): ManifestProblem | null {
    const count = this.processes.reduce((sum, { instances }) => sum + instances, 0);
    if (count <= PROCESSES_MAX) return null;
    return { at: "processes", message: `cannot register more than ${PROCESSES_MAX} processes at once, instances counted` };
  }

  private strangersAndTwins(key: string, declared: readonly { readonly name: string; readonly project: string }[]): ManifestProblem | null {
    const first = new Map<string, number>();
    return firstOf(declared, ({ name, project }, index) => {
      const at = `${key}[${index}]`;
      if (project !== this.project)
        return { at: `${at}.project`, message: `cannot register ${name}: its project is ${project}, the manifest's is ${this.project}` };
      const twin = first.get(name);
      first.set(name, index);
      return twin === undefined ? null : { at: `${at}.name`, message: `cannot use the name ${name} twice: ${key}[${twin}] has it` };
    });
  }

  private ofDependencies({ name, dependsOn }: ProcessDefinition, at: string): ManifestProblem | null {
    const found = new Set<string>();
    return firstOf(dependsOn, (dependency, index) => {
      const problem = found.has(dependency.name)
        ? { message: `cannot let ${name} depend on ${dependency.name} twice` }
        : this.ofDependency(name, dependency);
      found.add(dependency.name);
      return problem && { at: `${at}[${index}]`, ...problem };
    });
  }

  private ofDependency(dependent: string, { name, condition }: Dependency): Omit<ManifestProblem, "at"> | null {
    if (name === dependent) return { message: `cannot let ${dependent} depend on itself`, hint: "remove it" };
    const other = this.byName.get(name);
    if (!other)
      return {
        message: `cannot let ${dependent} depend on ${name}: there is no process of this name`,
        hint: suggestProcess(name, this.groupNames, this.byName.keys()),
      };
    const why = whyNever(condition, other);
    return why && { message: `cannot let ${dependent} wait until ${name} is ${condition}: ${why[0]}`, hint: why[1] };
  }

  private circle(): ManifestProblem | null {
    const path = findCycle(this.processes.map(({ name, dependsOn }) => ({ key: name, needs: dependsOn.map((each) => each.name) })));
    if (!path) return null;
    const steps = path.slice(1).map((name, index) => `${path[index]} needs ${name}`);
    const index = this.processes.findIndex(({ name }) => name === path[0]);
    return { at: `processes[${index}].dependsOn`, ...describeCircle(steps) };
  }

  private sharedListener(): ManifestProblem | null {
    const owners = new Map<number, ProcessDefinition[]>();
    return firstOf(this.processes, (definition, index) => {
      const { listen } = definition;
      if (!listen || listen.portFrom !== undefined) return null;
      const others = owners.get(listen.port) ?? [];
      owners.set(listen.port, [...others, definition]);
      const other = others.find((each) => each.listen && shareListener(each.listen, listen));
      return other
        ? {
            at: `processes[${index}].listen`,
            message: `cannot listen on port ${listen.port} for ${definition.name}: ${other.name} has that listener`,
          }
        : null;
    });
  }

  private ofGroup({ name, processes }: GroupDefinition, at: string): ManifestProblem | null {
    if (this.byName.has(name))
      return { at: `${at}.name`, message: `cannot call the group ${name}: a process is called so, and commands take either` };
    if (processes.length === 0) return { at: `${at}.processes`, message: `cannot register group ${name}: it has no processes` };
    return firstOf(processes, (member, index) => {
      const problem = this.byName.has(member)
        ? processes.indexOf(member) < index && "it is given twice"
        : "there is no process of this name";
      return problem ? { at: `${at}.processes[${index}]`, message: `cannot put ${member} into group ${name}: ${problem}` } : null;
    });
  }
}

function firstOf<T>(items: readonly T[], look: (item: T, index: number) => ManifestProblem | null): ManifestProblem | null {
  for (const [index, item] of items.entries()) {
    const problem = look(item, index);
    if (problem) return problem;
  }
  return null;
}
