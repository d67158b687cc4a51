import { existsSync } from "node:fs";
import { homedir } from "node:os";
import { join } from "node:path";

/** The path of something in Ghost's home (GHOST_HOME, by default `~/.ghost`); null when it is not there. */
export function inHome(name: string, { GHOST_HOME }: Readonly<Record<string, string | undefined>>): string | null {
  return inFolder(GHOST_HOME ?? join(homedir(), ".ghost"), name);
}

/** The path of something in a folder; null when it is not there. */
export function inFolder(folder: string, name: string): string | null {
  const path = join(folder, name);
  return existsSync(path) ? path : null;
}
