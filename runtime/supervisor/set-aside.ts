import { existsSync, renameSync } from "node:fs";

/** Renames a damaged file and what belongs to it (`suffixes`), so that nothing is lost; gives the new name, which `ghost doctor` finds. Throws the system's error. */
export function setAside(path: string, suffixes: readonly string[] = [""]): string {
  const aside = `${path}.damaged-${new Date().toISOString().replace(/[:.]/g, "-")}`;
  for (const suffix of suffixes) if (existsSync(path + suffix)) renameSync(path + suffix, aside + suffix);
  return aside;
}
