import type { Place } from "./diagnostics.ts";
import { type Reading, readText, refuse } from "./fields.ts";
import type { Level } from "./foreign-keys.ts";
import type { KeyTable } from "./key-schemas.ts";
import { PROCESS_KEYS } from "./key-tables.ts";
import { hasUnknownKey, readKeys } from "./keys.ts";
import { nameProblem, sanitizeName } from "./names.ts";
import { GROUP_KEYS, PROBE_KINDS } from "./orchestration-keys.ts";
import { environmentMap } from "./read-environment.ts";
import type { MapEntry, MapTree, Tree } from "./yaml-tree.ts";

export type ProcessKey = keyof typeof PROCESS_KEYS;
export type GroupKey = keyof typeof GROUP_KEYS;

/** A process or a group as the files declare it, before its values are read. */
export interface Draft<Key extends string = ProcessKey> {
  readonly name: string;
  /** Where it was first declared. */
  readonly place: Place;
  readonly entries: ReadonlyMap<Key, MapEntry>;
  /** True for a second one of the same name in one file: an error, whose values are read for their own errors. */
  readonly twin: boolean;
  /** True when an unknown key was reported: a missing one is then no news. */
  readonly misspelt: boolean;
}

/** What is declared: which keys it has, and how messages speak of it. */
interface Sort<Key extends string> {
  readonly noun: "process" | "group";
  readonly plural: "processes" | "groups";
  readonly table: KeyTable & Readonly<Record<Key, unknown>>;
  readonly level: Level;
  /** What one must say at least, as hints. */
  readonly example: string;
  readonly listExample: string;
}

const PROCESS: Sort<ProcessKey> = {
  noun: "process",
  plural: "processes",
  table: PROCESS_KEYS,
  level: "process",
  example: "write `executable: …` below its name",
  listExample: "write `- name: …` and below it `executable: …`",
};
const GROUP: Sort<GroupKey> = {
  noun: "group",
  plural: "groups",
  table: GROUP_KEYS,
  level: "group",
  example: "write `processes: […]` below its name",
  listExample: "write `- name: …` and below it `processes: […]`",
};

/** The processes that one file declares, as a list or as a map by name. A name that is used twice in the file is an error. */
export function readDrafts(tree: Tree, reading: Reading): Draft[] {
  return new DraftReader(PROCESS, reading).read(tree).map((draft) => withEnvironmentMap(draft, reading));
}

/** The groups that one file declares, in the same forms. */
export function readGroupDrafts(tree: Tree, reading: Reading): Draft<GroupKey>[] {
  return new DraftReader(GROUP, reading).read(tree);
}

class DraftReader<Key extends string> {
  private readonly sort: Sort<Key>;
  private readonly reading: Reading;

  constructor(sort: Sort<Key>, reading: Reading) {
    this.sort = sort;
    this.reading = reading;
  }

  read(tree: Tree): Draft<Key>[] {
    const { noun, plural } = this.sort;
    const field = { tree, what: plural, reading: this.reading };
    if (tree.kind === "scalar")
      refuse(field, `it must be a list of ${plural}, or a map by name`, `write \`${plural}:\` and below it \`- name: …\``);
    const drafts =
      tree.kind === "list"
        ? tree.items.map((item, index) => this.listed(item, `${noun} ${index + 1}`))
        : tree.kind === "map"
          ? [...tree.entries.values()].map((entry) => this.keyed(entry))
          : [];
    return this.markTwins(drafts.filter((draft) => draft !== undefined));
  }

  private listed(tree: Tree, what: string): Draft<Key> | undefined {
    const { reading } = this;
    if (tree.kind !== "map") return refuse({ tree, what, reading }, "it must be a map", this.sort.listExample);
    const name = tree.entries.get("name");
    const text = name && readText({ tree: name.value, what: `name of ${what}`, reading });
    if (!name) reading.report.error(tree.place, `cannot register ${what}: it has no name`, "add `name: …`");
    return this.draft(text, name?.value ?? tree, tree, tree.place, what);
  }

  private keyed({ key, place, value: tree }: MapEntry): Draft<Key> | undefined {
    const { reading } = this;
    if (tree.kind !== "map") return refuse({ tree, what: `${this.sort.noun} ${key}`, reading }, "it must be a map", this.sort.example);
    const inner = tree.entries.get("name");
    if (inner && !(inner.value.kind === "scalar" && inner.value.text === key))
      refuse(
        { tree: inner.value, what: `name of ${key}`, reading },
        `the ${this.sort.noun} is called ${key} already`,
        "remove the inner name",
      );
    const spelt: Tree = { kind: "scalar", place, value: key, text: key, broken: false };
    return this.draft(key, spelt, tree, place, key);
  }

