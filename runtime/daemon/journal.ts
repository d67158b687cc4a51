/**
 * The daemon's own log. Several have it open as their stderr, for appending: the daemon, its keeper, and through that the next
 * daemon. So it is not renamed, which would leave the others with the old file: it is copied, and then cut to nothing where it
 * is. What another one writes between the two, which only happens when a keeper has an error to tell, is lost.
 */
import { copyFileSync, fstatSync, ftruncateSync, openSync, readFileSync, renameSync, rmSync, statSync } from "node:fs";

/** At this size the log is set aside as `daemon.log.1`, in bytes; one old file is kept. */
const LOG_BYTES_MAX = 5 * 1024 * 1024;
/** One that cannot be copied, because the disk is full, may grow to this, in bytes; then it is cut all the same. */
const LOG_BYTES_UNCOPIED_MAX = 20 * 1024 * 1024;

/** The descriptor of stderr. */
const STDERR = 2;
/** Linux's octal O_APPEND, as /proc/PID/fdinfo shows it. */
const APPENDING = 0o2000;

/** Where the log is that this process keeps within bounds; null: it keeps none. */
let boundedPath: string | null = null;
/** The size at which it is next set aside, in bytes: more than `LOG_BYTES_MAX` only after a copy failed. */
let nextBytes = LOG_BYTES_MAX;

/** Opens the daemon's log for appending; the descriptor becomes the stderr of the daemon. */
export function openDaemonLog(path: string): number {
  return openSync(path, "a", 0o600);
}

/** From now on this daemon keeps its log within bounds, now and at each line. A stderr that is another file (a service manager's, a person's) is left alone. */
export function boundDaemonLog(path: string): void {
  boundedPath = isStderr(path) ? path : null;
  setAsideIfGrown();
}

/** Writes one line with its time to stderr, which is the daemon's log. Never a secret. */
export function log(text: string): void {
  process.stderr.write(`${new Date().toISOString()} ${text}\n`);
  setAsideIfGrown();
}

function setAsideIfGrown(): void {
  if (boundedPath === null) return;
  const { size } = fstatSync(STDERR);
  if (size < nextBytes) return;
  // A daemon does not end over its log.
  try {
    const copied = copy(boundedPath);
    if (copied || size >= LOG_BYTES_UNCOPIED_MAX) ftruncateSync(STDERR, 0);
    nextBytes = copied || size >= LOG_BYTES_UNCOPIED_MAX ? LOG_BYTES_MAX : size + LOG_BYTES_MAX;
  } catch {
    nextBytes = size + LOG_BYTES_MAX;
  }
}

/** False when there is no room for it. */
function copy(path: string): boolean {
  const temporary = `${path}.1.new`;
  try {
    copyFileSync(path, temporary);
    renameSync(temporary, `${path}.1`);
    return true;
  } catch {
    rmSync(temporary, { force: true });
    return false;
  }
}

/** Whether stderr is this file, and appends to it: who writes at places of its own would find a hole after the cut. */
function isStderr(path: string): boolean {
  const [stderr, file] = [fstatSync(STDERR), statSync(path, { throwIfNoEntry: false })];
  return stderr.isFile() && stderr.ino === file?.ino && stderr.dev === file.dev && isAppending();
}

/** Where the system does not tell, it is taken for granted: launchd and Ghost itself open it so. */
function isAppending(): boolean {
  try {
    const flags = /^flags:\s*([0-7]+)/m.exec(readFileSync(`/proc/self/fdinfo/${STDERR}`, "utf8"))?.[1] ?? "";
    return (Number.parseInt(flags, 8) & APPENDING) !== 0;
  } catch {
    return true;
  }
}
