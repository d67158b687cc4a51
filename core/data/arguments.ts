import { GhostError } from "../errors/ghost-error.ts";

/** Refuses, with USAGE, a key that is no text: values may come from where no compiler has seen them. */
export function checkKey(key: unknown): void {
  if (typeof key !== "string") throw badArgument(key, "a key", "it is a text");
}

/** `cannot use 0.5 as an increment: it is a whole number`. */
export function badArgument(value: unknown, what: string, rule: string): GhostError {
  return new GhostError("USAGE", `cannot use ${String(value)} as ${what}: ${rule}`);
}
