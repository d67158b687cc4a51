import { join } from "node:path";
import { lookAt } from "../system/look-at.ts";

/** Whether a folder is an app's: it has a `.ghost.yaml`. */
export function isAppFolder(path: string): boolean {
  return lookAt(join(path, ".ghost.yaml")).stats?.isFile() === true;
}

/** What to do with an app's folder (absolute path) where only what is registered, or a file, will do. */
export function hintForApp(path: string): string {
  return `ghost run ${path} runs it; ln -s ${path} "\${GHOST_HOME:-$HOME/.ghost}/ghosts/" registers it, and then ghost start takes its name`;
}
