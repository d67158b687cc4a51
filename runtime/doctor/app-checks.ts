import { basename, join } from "node:path";
import { GhostError } from "../../core/errors/ghost-error.ts";
import { APP_FILE } from "../config/read-app-file.ts";
import { readConfigurationText } from "../config/read-text.ts";
import { findAppFolders } from "../daemon/apps/folders.ts";
import { type Finding, warning } from "./finding.ts";

/** What in `ghosts/` cannot be reached or read as an app. A daemon that runs tells it by itself, with what is wrong inside the files. */
export function checkApps(ghosts: string): Finding[] {
  try {
    const { apps, troubles } = findAppFolders(ghosts);
    return [...[...troubles.values()].map((text) => warning("apps", text, `ls -l ${ghosts}`)), ...apps.flatMap(checkApp)];
  } catch (error) {
    return [findingOf("", error)];
  }
}

function checkApp(folder: string): Finding[] {
  try {
    readConfigurationText(join(folder, APP_FILE));
    return [];
  } catch (error) {
    return [findingOf(`cannot use the app ${basename(folder)}: `, error)];
  }
}

function findingOf(beginning: string, error: unknown): Finding {
  if (!(error instanceof GhostError)) throw error;
  return warning("apps", `${beginning}${error.message}`, error.hint ?? "ghost daemon logs");
}
