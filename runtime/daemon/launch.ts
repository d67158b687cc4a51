import { closeSync, readFileSync } from "node:fs";
import { connect } from "node:net";
import { setTimeout as delay } from "node:timers/promises";
import { errorFrom } from "../../core/errors/error-from.ts";
import { type ErrorBody, GhostError } from "../../core/errors/ghost-error.ts";
import { findSocket } from "../client/address.ts";
import { forkDaemon } from "../process/self-fork.ts";
import { selfCommand } from "../system/self.ts";
import { findHome, type Home, inHome, prepareHome } from "./home.ts";
import { openDaemonLog } from "./journal.ts";
import type { Mode } from "./mode.ts";

/** The longest that a daemon may take until it answers, in ms: a big home on a slow disk. */
const READY_MS_MAX = 20_000;
const LOOK_MS = 10;
/** One that holds the lock and does not answer for so long may have died meanwhile: another is started, in ms. */
const RETRY_MS = 1_000;
/** Lines of the daemon's log in an error about it. */
const LOG_LINES = 10;

/** What a daemon in the background says on its stdout once it is ready, or why it is not. */
export type ReadyLine = { readonly ready: true } | { readonly alreadyRunning: true } | { readonly error: ErrorBody };

/**
 * Variables that the daemon keeps of the environment of whoever started it. Processes get even less: see `composeEnvironment`. What Ghost gave to a
 * process (GHOST_PROCESS, …) is not among them: a daemon that such a process happens to start is no part of that process.
 */
const KEPT =
  /^(HOME|USER|LOGNAME|SHELL|LANG|LC_.*|TZ|TMPDIR|PATH|GHOST_(?!PROCESS$|PROJECT$|NAME$|INSTANCE$|TOKEN$|CONFIG$|HELD$|REVIVALS$).*|XDG_RUNTIME_DIR)$/;

/**
 * A daemon does little and lives long: the optimizing compilers of its JavaScript engine cost it memory and more CPU than they save. SQLite's WebAssembly
 * is worth the plain one (BBQ): 100 starts take 0.21 CPU s with it, 0.36 without, for 3 MB; with DFG, too, 0.25 for 7 MB. Names are those of the
 * pinned Bun; other runtimes ignore them.
 */
export const ENGINE_OPTIONS = { BUN_JSC_useDFGJIT: "0", BUN_JSC_useFTLJIT: "0", BUN_JSC_useOMGJIT: "0" };

/** The environment of a daemon in the background: not that of the shell which happened to be first. */
export function daemonEnvironment(home: Home, mode: Mode): Record<string, string> {
  const kept = Object.entries(process.env).filter((entry): entry is [string, string] => entry[1] !== undefined && KEPT.test(entry[0]));
  return { ...Object.fromEntries(kept), ...ENGINE_OPTIONS, GHOST_HOME: home.root, GHOST_DAEMON: mode };
}

/** How a daemon in the background is started. */
export interface StartOptions {
  /** By `ghost daemon`, not by a command that only needs it. */
  readonly explicit: boolean;
  /** Whose end is the daemon's (see `owner.ts`); default: nobody's. */
  readonly owner?: string;
}

/**
 * Starts the daemon of a home in the background and returns when it answers; when one runs already that is as good.
 * Throws DAEMON_START_FAILED, or the daemon's own reason.
 */
export async function startDaemon(root: string, options: StartOptions): Promise<void> {
  const home = findHome(root);
  prepareHome(home);
  const deadline = performance.now() + READY_MS_MAX;
  do await forkOnce(home, options);
  while (!(await isAnswering(home, RETRY_MS)) && performance.now() < deadline);
  if (!(await isAnswering(home, 0))) throw startFailed(home, "another one holds the lock and does not answer");
}

/** Gives once there is a daemon that has the lock: this one, which is ready then, or another. */
async function forkOnce(home: Home, options: StartOptions): Promise<void> {
  const stderr = inHome(home, () => openDaemonLog(home.daemonLog));
  const forked = forkDaemon(
    [...selfCommand(), "daemon", "--foreground", "--home", home.root],
    { ...daemonEnvironment(home, options.explicit ? "explicit" : "auto"), ...(options.owner && { GHOST_OWNER: options.owner }) },
    stderr,
  );
  closeSync(stderr);
  const line = await Promise.race([forked.firstLine, delay(READY_MS_MAX, undefined, { ref: false })]);
  forked.letGo();
  if (line === undefined) throw startFailed(home, `it did not become ready within ${READY_MS_MAX / 1000} s`);
  if (line === null) throw startFailed(home, "it ended at once");
  const said = JSON.parse(line) as ReadyLine;
  if ("error" in said) throw errorFrom(said.error);
}

/** Another daemon may hold the lock and still be on its way. */
async function isAnswering(home: Home, limitMs: number): Promise<boolean> {
  const deadline = performance.now() + limitMs;
  for (;;) {
    const found = findSocket(home);
    if (found && (await answers(found.socket))) return true;
    if (performance.now() >= deadline) return false;
    await delay(LOOK_MS);
  }
}

function answers(socketPath: string): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(socketPath);
    socket.once("connect", () => {
      socket.destroy();
      resolve(true);
    });
    socket.once("error", () => resolve(false));
  });
}

function startFailed(home: Home, why: string): GhostError {
  return new GhostError("DAEMON_START_FAILED", `cannot start the daemon of ${home.root}: ${why}`, {
    hint: `${home.daemonLog} says more; ghost doctor looks for the cause`,
    details: { lastLines: lastLinesOf(home.daemonLog) },
  });
}

function lastLinesOf(path: string): string[] {
  try {
    return readFileSync(path, "utf8").trimEnd().split("\n").slice(-LOG_LINES);
  } catch {
    return [];
  }
}
