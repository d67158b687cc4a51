import { type AppConfiguration, definitionOfApp } from "./app-configuration.ts";
import { mergeAppDraft, readAppMap } from "./app-map.ts";
import type { ProcessDefinition } from "./definition.ts";
import type { Draft } from "./drafts.ts";
import { type Field, type Reading, refuse } from "./fields.ts";
import { readApp } from "./read-app.ts";
import { readPath } from "./read-environment.ts";
import type { SourceText } from "./source-text.ts";

/** Gives the `.ghost.yaml` in a folder (absolute); null: there is none. Throws a GhostError for one that cannot be read. */
export type AppReader = (directory: string) => SourceText | null;

/** A process that is an app: what declares it, the app's file included, and what was read. */
export interface AppProcessRead {
  readonly draft: Draft;
  readonly definition: ProcessDefinition | undefined;
  readonly app: AppConfiguration | undefined;
}

/**
 * Reads a process whose `app` names a folder: what the app's `.ghost.yaml` says, and over it what the process says itself. What is executed is not known
 * yet: `executable` is empty.
 */
export function readAppProcess(draft: Draft, project: string, apps: AppReader, reading: Reading): AppProcessRead {
  const nothing = { draft, definition: undefined, app: undefined };
  const field = fieldOf(draft, reading);
  for (const key of ["executable", "command", "shell"] as const) {
    const other = draft.entries.get(key);
    if (other) refuse({ ...field, tree: other.value, what: `${key} of ${draft.name}` }, "app is given, too", "keep one of them");
  }
  const directory = readPath(field);
  const source = directory === undefined ? undefined : readSource(field, directory, apps);
  const map = source && readAppMap(source, { ...reading.variables, ...ownTexts(draft) }, reading);
  if (!source || !map) return nothing;
  const merged = mergeAppDraft(map, draft, source.path);
  const read = readApp(map.fields, { file: source.path, folderName: draft.name, id: draft.name, project, reading, draftOf: () => merged });
  if (!read.app) return { ...nothing, draft: read.draft };
  const app = { ...read.app, process: { ...read.app.process, source: { file: draft.place.file, line: draft.place.line } } };
  const definition = definitionOfApp(app, { executable: "", args: app.args, environment: {} });
  return { draft: read.draft, definition: { ...definition, dependsOn: [] }, app };
}

function fieldOf(draft: Draft, reading: Reading): Field {
  const entry = draft.entries.get("app");
  if (!entry) throw new Error(`${draft.name} is no app`);
  return { tree: entry.value, what: `app of ${draft.name}`, reading };
}

function readSource(field: Field, directory: string, apps: AppReader): SourceText | undefined {
  const source = apps(directory);
  return source ?? refuse(field, "there is no .ghost.yaml in it", "name the app's folder; `ghost create` makes one");
}

function ownTexts(draft: Draft): Record<string, string> {
  const tree = draft.entries.get("environment")?.value;
  const entries = tree?.kind === "map" ? [...tree.entries.values()] : [];
  return Object.fromEntries(entries.flatMap(({ key, value }) => (value.kind === "scalar" && !value.broken ? [[key, value.text]] : [])));
}
