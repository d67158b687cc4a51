import { statSync } from "node:fs";
import { basename, dirname, join, resolve } from "node:path";
import { GhostError } from "../../core/errors/ghost-error.ts";
import { APP_FILE, isAppDirectory } from "../config/read-app-file.ts";

/** What `ghost run` was asked to run: an app by its folder, or a single file. Paths are absolute. */
export type FoundApp = { readonly kind: "app"; readonly directory: string } | { readonly kind: "file"; readonly file: string };

/** Where it is looked for. */
export interface AppPlaces {
  /** Where the command was given; absolute. */
  readonly directory: string;
  /** Root of the home, whose `ghosts/` holds apps by name. */
  readonly home: string;
}

/**
 * The app that a word means: one of `ghosts/` by its name, else a folder or a file. Without a word the app in this folder. Throws NOT_FOUND for a word
 * that means nothing, CONFIG_NOT_FOUND for a folder that is no app.
 */
export function findApp(word: string | undefined, places: AppPlaces): FoundApp {
  if (word === undefined) return appIn(places.directory);
  const named = join(places.home, "ghosts", word);
  if (!word.includes("/") && isAppDirectory(named)) return { kind: "app", directory: named };
  const path = resolve(places.directory, word);
  const stats = statSync(path, { throwIfNoEntry: false });
  if (stats?.isDirectory()) return appIn(path);
  if (stats?.isFile()) return basename(path) === APP_FILE ? appIn(dirname(path)) : { kind: "file", file: path };
  throw new GhostError("NOT_FOUND", `cannot run ${word}: neither ${named} nor ${path} is there`, {
    hint: /^[A-Za-z0-9_-]+$/.test(word) ? `ghost create ${word} makes an app of that name` : "correct the path",
  });
}

function appIn(directory: string): FoundApp {
  if (isAppDirectory(directory)) return { kind: "app", directory };
  throw new GhostError("CONFIG_NOT_FOUND", `cannot run what is in ${directory}: it is no app, for it has no ${APP_FILE}`, {
    hint: "ghost create NAME makes an app; ghost run FILE runs a single file",
  });
}