  private draft(name: string | undefined, nameTree: Tree, tree: MapTree, place: Place, what: string): Draft<Key> {
    const { reading } = this;
    const { table, level } = this.sort;
    const problem = name === undefined ? null : nameProblem(name);
    if (name !== undefined && problem !== null) {
      const valid = sanitizeName(name, "");
      refuse({ tree: nameTree, what: "a name", reading }, problem, valid && name !== "all" ? `${valid} would do` : "choose another name");
    }
    const entries = readKeys(tree, table, level, name ?? what, reading.report) as ReadonlyMap<Key, MapEntry>;
    return { name: name ?? what, place, entries, twin: false, misspelt: hasUnknownKey(tree, table) };
  }

  private markTwins(drafts: readonly Draft<Key>[]): Draft<Key>[] {
    const first = new Map<string, Draft<Key>>();
    return drafts.map((draft) => {
      const twin = first.get(draft.name);
      if (!twin) first.set(draft.name, draft);
      if (twin)
        this.reading.report.error(
          namePlace(draft),
          `cannot use the name ${draft.name} twice: line ${twin.place.line} declares it already`,
          "give one of them another name",
        );
      return { ...draft, twin: twin !== undefined };
    });
  }
}

/** Where the name of a process or group stands. */
export function namePlace(draft: Draft<string>): Place {
  return draft.entries.get("name")?.value.place ?? draft.place;
}

/** With `environment` as a map, so that it merges by its keys however it was written. */
export function withEnvironmentMap(draft: Draft, reading: Reading): Draft {
  const environment = draft.entries.get("environment");
  if (!environment || environment.value.kind === "map") return draft;
  const value = environmentMap(environment.value, `environment of ${draft.name}`, reading);
  return { ...draft, entries: new Map(draft.entries).set("environment", { ...environment, value }) };
}

/** Merges what files declare, in their order: of a process with the same name later keys win, and maps (environment, stop, …) merge key by key. */
export function mergeDrafts(files: readonly (readonly Draft[])[]): Draft[] {
  return merge(files, mergeProcess);
}

/** The same for groups: a later list of processes replaces an earlier one. */
export function mergeGroupDrafts(files: readonly (readonly Draft<GroupKey>[])[]): Draft<GroupKey>[] {
  return merge(files, mergeEntries<GroupKey>);
}

function merge<Key extends string>(
  files: readonly (readonly Draft<Key>[])[],
  join: (earlier: Draft<Key>["entries"], later: Draft<Key>["entries"]) => Draft<Key>["entries"],
): Draft<Key>[] {
  const merged = new Map<string, Draft<Key>>();
  for (const later of files.flat()) {
    const key = later.twin ? `${later.name} in line ${later.place.line}` : later.name;
    const earlier = merged.get(key);
    merged.set(
      key,
      earlier ? { ...earlier, misspelt: earlier.misspelt || later.misspelt, entries: join(earlier.entries, later.entries) } : later,
    );
  }
  return [...merged.values()];
}

/** A later `command` replaces an earlier program with its arguments; a later `executable` an earlier `command`. */
function mergeProcess(earlier: Draft["entries"], later: Draft["entries"]): Draft["entries"] {
  const kept = new Map(earlier);
  if (later.has("command")) for (const key of ["executable", "args"] as const) kept.delete(key);
  if (later.has("executable")) kept.delete("command");
  const check = kept.get("health_check");
  if (check) kept.set("health_check", withoutReplacedProbe(check, later.get("health_check")));
  return mergeEntries(kept, later);
}

/** A later way to ask replaces an earlier one: with both, the merged check would be an error. */
function withoutReplacedProbe(earlier: MapEntry, later: MapEntry | undefined): MapEntry {
  const asked = later?.value.kind === "map" ? later.value.entries : new Map<string, MapEntry>();
  if (earlier.value.kind !== "map" || !PROBE_KINDS.some((kind) => asked.has(kind))) return earlier;
  const entries = new Map([...earlier.value.entries].filter(([key]) => !PROBE_KINDS.some((kind) => kind === key)));
  return { ...earlier, value: { ...earlier.value, entries } };
}

function mergeEntries<Key extends string>(earlier: ReadonlyMap<Key, MapEntry>, later: ReadonlyMap<Key, MapEntry>): Map<Key, MapEntry> {
  const merged = new Map(earlier);
  for (const [key, entry] of later) {
    const before = merged.get(key)?.value;
    const { value } = entry;
    const both =
      before?.kind === "map" && value.kind === "map" ? { ...value, entries: mergeEntries(before.entries, value.entries) } : value;
    merged.set(key, { ...entry, value: both });
  }
  return merged;
}
