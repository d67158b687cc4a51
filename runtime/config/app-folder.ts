import { join } from "node:path";
import { lookAt } from "../system/look-at.ts";

/** Whether a folder is an app's: it has a `.ghost.yaml`. */
export function isAppFolder(path: string): boolean {
  return lookAt(join(path, ".ghost.yaml")).stats?.isFile() === true;
}

/** Where apps are registered, as a shell finds it. */
const GHOSTS = "${GHOST_HOME:-~/.ghost}/ghosts";

/** What to do with an app's folder (absolute path) where only what is registered, or a file, will do. */
export function hintForApp(path: string): string {
  return `ghost run ${path} runs it; mkdir -p ${GHOSTS} && ln -s ${path} ${GHOSTS}/ registers it, and then ghost start takes its name`;
}
