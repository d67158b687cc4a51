import type { RegisteredDefinition } from "../../core/api/definitions.ts";
import type { EncryptionSettings } from "../../core/config/data-configuration.ts";
import { GhostError } from "../../core/errors/ghost-error.ts";
import { readNodeConfiguration } from "../config/read-node-file.ts";
import type { Home } from "../daemon/home.ts";
import { readMasterKeys } from "../storage/master-keys.ts";
import { type Finding, good, problem, warning } from "./finding.ts";

type Environment = Readonly<Record<string, string | undefined>>;

/**
 * Looks at the keys that encrypt: those of the home's `.ghost.yaml` and the key files of apps. Each is read as those read it who encrypt, and nothing of it is told. Nothing
 * is found where nothing is encrypted.
 */
export async function checkEncryption(
  home: Home,
  registered: readonly RegisteredDefinition[],
  environment: Environment,
): Promise<Finding[]> {
  const own = await encryptionOf(home, environment);
  return [...(own === null ? [] : [judge(own, environment, "")]), ...checkApps(registered, own)];
}

/** A file that cannot be used is told elsewhere. */
async function encryptionOf(home: Home, environment: Environment): Promise<EncryptionSettings | null> {
  try {
    return (await readNodeConfiguration(home.root, environment)).configuration.data.encryption;
  } catch {
    return null;
  }
}

/** A variable of an app is its own affair, and so is a file that another user has to read. */
function checkApps(registered: readonly RegisteredDefinition[], own: EncryptionSettings | null): Finding[] {
  const seen = new Set(own && "keyFile" in own ? [own.keyFile] : []);
  return registered.flatMap(({ definition: { name, app, user } }) => {
    const encryption = app && user === null ? (JSON.parse(app.config) as { encryption?: EncryptionSettings }).encryption : undefined;
    if (!encryption || !("keyFile" in encryption) || seen.has(encryption.keyFile)) return [];
    seen.add(encryption.keyFile);
    const found = judge(encryption, {}, ` of the app ${name}`);
    return found.grade === "good" ? [] : [found];
  });
}

function judge(settings: EncryptionSettings, environment: Environment, of: string): Finding {
  const where = "keyFile" in settings ? settings.keyFile : `the variable ${settings.keyEnv}`;
  try {
    const { length } = readMasterKeys(settings, environment);
    return good("keys", `${where} holds ${length === 1 ? "the key" : `${length} keys`} that encrypt data`);
  } catch (error) {
    const { message, hint } = error instanceof GhostError ? error : new GhostError("FAILED", (error as Error).message);
    const text = of === "" ? message : `${message}, which the .ghost.yaml${of} names`;
    return ("keyFile" in settings ? problem : warning)("keys", text, hint ?? "mend `encryption` in .ghost.yaml");
  }
}
