import { readdirSync, readlinkSync, statSync } from "node:fs";
import { basename, dirname, join, resolve } from "node:path";
import { GhostError } from "../../../core/errors/ghost-error.ts";
import { isBeingMade } from "../../apps/draft-folder.ts";
import { isAppDirectory } from "../../config/read-app-file.ts";
import { entryAt, fileProblem, lookAt } from "../../system/look-at.ts";

/** A home with more apps than this has another purpose. */
export const APPS_MAX = 1_000;

/** What is in `ghosts/`. */
export interface AppFolders {
  /** Absolute paths, as they are reached through `ghosts/`, of what has a `.ghost.yaml` or does not let us see whether it has, in the order of their names. */
  readonly apps: readonly string[];
  /** Links that lead nowhere, now: whatever they led to is not known to be gone. */
  readonly lost: readonly string[];
  /** Folders without a `.ghost.yaml`, which may get one. */
  readonly others: readonly string[];
  /** What keeps an entry from being looked at as an app, by its path: those of `lost` and others. */
  readonly troubles: ReadonlyMap<string, string>;
}

/** Looks into `ghosts/`; without one there are no apps. What is wrong with one entry keeps no other from being found. Throws HOME_UNUSABLE where `ghosts/` cannot be read. */
export function findAppFolders(ghosts: string): AppFolders {
  const names = namesIn(ghosts);
  const paths = names.slice(0, APPS_MAX).map((name) => join(ghosts, name));
  const lost = paths.filter(isLost);
  const unnamed = paths.filter(isUnnamed);
  const troubles = new Map([
    ...lost.filter(isLeftSo).map((path) => [path, `cannot reach the app ${basename(path)}: the link ${path} leads nowhere`] as const),
    ...unnamed.map((path) => [path, `cannot use the app ${path}: its name is not UTF-8; rename it`] as const),
    ...(names.length > APPS_MAX ? [[ghosts, `${ghosts} holds ${names.length} entries; the first ${APPS_MAX} are looked at`] as const] : []),
  ]);
  return {
    apps: paths.filter(isAppDirectory),
    lost,
    others: paths.filter((path) => lookAt(path).stats?.isDirectory() && !isAppDirectory(path)),
    troubles,
  };
}

function isLost(path: string): boolean {
  return entryAt(path)?.isSymbolicLink() === true && lookAt(path).why?.kind === "missing";
}

/** The system gives names as bytes; what is no text comes with a mark in its place, by which nothing is found. */
/** `ghost create` links before the folder is there, for an app without its link would be in the way should it be killed. */
function isLeftSo(link: string): boolean {
  try {
    return !isBeingMade(resolve(dirname(link), readlinkSync(link)));
  } catch {
    return false; // It was taken away meanwhile.
  }
}

function isUnnamed(path: string): boolean {
  return path.includes("\uFFFD") && entryAt(path) === undefined;
}

function namesIn(ghosts: string): string[] {
  try {
    return readdirSync(ghosts)
      .filter((name) => !name.startsWith("."))
      .sort();
  } catch (error) {
    if (fileProblem(error).kind === "missing" && !entryAt(ghosts)) return [];
    throw new GhostError("HOME_UNUSABLE", `cannot look for apps in ${ghosts}: ${whyNot(error)}`, {
      hint: `ls -ld ${ghosts} shows it; it is a folder, or a link to one, that the user of this home may read and enter`,
    });
  }
}

function whyNot(error: unknown): string {
  const { code } = error as NodeJS.ErrnoException;
  if (code === "ENOENT") return "the link leads nowhere";
  return code === "ENOTDIR" ? "it is no folder" : fileProblem(error).text;
}

/** Changes with each entry that comes or goes, and with who may read them; cheap enough to be asked for with every request. */
export function stampOf(ghosts: string): string {
  try {
    const { ctimeNs, ino } = statSync(ghosts, { bigint: true });
    return `${ino} ${ctimeNs}`;
  } catch (error) {
    return `${(error as NodeJS.ErrnoException).code} ${entryAt(ghosts)?.ino}`;
  }
}
