import { readFileSync } from "node:fs";
import { dirname } from "node:path";
import { askProgram } from "../process/ask-program.ts";
import { inFolder, inHome } from "./home.ts";

/** How long `ghost` may take to have daemon and hub there, in ms. */
const LIMIT_MS = 20_000;

/**
 * What Ghost would have told this app, had it started it: for one that was started by hand and whose `.ghost.yaml` says `autoGhostFather: true`. `ghost`
 * starts the daemon and registers the app. Empty where there is no such file or no `ghost`, which then has said why.
 */
export function introduced(): Readonly<Record<string, string | undefined>> {
  const { argv, env } = process;
  const file = inFolder(process.cwd(), ".ghost.yaml") ?? inFolder(dirname(argv[1] ?? ""), ".ghost.yaml");
  if (!file || !/autoGhostFather["']?: *true/.test(readFileSync(file, "utf8"))) return {};
  try {
    return JSON.parse(askProgram(inHome("bin/ghost", env) ?? "ghost", ["app-config", dirname(file)], LIMIT_MS));
  } catch {
    return {};
  }
}
