/** Says at an app's start what else its first call of data would. Loaded where `.ghost.yaml` has `encryption`. */
import type { EncryptionSettings } from "../../core/config/data-configuration.ts";
import type { GhostError } from "../../core/errors/ghost-error.ts";
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
