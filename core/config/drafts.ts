import type { Place } from "./diagnostics.ts";
import { type Reading, readText, refuse } from "./fields.ts";
import { PROCESS_KEYS } from "./key-tables.ts";
import { hasUnknownKey, readKeys } from "./keys.ts";
import { nameProblem, sanitizeName } from "./names.ts";
import { environmentMap } from "./read-environment.ts";
import type { MapEntry, MapTree, Tree } from "./yaml-tree.ts";

export type ProcessKey = keyof typeof PROCESS_KEYS;

/** A process as the files declare it, before its values are read. */
export interface Draft {
  readonly name: string;
  /** Where it was first declared. */
  readonly place: Place;
  readonly entries: ReadonlyMap<ProcessKey, MapEntry>;
  /** True for a second process of the same name in one file: an error, whose values are read for their own errors. */
  readonly twin: boolean;
  /** True when an unknown key was reported: a missing one is then no news. */
  readonly misspelt: boolean;
}

/** The processes that one file declares, as a list or as a map by name. A name that is used twice in the file is an error. */
export function readDrafts(tree: Tree, reading: Reading): Draft[] {
  const field = { tree, what: "processes", reading };
  if (tree.kind === "scalar")
    refuse(field, "it must be a list of processes, or a map by name", "write `processes:` and below it `- name: …`");
  const drafts =
    tree.kind === "list"
      ? tree.items.map((item, index) => listed(item, index, reading))
      : tree.kind === "map"
        ? [...tree.entries.values()].map((entry) => keyed(entry, reading))
        : [];
  return markTwins(
    drafts.filter((draft) => draft !== undefined),
    reading,
  );
}

function listed(tree: Tree, index: number, reading: Reading): Draft | undefined {
  const what = `process ${index + 1}`;
  if (tree.kind !== "map") return refuse({ tree, what, reading }, "it must be a map", "write `- name: …` and below it `executable: …`");
  const name = tree.entries.get("name");
  const text = name && readText({ tree: name.value, what: `name of ${what}`, reading });
  if (!name) reading.report.error(tree.place, `cannot register ${what}: it has no name`, "add `name: …`");
  return draft(text, name?.value ?? tree, tree, tree.place, what, reading);
}

function keyed(entry: MapEntry, reading: Reading): Draft | undefined {
  const { key, place, value: tree } = entry;
  if (tree.kind !== "map")
    return refuse({ tree, what: `process ${key}`, reading }, "it must be a map", "write `executable: …` below its name");
  const inner = tree.entries.get("name");
  if (inner && !(inner.value.kind === "scalar" && inner.value.text === key))
    refuse({ tree: inner.value, what: `name of ${key}`, reading }, `the process is called ${key} already`, "remove the inner name");
  const spelt: Tree = { kind: "scalar", place, value: key, text: key, pieces: [], broken: false };
  return draft(key, spelt, tree, place, key, reading);
}

function draft(name: string | undefined, nameTree: Tree, tree: MapTree, place: Place, what: string, reading: Reading): Draft {
  const problem = name === undefined ? null : nameProblem(name);
  if (name !== undefined && problem !== null) {
    const valid = sanitizeName(name, "");
    refuse({ tree: nameTree, what: "a name", reading }, problem, valid && name !== "all" ? `${valid} would do` : "choose another name");
  }
  const entries = new Map(readKeys(tree, PROCESS_KEYS, "process", name ?? what, reading.report));
  const environment = entries.get("environment");
  if (environment)
    entries.set("environment", { ...environment, value: environmentMap(environment.value, `environment of ${name ?? what}`, reading) });
  return { name: name ?? what, place, entries, twin: false, misspelt: hasUnknownKey(tree, PROCESS_KEYS) };
}

function markTwins(drafts: readonly Draft[], reading: Reading): Draft[] {
  const first = new Map<string, Draft>();
  return drafts.map((draft) => {
    const twin = first.get(draft.name);
    if (!twin) first.set(draft.name, draft);
    const place = draft.entries.get("name")?.value.place ?? draft.place;
    if (twin)
      reading.report.error(
        place,
        `cannot use the name ${draft.name} twice: line ${twin.place.line} declares it already`,
        "give one of them another name",
      );
    return { ...draft, twin: twin !== undefined };
  });
}

/** Merges what files declare, in their order: of a process with the same name later keys win, and maps (environment, stop, …) merge key by key. */
export function mergeDrafts(files: readonly (readonly Draft[])[]): Draft[] {
  const merged = new Map<string, Draft>();
  for (const later of files.flat()) {
    const key = later.twin ? `${later.name} in line ${later.place.line}` : later.name;
    const earlier = merged.get(key);
    merged.set(
      key,
      earlier ? { ...earlier, misspelt: earlier.misspelt || later.misspelt, entries: mergeProcess(earlier.entries, later.entries) } : later,
    );
  }
  return [...merged.values()];
}

/** A later `command` replaces an earlier program with its arguments; a later `executable` an earlier `command`. */
function mergeProcess(earlier: Draft["entries"], later: Draft["entries"]): Draft["entries"] {
  const kept = new Map(earlier);
  if (later.has("command")) for (const key of ["executable", "args"] as const) kept.delete(key);
  if (later.has("executable")) kept.delete("command");
  return mergeEntries(kept, later);
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
