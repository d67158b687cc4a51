import type { AppConfiguration } from "./app-configuration.ts";
import { APP_PROCESS_KEYS, GHOST_FILE_KEYS } from "./app-keys.ts";
import { withOverrides } from "./app-overrides.ts";
import { APPS_PROJECT } from "./app-project.ts";
import { type Diagnostic, inFileOrder, Report } from "./diagnostics.ts";
import { type Draft, type ProcessKey, withEnvironmentMap } from "./drafts.ts";
import { MapFields, type Reading, refuse } from "./fields.ts";
import type { Variables } from "./interpolate.ts";
import { hasUnknownKey, readKeys } from "./keys.ts";
import { linkPorts } from "./link-ports.ts";
import { reportListenerChecks } from "./listener-checks.ts";
import { type Places, placesOf } from "./places.ts";
import { directoryOf } from "./posix-path.ts";
import { readApp } from "./read-app.ts";
import { readNode } from "./read-node.ts";
import { SecretKeeper } from "./secret-keeper.ts";
import { isBlank, type SourceText } from "./source-text.ts";
import { type MapTree, readYaml, type Tree } from "./yaml-tree.ts";

/** For whom an app's file is read. */
export interface AppContext {
  /** Fills `${VAR}` and `inherit`, and overrides values by `GHOST_…` (see `withOverrides`). */
  readonly environment: Variables;
  /** Default `APPS_PROJECT`. */
  readonly project?: string;
  /** The folder's name, where the file's path tells another one: the app's folder may be a link. */
  readonly folderName?: string;
}

/** What an app's file says, or why it cannot be used. */
export interface AppFile {
  /** Null when one of the diagnostics is an error. */
  readonly app: AppConfiguration | null;
  readonly diagnostics: readonly Diagnostic[];
  /** For checks against the disk: `ID` and `ID.KEY`. */
  readonly places: Places;
  /** Values of secret references in `app.process`. */
  readonly secrets: Readonly<Record<string, string>>;
}

/**
 * Reads an app's `.ghost.yaml`. An empty one is all defaults; the node's sections may stand in it, too. Pure. Dependencies on processes
 * that the file does not know are kept as they are: whoever has the others looks at them.
 */
export function parseAppFile({ path, text }: SourceText, context: AppContext): AppFile {
  const reading: Reading = { report: new Report(), secrets: new SecretKeeper(), variables: context.environment };
  const tree = readTree(path, text, reading);
  if (!tree) return { app: null, diagnostics: reading.report.diagnostics, places: placesOf([]), secrets: {} };
  const map = withOverrides(tree, { ...context.environment, ...textsOf(tree.entries.get("environment")?.value) });
  const read = readFileMap(map, path, context, reading);
  const app = (!reading.report.failed && read.app) || null;
  return {
    app,
    diagnostics: inFileOrder(reading.report.diagnostics, [path]),
    places: placesOf([read.draft]),
    secrets: app ? reading.secrets.valuesUsedBy([app.process, app.args]) : {},
  };
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

function readFileMap(
  tree: MapTree,
  path: string,
  context: AppContext,
  reading: Reading,
): { readonly app: AppConfiguration | undefined; readonly draft: Draft } {
  const entries = readKeys(tree, GHOST_FILE_KEYS, "app_file", "the file", reading.report);
  const map = new MapFields(entries, (key) => key, reading);
  readNode(map);
  const project = context.project ?? APPS_PROJECT;
  const { app, draft } = readApp(map, { file: path, project, folderName: context.folderName ?? directoryOf(path), reading, draftOf });
  const [linked] = linkPorts([{ draft, definition: app && { ...app.process, executable: "", args: app.args, shell: false } }], reading);
  if (!app || !linked?.definition) return { app: undefined, draft };
  reportListenerChecks([linked], reading);
  const { executable: _executable, args, shell: _shell, ...process } = linked.definition;
  return { app: { ...app, args, process }, draft };

  function draftOf(name: string): Draft {
    const own = [...entries].filter(([key]) => Object.hasOwn(APP_PROCESS_KEYS, key)) as [ProcessKey, never][];
    const place = { file: path, line: 1, column: 1 };
    const draft = { name, place, entries: new Map(own), twin: false, misspelt: hasUnknownKey(tree, GHOST_FILE_KEYS) };
    return withEnvironmentMap(draft, reading);
  }
}
