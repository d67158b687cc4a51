import { existsSync, statSync } from "node:fs";
import { homedir } from "node:os";
import { join, resolve } from "node:path";
import type { Manifest } from "../../core/config/definition.ts";
import { type Diagnostic, formatDiagnostic, inFileOrder } from "../../core/config/diagnostics.ts";
import { parseProcessesFiles } from "../../core/config/processes-file.ts";
import { GhostError } from "../../core/errors/ghost-error.ts";
import { checkFiles } from "./check-files.ts";
import { checkPatterns } from "./check-patterns.ts";
import { launchApps, readAppSource } from "./launch-apps.ts";
import { usePython3 } from "./python3.ts";
import { readConfigurationText } from "./read-text.ts";

/** Looked for in this order when no file is named. JSON is YAML, too. */
export const DEFAULT_FILES = ["processes.yaml", "processes.yml", "processes.json"] as const;

/** Where and for whom files are read. */
export interface ReadingContext {
  /** Absolute; relative paths are taken from it, and the default file is looked for in it. */
  readonly directory: string;
  /** Of whoever registers. */
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** Root of the home, where the runtime of apps is kept; default: as the environment says. */
  readonly home?: string;
}

/** A manifest that can be registered, and what is doubtful in it. */
export interface ReadManifest {
  readonly manifest: Manifest;
  readonly warnings: readonly Diagnostic[];
}

/**
 * Reads the named files (merged in order), or the folder's own `processes.yaml`, and checks them against the disk. Throws CONFIG_NOT_FOUND,
 * or CONFIG_INVALID whose `details.diagnostics` holds all that is wrong, errors and warnings. `narrow` takes out of what the files declare
 * what is wanted of it: what the rest names on disk may be missing.
 */
export async function readManifest(
  paths: readonly string[],
  context: ReadingContext,
  narrow: (manifest: Manifest) => Manifest = (manifest) => manifest,
): Promise<ReadManifest> {
  const files = fileNamesOrDefault(paths, context.directory).map((path) => readConfigurationText(path));
  const parsed = parseProcessesFiles(files, { ...context, apps: readAppSource });
  if (!parsed.manifest) throw invalid(parsed.diagnostics);
  const launched = launchApps(narrow(parsed.manifest), parsed, homeOf(context));
  if (launched.problems.length > 0) throw invalid(launched.problems);
  const { manifest, warnings } = usePython3(launched.manifest, parsed.places);
  const checked = [...checkFiles(manifest, parsed.places), ...(await checkPatterns(manifest, parsed.places))];
  const diagnostics = inFileOrder([...parsed.diagnostics, ...warnings, ...checked], manifest.files);
  if (diagnostics.some(isError)) throw invalid(diagnostics);
  return { manifest, warnings: diagnostics };
}

function homeOf({ home, environment }: ReadingContext): string {
  return home ?? (environment.GHOST_HOME || join(environment.HOME ?? homedir(), ".ghost"));
}

/** The absolute paths of the named files, or of the folder's own. Throws CONFIG_NOT_FOUND where there is none. */
export function fileNamesOrDefault(paths: readonly string[], directory: string): string[] {
  return (paths.length > 0 ? paths : [defaultFile(directory)]).map((path) => resolve(directory, path));
}

/** How large the named files, or the folder's own, are together. */
export function configurationBytes(paths: readonly string[], directory: string): number {
  const files = paths.length > 0 ? paths : DEFAULT_FILES.filter((name) => existsSync(join(directory, name))).slice(0, 1);
  return files.reduce((sum, path) => sum + bytesOf(resolve(directory, path)), 0);
}

function bytesOf(path: string): number {
  try {
    return statSync(path).size;
  } catch {
    return 0; // Whoever reads it says why it cannot be read.
  }
}

function defaultFile(directory: string): string {
  const found = DEFAULT_FILES.map((name) => join(directory, name)).find((path) => existsSync(path));
  if (found !== undefined) return found;
  throw new GhostError("CONFIG_NOT_FOUND", `cannot find processes.yaml in ${directory}`, {
    hint: `looked for ${DEFAULT_FILES.join(", ")}; name a file, or start one program with \`ghost start PROGRAM\``,
  });
}

function isError(diagnostic: Diagnostic): boolean {
  return diagnostic.severity === "error";
}

function invalid(diagnostics: readonly Diagnostic[]): GhostError {
  const first = diagnostics.find(isError);
  if (!first) return new GhostError("INTERNAL", "cannot read the configuration, and nothing says why");
  return new GhostError("CONFIG_INVALID", formatDiagnostic(first), { hint: first.hint, details: { diagnostics } });
}
