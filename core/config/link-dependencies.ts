import { findCycle } from "../graph/order.ts";
import type { Dependency, ProcessDefinition } from "./definition.ts";
import type { Place, Report } from "./diagnostics.ts";
import type { Draft } from "./drafts.ts";
import type { Reading } from "./fields.ts";
import { type DeclaredDependency, readDependencies } from "./read-dependencies.ts";
import { nearest } from "./suggest.ts";

/** A process that was read, beside what declares it; without a definition after an error in it. */
export interface ReadProcess {
  readonly draft: Draft;
  readonly definition: ProcessDefinition | undefined;
}

/** At most this many steps of a circle are told, in processes: nobody reads more, and a file may hold thousands. */
const CIRCLE_SHOWN_MAX = 20;

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
      this.report.error(place, `cannot let ${dependent} depend on ${name}: there is no process of this name`, this.suggest(name));
    else return true;
    return false;
  }

  private suggest(name: string): string {
    if (this.groups.has(name)) return `${name} is a group: name its processes`;
    const near = nearest(name, this.byName.keys());
    return near === null ? "declare it in this file, or register both files together" : `did you mean ${near}?`;
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
    const told = steps.slice(0, CIRCLE_SHOWN_MAX).map(({ from, name, place }) => `${from} needs ${name} (${shown(place)})`);
    const rest = steps.length > told.length ? `, and ${steps.length - told.length} more steps` : "";
    const place = steps[0]?.place;
    if (place)
      this.report.error(
        place,
        `cannot order the processes, for they need each other: ${told.join(", ")}${rest}`,
        "remove one of these depends_on",
      );
  }

  private placeOf(from: string, name: string): Place | undefined {
    return this.needs.get(from)?.find((dependency) => dependency.name === name)?.place;
  }
}

function shown(place: Place | undefined): string {
  return place ? `${place.file}:${place.line}` : "";
}

/** What the bare form means: healthy if the other has a check, completed if it is a one-shot, else started. */
function bareCondition(other: ProcessDefinition): Dependency["condition"] {
  if (other.healthCheck) return "healthy";
  return other.type === "oneshot" ? "completed" : "started";
}

/** Why a condition can never hold, with the remedy; null when it can. */
function whyNever(condition: Dependency["condition"], other: ProcessDefinition): readonly [string, string] | null {
  const { name, type, healthCheck } = other;
  if (condition === "healthy" && !healthCheck)
    return ["it has no health_check", `give ${name} a health_check, or write ${type === "oneshot" ? "completed" : "started"}`];
  if (condition === "completed" && type === "service")
    return ["a service does not complete", `give ${name} \`type: oneshot\`, or write ${healthCheck ? "healthy" : "started"}`];
  return null;
}
