/** Errors of the database as errors of SQL. */
import { GhostError } from "../../../core/errors/ghost-error.ts";

/**
 * What SQLite said against a statement, without the file's path in the message: SQL_FAILED with `details.sqlite`, the result code, and
 * `details.reason`, SQLite's words. Errors of the file (NO_SPACE, STATE_DAMAGED, …) stay what they are. Throws what is no GhostError: a bug.
 */
export function sqlError(error: unknown): GhostError {
  if (!(error instanceof GhostError)) throw error;
  const { code, details } = error;
  if (code !== "DATABASE_FAILED" || details?.reason === undefined) return error;
  const { reason, sqlite } = details;
  return new GhostError("SQL_FAILED", `cannot run the statement: ${reason}`, {
    details: { reason, ...(sqlite !== undefined && { sqlite }) },
  });
}
