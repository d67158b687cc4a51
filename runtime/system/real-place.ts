import { realpathSync } from "node:fs";

/** Where a path leads, links followed; the path itself where nothing is there. */
export function realPlace(path: string): string {
  try {
    return realpathSync(path);
  } catch {
    return path;
  }
}
