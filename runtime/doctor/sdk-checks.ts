import { realpathSync } from "node:fs";
import { basename } from "node:path";
import type { RegisteredDefinition } from "../../core/api/definitions.ts";
import { type AppSdk, sdksOf } from "../apps/app-sdk.ts";
import { sdkText } from "../apps/sdk-stamp.ts";
import { isAppDirectory } from "../config/read-app-file.ts";
import { findAppFolders } from "../daemon/apps/folders.ts";
import type { Home } from "../daemon/home.ts";
import { type Finding, good, warning } from "./finding.ts";

/** An app, and what `ghost sdk update` is told to mean it. */
interface KnownApp {
  readonly word: string;
  readonly folder: string;
}

/** Looks at the copies of the SDK in apps: those in `ghosts/`, and those that are registered from elsewhere. Nothing is said where there are none. */
export function checkSdks(home: Home, registered: readonly RegisteredDefinition[]): Finding[] {
  const copies = [...appsOf(home, registered)].flatMap(({ word, folder }) => sdksOf(folder).map((sdk) => ({ word, sdk })));
  const findings = copies.flatMap(({ word, sdk }) => (sdk.standing === "current" ? [] : [outdated(word, sdk)]));
  if (findings.length > 0 || copies.length === 0) return findings;
  return [
    good(
      "sdk",
      copies.length === 1 ? "one app has a copy of the SDK, this ghost's" : `${copies.length} apps have copies of the SDK, this ghost's`,
    ),
  ];
}

/** Each folder once, whatever leads there. */
function appsOf(home: Home, registered: readonly RegisteredDefinition[]): Iterable<KnownApp> {
  const apps = new Map<string, KnownApp>();
  const inGhosts = foldersIn(home.ghosts).map((folder) => ({ word: basename(folder), folder }));
  const elsewhere = registered.map(({ definition: { workingDirectory: folder } }) => ({ word: folder, folder }));
  for (const app of [...inGhosts, ...elsewhere]) {
    const real = isAppDirectory(app.folder) ? realPathOf(app.folder) : null;
    if (real !== null && !apps.has(real)) apps.set(real, app);
  }
  return apps.values();
}

/** Null: that it cannot be reached is told elsewhere. */
function realPathOf(folder: string): string | null {
  try {
    return realpathSync(folder);
  } catch {
    return null;
  }
}

/** That the folder cannot be read is told elsewhere. */
function foldersIn(ghosts: string): readonly string[] {
  try {
    return findAppFolders(ghosts).apps;
  } catch {
    return [];
  }
}

function outdated(word: string, { name, standing, has, brings, path }: AppSdk): Finding {
  const update = `ghost sdk update ${word}`;
  const [own, there] = [`this ghost brings ${sdkText(brings)}`, `${word} has ${name} ${sdkText(has)}`];
  if (standing === "newer")
    return warning("sdk", `${there}, newer than this ghost, which brings ${sdkText(brings)}`, "upgrade ghost to that version");
  if (standing === "missing") return warning("sdk", `${word} asks for ${name} in ${path}, and it is not there`, update);
  if (standing === "unknown") return warning("sdk", `${word} has ${name} of a version that it does not say; ${own}`, `${update} --force`);
  return warning("sdk", `${there}; ${own}`, update);
}
