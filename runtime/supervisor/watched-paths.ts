import { realpathSync } from "node:fs";
import { join, relative, sep } from "node:path";
import picomatch from "picomatch";
import type { WatchPolicy } from "../../core/config/definition.ts";

/** Folders that nobody wants a restart for. */
const ALWAYS_IGNORED = [".git", "node_modules", "__pycache__", ".venv"] as const;
/** File systems that the kernel makes up. */
const SYSTEM_FOLDERS = /^\/(proc|sys|dev)(\/|$)/;
/** Files whose names tell of an editor at work. */
const EDITOR_FILES = /(~|\.sw[a-z]|\.tmp|^4913|^\.#.*)$/;

/** Which files count. Paths are absolute. */
export interface PathFilter {
  /** Neither a file nor a folder to go into. */
  isIgnored(path: string): boolean;
  isWanted(path: string): boolean;
}

/**
 * Patterns are compiled once: a tree that is walked asks for each of its files. `directory` and `home` are real paths. What Ghost itself writes in the home
 * never counts; the apps in its `ghosts/` do.
 */
export function pathFilter({ paths, ignore }: WatchPolicy, directory: string, home: string): PathFilter {
  const ignored = ignore.map(pathMatcher);
  const wanted = paths.map(pathMatcher);
  const apps = join(home, "ghosts");
  const isGhosts = (path: string): boolean => isWithin(path, home) && !isWithin(path, apps);
  const isIgnored = (path: string): boolean => {
    if (isGhosts(path) || SYSTEM_FOLDERS.test(path)) return true;
    const inside = relative(directory, path);
    const parts = inside.split(sep);
    if (parts.some((part) => (ALWAYS_IGNORED as readonly string[]).includes(part))) return true;
    if (EDITOR_FILES.test(parts.at(-1) ?? "")) return true;
    return ignored.some((matches) => matches(inside));
  };
  return { isIgnored, isWanted: (path) => !isIgnored(path) && wanted.some((matches) => matches(relative(directory, path))) };
}

/** Where a path really leads; the path itself where that cannot be known, e.g. because there is nothing. */
export function realPath(path: string): string {
  try {
    return realpathSync(path);
  } catch {
    return path;
  }
}

function isWithin(path: string, folder: string): boolean {
  return path === folder || path.startsWith(folder + sep);
}

/** A pattern without a slash fits a name at any depth, a folder everything in it; `.` everything. */
function pathMatcher(pattern: string): (path: string) => boolean {
  const bare = pattern.replace(/^\.\//, "").replace(/\/$/, "");
  if (bare === "." || bare === "") return (path) => !path.startsWith("..");
  const itself = picomatch(bare, { dot: true, ...(!bare.includes("/") && { matchBase: true }) });
  const inside = picomatch(`${bare}/**`, { dot: true });
  return (path) => itself(path) || inside(path);
}
