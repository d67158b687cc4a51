import { existsSync, readdirSync } from "node:fs";
import { join } from "node:path";

/** A log and what was rotated away from it, oldest first: `out.log.2`, `out.log.1`, `out.log`. Indexes and the like are left out. */
export function rotatedFiles(folder: string, name: string): readonly string[] {
  if (!existsSync(folder)) return [];
  const age = (file: string) => Number(file.slice(name.length + 1));
  const files = readdirSync(folder).filter((file) => file === name || (file.startsWith(`${name}.`) && age(file) > 0));
  return files.sort((a, b) => age(b) - age(a)).map((file) => join(folder, file));
}
