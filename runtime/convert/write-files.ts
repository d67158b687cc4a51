import { existsSync, mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { GhostError } from "../../core/errors/ghost-error.ts";

/** Writes files into a folder, which is made; none that is there already unless `force`. Readable by the owner alone: they may hold what their reader shall not see. Throws USAGE or FAILED. */
export function writeFiles(folder: string, files: readonly { readonly name: string; readonly text: string }[], force: boolean): void {
  const there = files.map(({ name }) => join(folder, name)).filter((path) => existsSync(path));
  const [first] = there;
  if (first !== undefined && !force)
    throw new GhostError("USAGE", `cannot write ${first}: it is there already`, {
      hint: "name another place with --out, or --force overwrites",
    });
  try {
    mkdirSync(folder, { recursive: true });
    for (const { name, text } of files) writeFileSync(join(folder, name), text, { flag: force ? "w" : "wx", mode: 0o600 });
  } catch (error) {
    throw new GhostError("FAILED", `cannot write into ${folder}: ${(error as Error).message}`, {
      hint: "name another place with --out",
      cause: error,
    });
  }
}
