import { closeSync, openSync, renameSync, statSync } from "node:fs";

/** The daemon's own log is set aside at start when it has grown to this, in bytes; one old file is kept. */
const LOG_BYTES_MAX = 5 * 1024 * 1024;

/** Opens the daemon's log for appending; the descriptor becomes the stderr of the daemon. */
export function openDaemonLog(path: string): number {
  if ((statSync(path, { throwIfNoEntry: false })?.size ?? 0) >= LOG_BYTES_MAX) renameSync(path, `${path}.1`);
  return openSync(path, "a", 0o600);
}

/** Writes one line with its time to stderr, which is the daemon's log. Never a secret. */
export function log(text: string): void {
  process.stderr.write(`${new Date().toISOString()} ${text}\n`);
}

/** Closes a descriptor that may be closed already. */
export function closeQuietly(fd: number): void {
  try {
    closeSync(fd);
  } catch {
    // It was.
  }
}
