import { existsSync } from "node:fs";
import { join } from "node:path";
import type { Manifest, ProcessDefinition } from "../../core/config/definition.ts";
import type { Diagnostic } from "../../core/config/diagnostics.ts";
import type { ProcessesFiles } from "../../core/config/processes-file.ts";
import type { SourceText } from "../../core/config/source-text.ts";
import { launchOf } from "../apps/launch.ts";
import { APP_FILE, findEntry } from "./read-app-file.ts";
import { readConfigurationText } from "./read-text.ts";

/** The `.ghost.yaml` in a folder; null: there is none. Throws as `readConfigurationText`. */
export function readAppSource(directory: string): SourceText | null {
  const path = join(directory, APP_FILE);
  return existsSync(path) ? readConfigurationText(path) : null;
}

/** Fills in what the apps of a manifest execute; `problems` are those of entries that are not there. */
export function launchApps(
  manifest: Manifest,
  { apps, places }: Pick<ProcessesFiles, "apps" | "places">,
  home: string,
): { readonly manifest: Manifest; readonly problems: readonly Diagnostic[] } {
  const problems: Diagnostic[] = [];
  const launch = (definition: ProcessDefinition): ProcessDefinition => {
    const app = apps.get(definition.name);
    if (!app) return definition;
    const entry = findEntry(app, { places });
    if (typeof entry !== "string") {
      problems.push(...entry);
      return definition;
    }
    const { executable, args, environment } = launchOf({ ...app, entry, args: definition.args, process: definition }, home);
    return { ...definition, executable, args, environment: { ...environment, ...definition.environment } };
  };
  return { manifest: { ...manifest, processes: manifest.processes.map(launch) }, problems };
}
