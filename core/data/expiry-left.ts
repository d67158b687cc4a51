import type { Duration } from "../config/duration.ts";
import type { Versioned } from "./ghost-data.ts";

/** The expiry that a value has left, for a write that must keep it. */
export function expiryLeft(found: Versioned<unknown> | undefined): { expiry?: Duration } {
  if (found === undefined || found.expiresInMs === null) return {};
  return { expiry: `${Math.max(1, Math.ceil(found.expiresInMs))}ms` };
}
