/**
 * The keeper: a `/bin/sh` of about 1 MB that blocks on a pipe whose other end the daemon holds. When the daemon dies,
 * however it dies, the pipe closes and the keeper becomes the next daemon. An ordered end says so first. If the keeper
 * dies, the daemon starts another.
 */
import { type ChildProcess, spawn } from "node:child_process";
import { rememberRuntimeChild } from "./spawn.ts";

/** The pause before the next daemon when daemons die young, in seconds: it doubles from here, to this. */
const PAUSE_SECONDS_MAX = 30;
/** A daemon that lived so long died of something else, in ms. */
const STABLE_MS = 60_000;
/** A keeper that dies is replaced after this pause, so that a machine without room for processes is not stormed. In ms. */
const REPLACE_MS = 200;

export interface KeeperOptions {
  /** Program and arguments of the next daemon. */
  readonly command: readonly string[];
  readonly environment: Readonly<Record<string, string>>;
  readonly directory: string;
  /** How many daemons died young before this one; from GHOST_REVIVALS. */
  readonly revivals: number;
  /** An open descriptor for what the shell and a daemon that cannot start have to say. */
  readonly stderr: number;
}

export interface Keeper {
  readonly pid: number | null;
  /** The daemon ends on purpose: nobody is to come after it. */
  dismiss(): Promise<void>;
  /** The daemon ends on purpose: the next one comes at once. */
  callNext(): Promise<void>;
}

const SCRIPT = `
read -r word || word=died
case "$word" in
  done) exit 0 ;;
  next) ;;
  *) [ "$PAUSE" = 0 ] || sleep "$PAUSE" ;;
esac
exec "$@" </dev/null`;

/** Starts the keeper of this daemon. */
export function startKeeper(options: KeeperOptions): Keeper {
  const startedMs = performance.now();
  let child = spawnKeeper(options, options.revivals);
  let over = false;
  const watchOver = (): void => {
    child.once("exit", () => {
      if (over) return;
      setTimeout(() => {
        if (over) return;
        child = spawnKeeper(options, performance.now() - startedMs > STABLE_MS ? 0 : options.revivals);
        watchOver();
      }, REPLACE_MS).unref();
    });
  };
  watchOver();
  // A daemon that has become old forgives its forebears: a fresh keeper, with a fresh count.
  const forgive = setTimeout(() => {
    if (options.revivals > 0 && !over) child.stdin?.end("done\n");
  }, STABLE_MS);
  forgive.unref();
  const say = (word: string): Promise<void> => {
    over = true;
    return new Promise((resolve) => child.stdin?.end(`${word}\n`, () => resolve()) ?? resolve());
  };
  return {
    get pid() {
      return child.pid ?? null;
    },
    dismiss: () => say("done"),
    callNext: () => say("next"),
  };
}

function spawnKeeper({ command, environment, directory, stderr }: KeeperOptions, revivals: number): ChildProcess {
  const pause = revivals === 0 ? 0 : Math.min(PAUSE_SECONDS_MAX, 2 ** (revivals - 1));
  const child = spawn("/bin/sh", ["-c", SCRIPT, "ghost-keeper", ...command], {
    argv0: "ghost-keeper",
    cwd: directory,
    detached: true,
    env: { ...environment, PAUSE: String(pause), GHOST_REVIVALS: String(revivals + 1) },
    stdio: ["pipe", "ignore", stderr],
  });
  rememberRuntimeChild(child);
  child.on("error", () => {});
  child.stdin?.on("error", () => {});
  return child;
}
