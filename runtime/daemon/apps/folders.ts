import { existsSync, lstatSync, readdirSync, statSync } from "node:fs";
import { join } from "node:path";
import { APP_FILE } from "../../config/read-app-file.ts";

/** A home with more apps than this has another purpose. */
export const APPS_MAX = 1_000;

/** What is in `ghosts/`. */
export interface AppFolders {
  /** Absolute paths, as they are reached through `ghosts/`, of what has a `.ghost.yaml`, in the order of their names. */
  readonly apps: readonly string[];
  /** Links that lead nowhere, now: whatever they led to is not known to be gone. */
  readonly lost: readonly string[];
  /** Folders without a `.ghost.yaml`, which may get one. */
  readonly others: readonly string[];
}

/** Looks into `ghosts/`; without one there are no apps. Throws the system's error for what cannot be read. */
export function findAppFolders(ghosts: string): AppFolders {
  const paths = namesIn(ghosts).map((name) => join(ghosts, name));
  const isLost = (path: string): boolean => lstatSync(path, { throwIfNoEntry: false })?.isSymbolicLink() === true && !existsSync(path);
  const isApp = (path: string): boolean => existsSync(join(path, APP_FILE));
  return {
    apps: paths.filter(isApp),
    lost: paths.filter(isLost),
    others: paths.filter((path) => !isApp(path) && statSync(path, { throwIfNoEntry: false })?.isDirectory()),
  };
}

function namesIn(ghosts: string): string[] {
  try {
    const names = readdirSync(ghosts).filter((name) => !name.startsWith("."));
    return names.sort().slice(0, APPS_MAX);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return [];
    throw error;
  }
}

/** Changes with each entry that comes or goes; cheap enough to be asked for with every request. */
export function stampOf(ghosts: string): string {
  try {
    const { mtimeNs, ino } = statSync(ghosts, { bigint: true });
    return `${ino} ${mtimeNs}`;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code ?? "unknown";
  }
}
