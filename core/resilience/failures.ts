import type { ErrorCode } from "../errors/catalogue.ts";
import { GhostError } from "../errors/ghost-error.ts";

/** What another try may find gone. */
const PASSING: ReadonlySet<ErrorCode> = new Set(["HUB_UNREACHABLE", "TIMED_OUT", "DATABASE_LOCKED", "NAMESPACE_BUSY", "SQL_CANCELLED"]);
/** What says that the store is in trouble, and not that it was asked something wrong, or much. */
const TROUBLE: ReadonlySet<ErrorCode> = new Set([
  "HUB_UNREACHABLE",
  "TIMED_OUT",
  "DATABASE_LOCKED",
  "DATABASE_FAILED",
  "NO_SPACE",
  "STATE_DAMAGED",
]);

/**
 * When work may be done again: `always`, because twice is as good as once; `unsent`, when the failure says that it did not reach the store (`details.sent` is
 * false); or `never`.
 */
export type Again = "always" | "unsent" | "never";

/** Whether another try makes sense. */
export function mayPass(error: unknown, again: Again): boolean {
  if (again === "never" || !(error instanceof GhostError) || !PASSING.has(error.code)) return false;
  return again === "always" || error.details?.sent === false;
}

/** Whether the circuit breaker counts it. */
export function isTrouble(error: unknown): boolean {
  return error instanceof GhostError && TROUBLE.has(error.code);
}

/** Whether the store cannot be had now: what it knows may then be had elsewhere. */
export function isUnavailable(error: unknown): boolean {
  return isTrouble(error) || (error instanceof GhostError && error.code === "CIRCUIT_OPEN");
}
