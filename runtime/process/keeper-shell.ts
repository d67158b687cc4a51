/** The shell that a keeper is. */
import { type ChildProcess, spawn } from "node:child_process";
import type { KeeperOptions } from "./keeper.ts";
import { rememberRuntimeChild } from "./spawn.ts";

/** Descriptors 0, 1 and 2 are a keeper's own; those it holds follow. */
export const FIRST_HELD = 3;

/** What the daemon tells its keeper, a line each: `pause N` and `revivals N` set what comes after its death, `done` and `next` announce it. */
const SCRIPT = `
while read -r word value; do
  case "$word" in
    done) exit 0 ;;
    next) PAUSE=0 GHOST_REVIVALS=0; break ;;
    pause) PAUSE=$value ;;
    revivals) GHOST_REVIVALS=$value ;;
  esac
done
[ "$PAUSE" = 0 ] || sleep "$PAUSE"
exec "$@" </dev/null`;

/**
 * Spawns a keeper that holds these descriptors. One that the system refuses has no `pid`, which is known at once; why, its `error` event tells a
 * moment later. It then never emits `exit`.
 */
export function spawnKeeper({ command, environment, directory, stderr }: KeeperOptions, held: readonly number[]): ChildProcess {
  const child = spawn("/bin/sh", ["-c", SCRIPT, "ghost-keeper", ...command], {
    argv0: "ghost-keeper",
    cwd: directory,
    detached: true,
    // Until it hears more: the daemon may die before it can say a word.
    env: { ...environment, PAUSE: "1", GHOST_REVIVALS: "1", GHOST_HELD: String(held.length) },
    stdio: ["pipe", "ignore", stderr, ...held],
  });
  rememberRuntimeChild(child);
  child.on("error", () => {});
  child.stdin?.on("error", () => {});
  return child;
}
