import { type ErrorBody, GhostError } from "./ghost-error.ts";

/** The error that a peer sent, as an error again. A newer peer may send a code that the catalogue does not know. */
export function errorFrom({ code, message, hint, details }: ErrorBody): GhostError {
  return new GhostError(code, message, { hint, details: details as Record<string, unknown> | undefined });
}
