import { symlinkSync } from "node:fs";
import { dirname, join } from "node:path";
import { GHOST } from "../rig/ghost.ts";
import type { Home } from "../rig/home.ts";

/** The environment of a home with `ghost` in PATH, in `bin` of its working folder. */
export function withGhostInPath(home: Home): Record<string, string> {
  const link = join(home.work, "bin", "ghost");
  home.write("bin/.keep", "");
  if (GHOST.length === 1) symlinkSync(GHOST[0] ?? "", link);
  else home.write("bin/ghost", `#!/bin/sh\nexec ${GHOST.join(" ")} "$@"\n`, 0o755);
  return { ...home.env, PATH: `${dirname(link)}:${home.env.PATH}` };
}
