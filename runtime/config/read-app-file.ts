import { lstatSync, realpathSync } from "node:fs";
import { basename, join } from "node:path";
import { type AppConfiguration, definitionOfApp, ENTRIES } from "../../core/config/app-configuration.ts";
import { type AppContext, type AppFile, parseAppFile } from "../../core/config/app-file.ts";
import type { Manifest, ProcessDefinition } from "../../core/config/definition.ts";
import { type Diagnostic, formatDiagnostic, type Place, Report } from "../../core/config/diagnostics.ts";
import { GhostError } from "../../core/errors/ghost-error.ts";
import { launchOf } from "../apps/launch.ts";
import { lookAt } from "../system/look-at.ts";
import { checkFiles } from "./check-files.ts";
import { checkPatterns } from "./check-patterns.ts";
import { readConfigurationText } from "./read-text.ts";

/** The file that makes a folder an app. */
export const APP_FILE = ".ghost.yaml";

/** An app that can be run. */
export interface ReadApp {
  /** Its `entry` is known. */
  readonly app: AppConfiguration & { readonly entry: string };
  /** Of kind `ghost`. */
  readonly definition: ProcessDefinition;
  /** Values of secret references in the definition. */
  readonly secrets: Readonly<Record<string, string>>;
  readonly warnings: readonly Diagnostic[];
  /** The file as it stands. */
  readonly text: string;
  /** Where `depends_on` stands in it; undefined without. */
  readonly needsPlace: Place | undefined;
}

/** For whom an app is read, and where Ghost keeps what it needs to run it. */
export interface ReadAppContext extends AppContext {
  /** Root of the home. */
  readonly home: string;
}

/**
 * Whether a folder is an app's: it holds something called `.ghost.yaml`. Also where that cannot be told (a folder that may not be entered, links in a circle): whoever
 * reads it says why.
 */
export function isAppDirectory(directory: string): boolean {
  try {
    return lstatSync(join(directory, APP_FILE), { throwIfNoEntry: false }) !== undefined;
  } catch (error) {
    return !["ENOTDIR", "ENAMETOOLONG"].includes((error as NodeJS.ErrnoException).code ?? "");
  }
}

/**
 * Reads the app in a folder (absolute) and checks it against the disk. Throws CONFIG_NOT_FOUND, or CONFIG_INVALID with
 * `details.diagnostics`.
 */
export async function readApp(directory: string, context: ReadAppContext): Promise<ReadApp> {
  const path = join(directory, APP_FILE);
  return readAppText(directory, readConfigurationText(path).text, context);
}

/** The same of a text that is, or once was, the folder's file. */
export async function readAppText(directory: string, text: string, context: ReadAppContext): Promise<ReadApp> {
  const parsed = parseIn(directory, text, context);
  const path = join(directory, APP_FILE);
  const { app } = parsed;
  const entry = app && findEntry(app, parsed);
  if (!app || !entry || typeof entry !== "string") throw invalid(path, [...parsed.diagnostics, ...(Array.isArray(entry) ? entry : [])]);
  const whole = { ...app, entry };
  const definition = definitionOfApp(whole, launchOf(whole, context.home));
  const checked = await check(definition, parsed, context);
  const diagnostics = [...parsed.diagnostics, ...checked];
  if (diagnostics.some(isError)) throw invalid(path, diagnostics);
  return {
    app: whole,
    definition,
    secrets: parsed.secrets,
    warnings: diagnostics,
    text,
    needsPlace: parsed.places.get(`${app.id}.depends_on`),
  };
}

/** An app of another user is read by its real path: the home, through which a link leads to it, may be closed to that user. */
function parseIn(directory: string, text: string, context: ReadAppContext): AppFile {
  const parse = (folder: string): AppFile =>
    parseAppFile({ path: join(folder, APP_FILE), text }, { folderName: basename(directory), ...context });
  const parsed = parse(directory);
  return (parsed.app?.process.user ?? null) === null ? parsed : parse(realpathSync(directory));
}

/** The entry, or what is wrong with it. */
export function findEntry(app: AppConfiguration, { places }: Pick<AppFile, "places">): string | readonly Diagnostic[] {
  const report = new Report();
  const place: Place = app.entryPlace ?? places.get(app.id) ?? { file: app.file, line: 1, column: 1 };
  const entry = app.entry ?? ENTRIES.find((name) => isFile(join(app.directory, name)));
  if (entry === undefined)
    report.error(place, `cannot run ${app.id}: its folder has no ${ENTRIES.join(", ")}`, "write `entry: FILE`, the file that is run");
  else if (!isFile(join(app.directory, entry)))
    report.error(place, `cannot use ${entry} as entry: ${whyNoFile(app.directory, entry)}`, "correct `entry`");
  else return entry;
  return report.diagnostics;
}

function whyNoFile(directory: string, entry: string): string {
  const { stats, why } = lookAt(join(directory, entry));
  if (stats) return stats.isDirectory() ? "it is a directory" : "it is not a regular file";
  return why.kind === "missing" ? `there is no such file in ${directory}` : why.text;
}

function isFile(path: string): boolean {
  return lookAt(path).stats?.isFile() ?? false;
}

async function check(definition: ProcessDefinition, { places, secrets }: AppFile, { environment }: AppContext): Promise<Diagnostic[]> {
  const { name, project } = definition;
  const file = definition.source?.file ?? name;
  const path = environment.PATH ?? "";
  const manifest: Manifest = { id: file, project, files: [file], processes: [definition], groups: [], path, secrets };
  return [...checkFiles(manifest, places), ...(await checkPatterns(manifest, places))];
}

function isError(diagnostic: Diagnostic): boolean {
  return diagnostic.severity === "error";
}

function invalid(path: string, diagnostics: readonly Diagnostic[]): GhostError {
  const first = diagnostics.find(isError);
  return new GhostError("CONFIG_INVALID", first ? formatDiagnostic(first) : `cannot read ${path}`, {
    hint: first?.hint,
    details: { diagnostics },
  });
}
