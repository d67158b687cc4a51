import { GhostError } from "../errors/ghost-error.ts";

/** A value as the JSON text that is stored. Throws USAGE for what JSON cannot hold. */
export function encodeValue(key: string, value: unknown): string {
  const text = value instanceof Uint8Array ? undefined : stringify(key, value);
  if (text !== undefined) return text;
  throw cannotStore(key, value instanceof Uint8Array ? "bytes are" : `${value === undefined ? "undefined" : `a ${typeof value}`} is`);
}

function stringify(key: string, value: unknown): string | undefined {
  try {
    return JSON.stringify(value);
  } catch (error) {
    throw new GhostError("USAGE", `cannot store the value of ${key}: ${(error as Error).message}`, { hint: HINT, cause: error });
  }
}

function cannotStore(key: string, what: string): GhostError {
  return new GhostError("USAGE", `cannot store the value of ${key}: ${what} nothing that JSON can hold`, { hint: HINT });
}

const HINT = "store what JSON can hold; write bytes as base64 and bigints as text, and delete a key rather than store undefined";

/** What a stored text stands for: its JSON, or the text itself where another program stored something else. */
export function decodeValue<T>(text: string): T {
  try {
    return JSON.parse(text) as T;
  } catch {
    return text as T;
  }
}
