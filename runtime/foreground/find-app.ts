import { readdirSync } from "node:fs";
import { basename, dirname, join, resolve } from "node:path";
import { nearest } from "../../core/config/suggest.ts";
import { GhostError } from "../../core/errors/ghost-error.ts";
import { APP_FILE, isAppDirectory } from "../config/read-app-file.ts";
import { entryAt, type FileProblem, lookAt, shownPath } from "../system/look-at.ts";

/** What `ghost run` was asked to run: an app by its folder, or a single file. Paths are absolute. */
export type FoundApp = { readonly kind: "app"; readonly directory: string } | { readonly kind: "file"; readonly file: string };

/** Where it is looked for. */
export interface AppPlaces {
  /** Where the command was given; absolute. */
  readonly directory: string;
  /** Root of the home, whose `ghosts/` holds apps by name. */
  readonly home: string;
  /** What is to be done with it, for what is said of one that is not there. Default `run`. */
  readonly verb?: "run" | "test";
}

/** So many names of a folder are looked at for a suggestion. */
const NAMES_MAX = 1_000;

/**
 * The app that a word means: one of `ghosts/` by its name, else a folder or a file. Without a word the app in this folder. Throws NOT_FOUND for a word
 * that means nothing, CONFIG_NOT_FOUND for a folder that is no app.
 */
export function findApp(word: string | undefined, places: AppPlaces): FoundApp {
  if (word === undefined) return appIn(places.directory);
  const named = join(places.home, "ghosts", word);
  if (!word.includes("/") && isAppDirectory(named)) return { kind: "app", directory: named };
  const path = resolve(places.directory, word);
  const { stats, why } = lookAt(path);
  if (stats?.isDirectory()) return appIn(path);
  if (stats?.isFile()) return basename(path) === APP_FILE ? appIn(dirname(path)) : { kind: "file", file: path };
  if (!word.includes("/") && entryAt(named)?.isSymbolicLink()) throw lost(word, named, places);
  throw why && why.kind !== "missing" ? refused(word, why, places) : notFound(word, path, places);
}

/** Its folder was moved or removed. */
function lost(word: string, link: string, { verb = "run" }: AppPlaces): GhostError {
  return new GhostError("NOT_FOUND", `cannot ${verb} ${word}: the link ${link} leads to no app`, {
    hint: `ls -l ${link} shows where it leads; bring that back, or take the link away`,
  });
}

function notFound(word: string, path: string, { directory, home, verb = "run" }: AppPlaces): GhostError {
  const isPath = word.includes("/");
  const why = isPath ? `there is no ${path}` : `neither ${join(home, "ghosts", word)} nor ${path} is there`;
  const near = isPath ? nearPath(word, path) : nearest(word, [...namesIn(join(home, "ghosts")), ...namesIn(directory)]);
  const meant = near === null ? null : `did you mean ${near}?`;
  const remedy = isPath || verb === "test" || !/^[A-Za-z0-9_-]+$/.test(word) ? null : `ghost create ${word} makes an app of that name`;
  const hint =
    meant && remedy
      ? `${meant} Else ${remedy}`
      : (meant ??
        remedy ??
        (isPath ? "correct the path" : "it takes the name of an app in ghosts/, a folder with a .ghost.yaml, or a file"));
  return new GhostError("NOT_FOUND", `cannot ${verb} ${word}: ${why}`, { hint });
}

/** What stands beside where the path leads, written as the path was. */
function nearPath(word: string, path: string): string | null {
  const near = nearest(basename(path), namesIn(dirname(path)));
  const written = word.replace(/\/+$/, "");
  return near && written.slice(0, written.lastIndexOf("/") + 1) + near;
}

function namesIn(folder: string): string[] {
  try {
    return readdirSync(folder)
      .filter((name) => !name.startsWith("."))
      .slice(0, NAMES_MAX);
  } catch {
    return []; // A folder that is not there, or cannot be read, has no names to offer.
  }
}

function refused(word: string, { kind, text }: FileProblem, { verb = "run" }: AppPlaces): GhostError {
  const what = `cannot ${verb} ${shownPath(word)}: ${text}`;
  return kind === "denied"
    ? new GhostError("PERMISSION_DENIED", what, { hint: "run as a user who may enter its folder" })
    : new GhostError("NOT_FOUND", what, { hint: "correct the path" });
}

function appIn(directory: string): FoundApp {
  if (isAppDirectory(directory)) return { kind: "app", directory };
  throw new GhostError("CONFIG_NOT_FOUND", `cannot run what is in ${directory}: it is no app, for it has no ${APP_FILE}`, {
    hint: "ghost create NAME makes an app; ghost run FILE runs a single file",
  });
}
