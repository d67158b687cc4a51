/** SQLite's result codes (https://sqlite.org/rescode.html) as errors for people. */
import type { ErrorCode } from "../../../core/errors/catalogue.ts";
import { GhostError } from "../../../core/errors/ghost-error.ts";
import type { FileFailure } from "./files.ts";

export const SQLITE_OK = 0;
export const SQLITE_ROW = 100;
export const SQLITE_DONE = 101;
const SQLITE_PERM = 3;
const SQLITE_BUSY = 5;
const SQLITE_LOCKED = 6;
const SQLITE_READONLY = 8;
const SQLITE_CORRUPT = 11;
const SQLITE_FULL = 13;
const SQLITE_NOTADB = 26;

const BY_RESULT: Readonly<Record<number, ErrorCode>> = {
  [SQLITE_PERM]: "PERMISSION_DENIED",
  [SQLITE_READONLY]: "PERMISSION_DENIED",
  [SQLITE_BUSY]: "DATABASE_LOCKED",
  [SQLITE_LOCKED]: "DATABASE_LOCKED",
  [SQLITE_CORRUPT]: "STATE_DAMAGED",
  [SQLITE_NOTADB]: "STATE_DAMAGED",
  [SQLITE_FULL]: "NO_SPACE",
};
/** What the system said says more than SQLite's "disk I/O error". */
const BY_SYSTEM: Readonly<Record<string, ErrorCode>> = {
  ENOSPC: "NO_SPACE",
  EDQUOT: "NO_SPACE",
  EACCES: "PERMISSION_DENIED",
  EPERM: "PERMISSION_DENIED",
  EROFS: "PERMISSION_DENIED",
};
const HINTS: Partial<Record<ErrorCode, string>> = {
  NO_SPACE: "free some space on that disk; nothing that was stored is lost, and writing goes on by itself when there is room",
  PERMISSION_DENIED: "the file and its folder must be writable by the user that runs this",
  STATE_DAMAGED: "move the file aside, or restore a copy of it; `sqlite3 FILE .recover` reads what is left of it",
  DATABASE_LOCKED: "end the program that holds it, then try again",
};

/** An SQLite failure as it came: what was being done, the result code, SQLite's words, the system's refusal if there was one. */
export interface SqliteFailure {
  /** Completes "cannot …", e.g. `open`. */
  readonly action: string;
  readonly path: string;
  readonly result: number;
  readonly message: string;
  readonly system: FileFailure | null;
}

/** The error to throw. `details.sqlite` is the result code, by which a program tells e.g. a constraint (19) from a syntax error (1). */
export function sqliteError(failure: SqliteFailure): GhostError {
  const { action, path, result, message, system } = failure;
  const reason = system ? `${message} (${system.name} at ${system.path})` : message;
  return databaseError(codeOf(result, system), action, path, reason, { sqlite: result });
}

/** The same for a failure that was not SQLite's. `details.reason` is the message without its beginning, of which the file's path is part. */
export function databaseError(
  code: ErrorCode,
  action: string,
  path: string,
  reason: string,
  details: Record<string, unknown> = {},
): GhostError {
  return new GhostError(code, `cannot ${action} ${path}: ${reason}`, { hint: HINTS[code], details: { path, reason, ...details } });
}

/** The error for a refusal of `node:fs` before SQLite was asked. */
export function systemError(action: string, path: string, name: string): GhostError {
  const code = BY_SYSTEM[name] ?? (name === "ENOENT" || name === "ENOTDIR" ? "DIRECTORY_NOT_FOUND" : "DATABASE_FAILED");
  return databaseError(code, action, path, code === "DIRECTORY_NOT_FOUND" ? "its folder does not exist" : name);
}

function codeOf(result: number, system: FileFailure | null): ErrorCode {
  return BY_RESULT[result] ?? (system && BY_SYSTEM[system.name]) ?? "DATABASE_FAILED";
}
