/** What is wrong with an app at its start, and would else be told later, or not so well. Loaded where `.ghost.yaml` has `encryption`, or the class no `run`. */
import type { EncryptionSettings } from "../../core/config/data-configuration.ts";
import { GhostError } from "../../core/errors/ghost-error.ts";
import { readMasterKeys } from "../storage/master-keys.ts";
import type { GhostConfig } from "./config.ts";
import { G } from "./g.ts";

/** Logs what is wrong with the keys that encrypt, if anything is. */
export function checkKeys({ encryption }: GhostConfig): void {
  try {
    readMasterKeys(encryption as EncryptionSettings, process.env);
  } catch (error) {
    const { message, hint } = error as GhostError;
    G.error(`${message}; no call of Ghost.data works without`, { hint });
  }
}

/** Of a class that has no `run`, as JavaScript lets one write it. Throws USAGE. */
export function noRun({ constructor: { name } }: object): never {
  throw new GhostError("USAGE", `cannot run ${name}: it has no run(), and only a service (isService = true) may just tick`);
}
