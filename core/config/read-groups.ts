import type { GroupDefinition } from "./definition.ts";
import { type Draft, type GroupKey, namePlace } from "./drafts.ts";
import { type Field, MapFields, type Reading, readChoice, readText, refuse } from "./fields.ts";
import { nearest } from "./suggest.ts";

/** Names that a group may hold, and those that it may be meant for. */
interface Names {
  readonly processes: ReadonlyMap<string, Draft>;
  readonly groups: ReadonlySet<string>;
}

const STARTUPS = ["dependency", "sequential", "parallel"] as const;
const STARTUP_ANSWERS = {
  serial: "write sequential",
  concurrent: "write parallel",
  ordered: "write dependency",
  graph: "write dependency",
};

/** Reads the groups: their members must be processes of the files, and their names must be nobody else's. */
export function readGroups(
  drafts: readonly Draft<GroupKey>[],
  processes: readonly Draft[],
  project: string,
  reading: Reading,
): GroupDefinition[] {
  const names: Names = {
    processes: new Map(processes.map((draft) => [draft.name, draft])),
    groups: new Set(drafts.map((draft) => draft.name)),
  };
  return drafts.map((draft) => readGroup(draft, names, project, reading));
}

function readGroup(draft: Draft<GroupKey>, names: Names, project: string, reading: Reading): GroupDefinition {
  const { name, place } = draft;
  refuseTakenName(draft, names, reading);
  const map = new MapFields<GroupKey>(draft.entries, (key) => `${key} of group ${name}`, reading);
  if (!map.has("processes") && !draft.misspelt)
    reading.report.error(place, `cannot register group ${name}: it has no processes`, "add `processes: [NAME, …]`");
  return {
    name,
    project,
    processes: map.read("processes", (field) => readMembers(field, names), []),
    startup: map.read("startup", (field) => readChoice(field, STARTUPS, STARTUP_ANSWERS), "dependency" as const),
    source: { file: place.file, line: place.line },
  };
}

function refuseTakenName(draft: Draft<GroupKey>, { processes }: Names, { report }: Reading): void {
  const process = processes.get(draft.name);
  if (!process) return;
  const { file, line } = namePlace(process);
  const why = `a process is called so (${file}:${line}), and commands take either`;
  report.error(namePlace(draft), `cannot call the group ${draft.name}: ${why}`, "give one of them another name");
}

function readMembers(field: Field, names: Names): string[] | undefined {
  const { tree } = field;
  if (tree.kind === "map") return refuse(field, "it must be a list of names");
  const found = new Set<string>();
  for (const item of tree.kind === "list" ? tree.items : [tree]) {
    const member = { ...field, tree: item };
    const name = readText(member);
    if (name === undefined) continue;
    if (!names.processes.has(name)) refuse(member, "there is no process of this name", suggest(name, names));
    else if (found.has(name)) refuse(member, "it is given twice", "remove one of them");
    else found.add(name);
  }
  if (tree.kind === "list" && tree.items.length === 0) return refuse(field, "it is empty", "name at least one process");
  return [...found];
}

function suggest(name: string, { processes, groups }: Names): string {
  if (groups.has(name)) return `${name} is a group: a group holds processes, name them`;
  const near = nearest(name, processes.keys());
  return near === null ? "declare it under `processes:`, or register both files together" : `did you mean ${near}?`;
}
