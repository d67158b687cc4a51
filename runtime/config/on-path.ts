import { findExecutable } from "../process/executable.ts";

/** Whether a program of this name can be run from a PATH. */
export function isOnPath(name: string, path: string): boolean {
  try {
    findExecutable(name, { path, workingDirectory: "/", fileDirectory: null });
    return true;
  } catch {
    return false;
  }
}
