import { mkdirSync, readdirSync, realpathSync, symlinkSync } from "node:fs";
import { join } from "node:path";
import { GhostError } from "../../core/errors/ghost-error.ts";
import { entryAt } from "../system/look-at.ts";

/**
 * Links an app's folder (absolute) into the home's `ghosts/`, where the daemon finds it; nothing is done where a link leads there already. Throws NAME_TAKEN
 * where that name is another app's.
 */
export function linkApp(folder: string, home: string, name: string): void {
  const ghosts = join(home, "ghosts");
  const link = join(ghosts, name);
  mkdirSync(ghosts, { recursive: true, mode: 0o700 });
  const own = realpathSync(folder);
  if (readdirSync(ghosts).some((entry) => targetOf(join(ghosts, entry)) === own)) return;
  if (!entryAt(link)) return symlinkSync(folder, link);
  throw new GhostError("NAME_TAKEN", `cannot register ${name}: ${link} is there already, and leads elsewhere`, {
    hint: `write another \`app: { id: … }\`, or take ${link} away`,
  });
}

function targetOf(link: string): string | null {
  try {
    return realpathSync(link);
  } catch {
    return null; // It leads nowhere.
  }
}
