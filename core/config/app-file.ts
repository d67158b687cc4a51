import type { AppConfiguration } from "./app-configuration.ts";
import { type AppMap, readAppMap } from "./app-map.ts";
import { APPS_PROJECT } from "./app-project.ts";
import { type Diagnostic, inFileOrder, Report } from "./diagnostics.ts";
import type { Draft } from "./drafts.ts";
import type { Reading } from "./fields.ts";
import type { Variables } from "./interpolate.ts";
import { linkPorts } from "./link-ports.ts";
import { reportListenerChecks } from "./listener-checks.ts";
import { type Places, placesOf } from "./places.ts";
import { directoryOf } from "./posix-path.ts";
import { readApp } from "./read-app.ts";
import { SecretKeeper } from "./secret-keeper.ts";
import type { SourceText } from "./source-text.ts";

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
export function parseAppFile(source: SourceText, context: AppContext): AppFile {
  const reading: Reading = { report: new Report(), secrets: new SecretKeeper(), variables: context.environment };
  const map = readAppMap(source, context.environment, reading);
  if (!map) return { app: null, diagnostics: reading.report.diagnostics, places: placesOf([]), secrets: {} };
  const read = readFileMap(map, source.path, context, reading);
  const app = (!reading.report.failed && read.app) || null;
  return {
    app,
    diagnostics: inFileOrder(reading.report.diagnostics, [source.path]),
    places: placesOf([read.draft]),
    secrets: app ? reading.secrets.valuesUsedBy([app.process, app.args]) : {},
  };
}

function readFileMap(
  { fields, draftOf }: AppMap,
  path: string,
  context: AppContext,
  reading: Reading,
): { readonly app: AppConfiguration | undefined; readonly draft: Draft } {
  const project = context.project ?? APPS_PROJECT;
  const { app, draft } = readApp(fields, { file: path, project, folderName: context.folderName ?? directoryOf(path), reading, draftOf });
  const [linked] = linkPorts([{ draft, definition: app && { ...app.process, executable: "", args: app.args, shell: false } }], reading);
  if (!app || !linked?.definition) return { app: undefined, draft };
  reportListenerChecks([linked], reading);
  const { executable: _executable, args, shell: _shell, ...process } = linked.definition;
  return { app: { ...app, args, process }, draft };
}
