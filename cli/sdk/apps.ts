import { realpathSync } from "node:fs";
import { basename, join, relative, resolve } from "node:path";
import { GhostError } from "../../core/errors/ghost-error.ts";
import { isAppDirectory } from "../../runtime/config/read-app-file.ts";
import { findAppFolders } from "../../runtime/daemon/apps/folders.ts";
import type { Context } from "../context.ts";

/** An app, as it is spoken of. */
export interface NamedApp {
  /** The name in `ghosts/`; of another the path, as it is typed here. */
  readonly name: string;
  /** Absolute. */
  readonly folder: string;
}

/** All apps of the home, in the order of their names. */
export function appsOfHome({ home }: Context): NamedApp[] {
  return findAppFolders(join(home, "ghosts")).apps.map((folder) => ({ name: basename(folder), folder }));
}

/** The names in `ghosts/` of a home (its root), sorted; none where it cannot be read. */
export function appNames(home: string): string[] {
  try {
    return findAppFolders(join(home, "ghosts")).apps.map((folder) => basename(folder));
  } catch {
    return [];
  }
}

/** The app in the folder where the command was given, by its name in `ghosts/` if it has one; null where there is none. */
export function appHere(context: Context): NamedApp | null {
  const { directory } = context;
  if (!isAppDirectory(directory)) return null;
  const own = realpathSync(directory);
  return appsOfHome(context).find(({ folder }) => realpathSync(folder) === own) ?? { name: ".", folder: directory };
}

/** The app that a word means: one of `ghosts/` by its name, else a folder. Throws NOT_FOUND. */
export function appOf({ home, directory }: Context, word: string): NamedApp {
  const named = join(home, "ghosts", word);
  if (!word.includes("/") && isAppDirectory(named)) return { name: word, folder: named };
  const folder = resolve(directory, word);
  if (isAppDirectory(folder)) return { name: relative(directory, folder) || ".", folder };
  throw new GhostError("NOT_FOUND", `cannot find the app ${word}: neither ${named} nor ${folder} is one`, {
    hint: "ghost sdk shows the apps of the home; a folder with a .ghost.yaml is one, too",
  });
}
