/**
 * Every failure that Ghost itself reports, with the exit code a script may rely on.
 * Codes are permanent: one may be added, none renamed or given another exit code.
 */
export const catalogue = {
  // 1: failed
  FAILED: { exit: 1 },
  START_FAILED: { exit: 1 },
  PORT_IN_USE: { exit: 1 },
  CANNOT_RELOAD: { exit: 1 },
  STOP_FAILED: { exit: 1 },
  SPAWN_FAILED: { exit: 1 },
  DAEMONIZED: { exit: 1 },
  EXECUTABLE_NOT_FOUND: { exit: 1 },
  EXECUTABLE_NOT_RUNNABLE: { exit: 1 },
  DIRECTORY_NOT_FOUND: { exit: 1 },
  PERMISSION_DENIED: { exit: 1 },
  UNAUTHORIZED: { exit: 1 },
  NO_SPACE: { exit: 1 },
  STATE_DAMAGED: { exit: 1 },
  DATABASE_LOCKED: { exit: 1 },
  DATABASE_FAILED: { exit: 1 },
  SQL_FAILED: { exit: 1 },
  WRONG_TYPE: { exit: 1 },
  LIMIT_EXCEEDED: { exit: 1 },
  TRANSACTION_ENDED: { exit: 1 },
  PARTLY_COMMITTED: { exit: 1 },
  DATA_CLOSED: { exit: 1 },
  DECRYPTION_FAILED: { exit: 1 },
  ENCRYPTION_KEY_UNKNOWN: { exit: 1 },
  SQL_UNCERTAIN: { exit: 1 },
  TX_EXPIRED: { exit: 1 },
  TX_ABORTED: { exit: 1 },
  NAMESPACE_BUSY: { exit: 1 },
  NO_RESPONDERS: { exit: 1 },
  MESSAGE_INVALID: { exit: 1 },
  BUS_CLOSED: { exit: 1 },
  VERSION_CONFLICT: { exit: 1 },
  LEASE_LOST: { exit: 1 },
  SOCKET_PATH_TOO_LONG: { exit: 1 },
  HOME_UNUSABLE: { exit: 1 },
  INTERNAL: { exit: 1 },
  // 2: usage or configuration
  USAGE: { exit: 2 },
  CONFIG_INVALID: { exit: 2 },
  CONFIG_NOT_FOUND: { exit: 2 },
  NAME_TAKEN: { exit: 2 },
  ENCRYPTION_KEY_INVALID: { exit: 2 },
  UNSUPPORTED: { exit: 2 },
  SQL_REFUSED: { exit: 2 },
  NAMESPACE_INVALID: { exit: 2 },
  // 3: no such name
  NOT_FOUND: { exit: 3 },
  // 4: unreachable
  DAEMON_UNREACHABLE: { exit: 4 },
  DAEMON_STOPPED: { exit: 4 },
  DAEMON_START_FAILED: { exit: 4 },
  VERSION_MISMATCH: { exit: 4 },
  HUB_UNREACHABLE: { exit: 4 },
  CIRCUIT_OPEN: { exit: 4 },
  // 5: timed out
  TIMED_OUT: { exit: 5 },
  SQL_TIMEOUT: { exit: 5 },
  // 130: interrupted
  INTERRUPTED: { exit: 130 },
  SQL_CANCELLED: { exit: 130 },
} as const satisfies Record<string, { exit: number }>;

/** A permanent error code. */
export type ErrorCode = keyof typeof catalogue;

/** The exit code of a command that ends with an error; 1 for a code that only a newer peer knows. */
export function exitCodeOf(code: ErrorCode): number {
  return (catalogue[code] as { readonly exit: number } | undefined)?.exit ?? 1;
}
