import { findCycle } from "../graph/order.ts";
import type { Dependency, ProcessDefinition } from "./definition.ts";
import { describeCircle, suggestProcess, whyNever } from "./dependency-rules.ts";
import type { Place, Report } from "./diagnostics.ts";
import type { Draft } from "./drafts.ts";
import type { Reading } from "./fields.ts";
import { type DeclaredDependency, readDependencies } from "./read-dependencies.ts";

/** A process that was read, beside what declares it; without a definition after an error in it. */
export interface ReadProcess {
  readonly draft: Draft;
  readonly definition: ProcessDefinition | undefined;
}

/**
 * Reads `depends_on` of all processes, now that all are known: names that nobody has, conditions that cannot hold and circles are reported, and the
 * bare form gets its meaning. `groups` are names that people may have meant.
 */
export function linkDependencies(read: readonly ReadProcess[], groups: ReadonlySet<string>, reading: Reading): ReadProcess[] {
  const linker = new Linker(read, groups, reading);
  const linked = read.map((process) => linker.link(process));
  linker.refuseCircle();
  return linked;
}

class Linker {
  private readonly byName: ReadonlyMap<string, ReadProcess>;
  private readonly groups: ReadonlySet<string>;
  private readonly reading: Reading;
  private readonly report: Report;
  /** What each process needs, with the places, for circles. */
  private readonly needs = new Map<string, readonly DeclaredDependency[]>();

  constructor(read: readonly ReadProcess[], groups: ReadonlySet<string>, reading: Reading) {
    this.byName = new Map(read.filter(({ draft }) => !draft.twin).map((process) => [process.draft.name, process]));
    this.groups = groups;
    this.reading = reading;
    this.report = reading.report;
  }

  link(process: ReadProcess): ReadProcess {
    const { draft, definition } = process;
    const entry = draft.entries.get("depends_on");
    if (!entry) return process;
    const declared = readDependencies({ tree: entry.value, what: `depends_on of ${draft.name}`, reading: this.reading });
    const known = declared.filter((dependency) => this.isKnown(dependency, draft.name));
    if (!draft.twin) this.needs.set(draft.name, known);
    const dependsOn = known.map((dependency) => this.resolve(dependency, draft.name));
    return { draft, definition: definition && { ...definition, dependsOn } };
  }

  private isKnown({ name, place }: DeclaredDependency, dependent: string): boolean {
    if (name === dependent) this.report.error(place, `cannot let ${dependent} depend on itself`, "remove it");
    else if (!this.byName.has(name))
      this.report.error(
        place,
        `cannot let ${dependent} depend on ${name}: there is no process of this name`,
        suggestProcess(name, this.groups, this.byName.keys()),
      );
    else return true;
    return false;
  }

  private resolve(dependency: DeclaredDependency, dependent: string): Dependency {
    const { name, condition, onLoss, conditionPlace } = dependency;
    const other = this.byName.get(name)?.definition;
    const why = condition && other ? whyNever(condition, other) : null;
    if (why) this.report.error(conditionPlace, `cannot let ${dependent} wait until ${name} is ${condition}: ${why[0]}`, why[1]);
    return { name, condition: condition ?? (other ? bareCondition(other) : "started"), onLoss };
  }

  /** The first circle, each step with its place. */
  refuseCircle(): void {
    const nodes = [...this.needs].map(([key, needs]) => ({ key, needs: needs.map(({ name }) => name) }));
    const circle = findCycle(nodes);
    if (!circle) return;
    const steps = circle
      .slice(1)
      .map((name, index) => ({ from: circle[index] ?? "", name, place: this.placeOf(circle[index] ?? "", name) }));
    const { message, hint } = describeCircle(steps.map(({ from, name, place }) => `${from} needs ${name} (${shown(place)})`));
    const place = steps[0]?.place;
    if (place) this.report.error(place, message, hint);
  }

  private placeOf(from: string, name: string): Place | undefined {
    return this.needs.get(from)?.find((dependency) => dependency.name === name)?.place;
  }
}

function shown(place: Place | undefined): string {
  return place ? `${place.file}:${place.line}` : "";
}

/** What the bare form means: healthy if the other has a check, completed if it is a one-shot, else started. */
export function bareCondition(other: Pick<ProcessDefinition, "healthCheck" | "type">): Dependency["condition"] {
  if (other.healthCheck) return "healthy";
  return other.type === "oneshot" ? "completed" : "started";
}
