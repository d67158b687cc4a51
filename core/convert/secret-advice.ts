import { isSecretName } from "../config/secrets.ts";
import { type Draft, isMapValue } from "./draft.ts";

const ADVICE = "a secret in the open: better";
const CREDENTIALS_IN_ADDRESS = /^[a-z][a-z0-9+.-]*:\/\/[^/@\s]*:[^/@\s]+@/i;

/** Puts an advice at every value of an environment that looks like a secret. The value stays: only its owner can move it. */
export function adviseOnSecrets({ processes }: Draft): void {
  for (const process of processes) {
    const { environment } = process.keys;
    if (!isMapValue(environment)) continue;
    for (const [key, value] of Object.entries(environment)) {
      if (typeof value === "string" && looksSecret(key, value))
        process.note(`${ADVICE} \${${key}}, filled in when it is registered, or { from_file: /run/secrets/${key} }`, `environment.${key}`);
    }
  }
}

function looksSecret(key: string, value: string): boolean {
  return value !== "" && (isSecretName(key) || CREDENTIALS_IN_ADDRESS.test(value));
}
