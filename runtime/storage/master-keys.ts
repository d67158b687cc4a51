/** Where the keys that encrypt an app's data come from. */
import type { EncryptionSettings } from "../../core/config/data-configuration.ts";
import { parseMasterKeys } from "../../core/data/encryption/master-keys.ts";
import { GhostError } from "../../core/errors/ghost-error.ts";
import { type PrivateUse, readPrivateFile } from "../system/private-file.ts";

const USE: PrivateUse = {
  key: "encryption.key_file",
  recipe: (path) => `(umask 077; openssl rand -base64 32 > ${path})`,
  bytesMax: 4 * 1024,
};

type Environment = Readonly<Record<string, string | undefined>>;

/**
 * Reads the master keys; the first encrypts. Throws ENCRYPTION_KEY_INVALID, or what is wrong with the file (CONFIG_INVALID where others may read it,
 * CONFIG_NOT_FOUND, PERMISSION_DENIED). No message holds a key.
 */
export function readMasterKeys(settings: EncryptionSettings, environment: Environment): Uint8Array<ArrayBuffer>[] {
  if ("keyFile" in settings) return parseMasterKeys(readPrivateFile(settings.keyFile, USE), settings.keyFile);
  const text = environment[settings.keyEnv];
  if (text !== undefined && text.trim() !== "") return parseMasterKeys(text, `the variable ${settings.keyEnv}`);
  throw new GhostError("ENCRYPTION_KEY_INVALID", `cannot encrypt the data: the variable ${settings.keyEnv} is not set`, {
    hint: `set ${settings.keyEnv} to what this prints: openssl rand -base64 32`,
  });
}
