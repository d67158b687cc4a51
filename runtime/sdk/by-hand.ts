import { existsSync, readFileSync } from "node:fs";
import { homedir } from "node:os";
import { dirname, join } from "node:path";
import { askProgram } from "../process/ask-program.ts";

/** How long `ghost` may take to have daemon and hub there, in ms. */
const LIMIT_MS = 20_000;

/**
 * What Ghost would have told this app, had it started it: for one that was started by hand and whose `.ghost.yaml` says `autoGhostFather: true`. `ghost`
 * starts the daemon and registers the app. Empty where there is no such file or no `ghost`, which then has said why.
 */
export function introduced(): Readonly<Record<string, string | undefined>> {
  const folder = [process.cwd(), dirname(process.argv[1] ?? "")].find((each) => existsSync(join(each, ".ghost.yaml")));
  if (!folder || !/autoGhostFather["']?: *true/.test(readFileSync(join(folder, ".ghost.yaml"), "utf8"))) return {};
  const own = join(process.env.GHOST_HOME ?? join(homedir(), ".ghost"), "bin/ghost");
  try {
    return JSON.parse(askProgram(existsSync(own) ? own : "ghost", ["app-config", folder], LIMIT_MS));
  } catch {
    return {};
  }
}
