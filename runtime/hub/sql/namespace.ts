/** Which file a namespace's SQL is in. */
import { readdirSync } from "node:fs";
import { join } from "node:path";
import { NAME_LENGTH_MAX } from "../../../core/config/names.ts";
import { GhostError } from "../../../core/errors/ghost-error.ts";

const NAME = /^[A-Za-z0-9_-]+$/;
/** Ghost's own databases lie in the same folder. */
const RESERVED = new Set(["state", "hub"]);

/** Why a text cannot be a namespace, as the end of a sentence; null when it can. */
export function namespaceProblem(name: string): string | null {
  if (!NAME.test(name)) return "a namespace has letters, digits, `-` and `_` only";
  if (name.length > NAME_LENGTH_MAX) return `it is longer than ${NAME_LENGTH_MAX} characters`;
  return RESERVED.has(name.toLowerCase()) ? "Ghost keeps its own data under that name" : null;
}

/**
 * `DATA/NAME.db`. Throws NAMESPACE_INVALID for a name that is none, and for one that differs from the name of another namespace with a file in
 * capitals only: on many file systems both would be one file.
 */
export function namespaceFile(dataFolder: string, name: string): string {
  const problem = namespaceProblem(name);
  if (problem) throw invalid(name, problem);
  const file = `${name}.db`;
  const other = listed(dataFolder).find((entry) => entry !== file && entry.toLowerCase() === file.toLowerCase());
  if (other) throw invalid(name, `there is ${other} already, which differs in capitals only`);
  return join(dataFolder, file);
}

/** The namespaces whose files lie in a folder. */
export function storedNamespaces(dataFolder: string): string[] {
  const names = listed(dataFolder).flatMap((entry) => (entry.endsWith(".db") ? [entry.slice(0, -".db".length)] : []));
  return names.filter((name) => namespaceProblem(name) === null);
}

function listed(folder: string): string[] {
  try {
    return readdirSync(folder);
  } catch {
    // That it cannot be read is for the open to say.
    return [];
  }
}

function invalid(name: string, why: string): GhostError {
  return new GhostError("NAMESPACE_INVALID", `cannot use ${JSON.stringify(name.slice(0, NAME_LENGTH_MAX))} as a namespace: ${why}`);
}
