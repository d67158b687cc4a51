import { APP_PROCESS_KEYS, GHOST_FILE_KEYS } from "./app-keys.ts";
import { withOverrides } from "./app-overrides.ts";
import { type Draft, mergeDrafts, type ProcessKey, withEnvironmentMap } from "./drafts.ts";
import { MapFields, type Reading, refuse } from "./fields.ts";
import type { Variables } from "./interpolate.ts";
import { hasUnknownKey, readKeys } from "./keys.ts";
import { readNode } from "./read-node.ts";
import { isBlank, type SourceText } from "./source-text.ts";
import { type MapEntry, type MapTree, readYaml, type Tree } from "./yaml-tree.ts";

/** An app's file, its keys sorted, before its values are read. */
export interface AppMap {
  readonly fields: MapFields<keyof typeof GHOST_FILE_KEYS>;
  /** The keys of the process, under the name that it turns out to have. */
  readonly draftOf: (name: string) => Draft;
}

/** Reads a file's syntax and keys, with what `variables` override; the node's sections are looked at, too. Null after an error without which there is nothing. */
export function readAppMap({ path, text }: SourceText, variables: Variables, reading: Reading): AppMap | null {
  const plain = readTree(path, text, reading);
  if (!plain) return null;
  const tree = withOverrides(plain, { ...variables, ...textsOf(plain.entries.get("environment")?.value) }, reading.report);
  const entries = readKeys(tree, GHOST_FILE_KEYS, "app_file", "the file", reading.report);
  const fields = new MapFields(entries, (key) => key, reading);
  readNode(fields);
  const own = [...entries].filter(([key]) => Object.hasOwn(APP_PROCESS_KEYS, key)) as [ProcessKey, MapEntry][];
  const place = { file: path, line: 1, column: 1 };
  const misspelt = hasUnknownKey(tree, GHOST_FILE_KEYS);
  const draftOf = (name: string): Draft => withEnvironmentMap({ name, place, entries: new Map(own), twin: false, misspelt }, reading);
  return { fields, draftOf };
}

/** What a process says over what its app's file says; a working directory is the app's folder unless one of them says otherwise. */
export function mergeAppDraft(map: AppMap, draft: Draft, file: string): Draft {
  const [merged = draft] = mergeDrafts([[map.draftOf(draft.name)], [draft]]);
  const entries = new Map(merged.entries);
  entries.delete("app");
  return { ...merged, place: { file, line: 1, column: 1 }, entries, twin: draft.twin };
}

function readTree(path: string, text: string, reading: Reading): MapTree | null {
  const place = { file: path, line: 1, column: 1 };
  if (isBlank(text)) return { kind: "map", place, entries: new Map() };
  const tree = readYaml(path, text, reading.variables, reading.secrets, reading.report);
  if (!tree) return null;
  if (tree.kind === "map") return tree;
  return refuse({ tree, what: "the file", reading }, "it must be a map", "begin with `app:` and below it `name: …`") ?? null;
}

/** What the file itself says of its environment, as far as it is plain. */
function textsOf(tree: Tree | undefined): Variables {
  const entries = tree?.kind === "map" ? [...tree.entries.values()] : [];
  return Object.fromEntries(entries.flatMap(({ key, value }) => (value.kind === "scalar" && !value.broken ? [[key, value.text]] : [])));
}
