/**
 * The node's configuration at a daemon's start. A file that cannot be used must not keep a daemon away from processes that
 * somebody relies on, so the last good one is kept in `state.db`: as the text that it was, because what `${VAR}` stood for
 * may be a secret.
 */
import { existsSync, readFileSync, rmSync } from "node:fs";
import { NODE_DEFAULT, type NodeConfiguration } from "../../core/config/node-configuration.ts";
import { GhostError } from "../../core/errors/ghost-error.ts";
import { parseNodeConfiguration, readNodeConfiguration } from "../config/read-node-file.ts";
import type { Store } from "../supervisor/store.ts";
import { writeFileAtomically } from "../system/atomic-file.ts";
import type { Home } from "./home.ts";
import { log } from "./journal.ts";

/** Where the text of the last good file rests in the state; nothing rests there while there is no file. */
const META_KEY = "configuration";

/** Why the file is not what is in effect, and what is instead. */
export interface ConfigurationProblem {
  readonly error: GhostError;
  readonly instead: "the last good configuration" | "the defaults";
}

/** What a daemon begins with; `problem` is null when that is what the file says. */
export interface FirstConfiguration {
  readonly configuration: NodeConfiguration;
  readonly problem: ConfigurationProblem | null;
}

/**
 * Reads the node's file and remembers it. One that cannot be used is an error only where nothing depends on this daemon yet
 * (nothing is registered, and it does not come after one that died): then PERMISSION_DENIED or CONFIG_INVALID is thrown, for whoever starts it to mend.
 */
export async function readFirstConfiguration(home: Home, store: Store, revivals: number): Promise<FirstConfiguration> {
  try {
    const { configuration, text } = await readNodeConfiguration(home.root, process.env);
    keepConfiguration(home, store, text);
    return { configuration, problem: null };
  } catch (error) {
    if (revivals === 0 && !store.hasProcesses()) throw error;
    return lastGood(home.root, store, asGhostError(error));
  }
}

/** To be called with each text of the file that could be used. */
export function keepConfiguration(home: Home, store: Store, text: string | null): void {
  keepForHub(home.keptConfigFile, text);
  if ((store.getMeta(META_KEY) ?? null) === text) return;
  if (text === null) store.dropMeta(META_KEY);
  else store.setMeta(META_KEY, text);
}

/** The hub's last good configuration, where its own reading of `.ghost.yaml` failed; null: there never was one. `file` is `Home.keptConfigFile`. */
export async function keptConfiguration(root: string, file: string): Promise<NodeConfiguration | null> {
  try {
    return (await parseNodeConfiguration(root, readFileSync(file, "utf8"), process.env)).configuration;
  } catch {
    return null;
  }
}

/** A full disk is no reason to be without a daemon: the hub then has an older copy, or none. */
function keepForHub(file: string, text: string | null): void {
  try {
    if (text === null) rmSync(file, { force: true });
    else if (!existsSync(file) || readFileSync(file, "utf8") !== text) writeFileAtomically(file, text);
  } catch (error) {
    log(`cannot write ${file}: ${(error as Error).message}`);
  }
}

/** What was good once may be none any more: for another version, or without a variable that it names. */
async function lastGood(root: string, store: Store, error: GhostError): Promise<FirstConfiguration> {
  const text = store.getMeta(META_KEY);
  const kept = text === undefined ? null : await parseNodeConfiguration(root, text, process.env).catch(() => null);
  if (kept) return { configuration: kept.configuration, problem: { error, instead: "the last good configuration" } };
  return { configuration: NODE_DEFAULT, problem: { error, instead: "the defaults" } };
}

function asGhostError(error: unknown): GhostError {
  if (error instanceof GhostError) return error;
  return new GhostError("CONFIG_INVALID", `cannot read .ghost.yaml: ${(error as Error).message}`, { cause: error });
}
