import { accessSync, constants } from "node:fs";
import { delimiter, join } from "node:path";

/**
 * Why a test that needs these programs (by name, looked up in PATH) or `root` or `linux` cannot run here; null when it can.
 * Made for `test.unless(needs("nginx"), "…", …)`, so that what is skipped is named with its reason.
 */
export function needs(...things: readonly string[]): string | null {
  const missing = things.filter((thing) => !have(thing));
  return missing.length === 0 ? null : `needs ${missing.join(" and ")}`;
}

/** The path of a program in PATH (and the folders of administrators' programs), or null. */
export function findProgram(name: string): string | null {
  const folders = [...(process.env.PATH ?? "").split(delimiter), "/usr/local/sbin", "/usr/sbin", "/sbin"];
  return folders.map((folder) => join(folder, name)).find(isExecutable) ?? null;
}

function have(thing: string): boolean {
  if (thing === "root") return process.getuid?.() === 0;
  if (thing === "linux") return process.platform === "linux";
  return findProgram(thing) !== null;
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
