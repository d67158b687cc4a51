/**
 * Who an app is to the hub: its namespace and a proof that the home's secret was known to whoever made the token. The hub keeps no table of tokens; they last
 * as long as the secret. Tokens separate namespaces, not adversaries of one user, who can read the secret.
 */
import { createHmac, randomBytes, timingSafeEqual } from "node:crypto";
import { linkSync, rmSync, writeFileSync } from "node:fs";
import { nameProblem } from "../../core/config/names.ts";
import { GhostError } from "../../core/errors/ghost-error.ts";
import { readRegularFile } from "../system/regular-file.ts";

/** Length of the secret, in bytes. */
const SECRET_BYTES = 32;
/** Longer texts are no tokens of ours, in characters: a name of 64, a dot, 43 of base64url. */
const TOKEN_CHARACTERS_MAX = 128;

/**
 * The secret at `path` (`data/hub-secret`, 0600); made if there is none. Two who make it at the same time get the same. Throws STATE_DAMAGED for a file that is
 * no secret, and the system's error where it can neither be read nor made.
 */
export function hubSecret(path: string): Buffer {
  return readSecret(path) ?? makeSecret(path);
}

/** `<namespace>.<base64url(HMAC-SHA256(secret, namespace))>`: what an app sends as `AUTH token`. Throws USAGE for what can be no namespace. */
export function makeToken(secret: Uint8Array, namespace: string): string {
  const problem = nameProblem(namespace);
  if (problem !== null) throw new GhostError("USAGE", `cannot make a token for ${JSON.stringify(namespace)}: ${problem}`);
  return `${namespace}.${proofOf(secret, namespace).toString("base64url")}`;
}

/** The namespace that a token opens; null when it is not one of this secret. Takes the same time wherever a wrong one differs. */
export function namespaceOf(secret: Uint8Array, token: string): string | null {
  if (token.length > TOKEN_CHARACTERS_MAX) return null;
  const dot = token.indexOf(".");
  const namespace = token.slice(0, Math.max(0, dot));
  if (nameProblem(namespace) !== null) return null;
  const claimed = Buffer.from(token.slice(dot + 1), "base64url");
  const proof = proofOf(secret, namespace);
  if (claimed.length !== proof.length || !timingSafeEqual(claimed, proof)) return null;
  // The last character of base64url has bits to spare: only one spelling is the token.
  return token === `${namespace}.${proof.toString("base64url")}` ? namespace : null;
}

function proofOf(secret: Uint8Array, namespace: string): Buffer {
  return createHmac("sha256", secret).update(namespace).digest();
}

function readSecret(path: string): Buffer | null {
  try {
    const file = readRegularFile(path, SECRET_BYTES);
    if (file.kind === "read" && file.bytes.length === SECRET_BYTES) return file.bytes;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return null;
    throw error;
  }
  throw new GhostError("STATE_DAMAGED", `cannot use ${path}: it is not a secret of ${SECRET_BYTES} bytes`, {
    hint: `remove ${path}: another one is made, and all tokens before it are void (restart the apps that have one)`,
  });
}

/** Whole from its first moment: it gets its name only when it is written, and never takes that of another. */
function makeSecret(path: string): Buffer {
  const temporary = `${path}.${process.pid}.${randomBytes(4).toString("hex")}`;
  try {
    writeFileSync(temporary, randomBytes(SECRET_BYTES), { mode: 0o600, flag: "wx" });
    linkSync(temporary, path);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "EEXIST") throw error;
  } finally {
    rmSync(temporary, { force: true });
  }
  return readSecret(path) ?? makeSecret(path);
}
