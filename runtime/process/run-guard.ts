/**
 * Ends what `ghost run` runs when `ghost run` itself is killed: a `/bin/sh` of about 1 MB that blocks on a pipe whose other end only `ghost run` holds, as a daemon's
 * keeper does. When that closes, the shell becomes the command that ends the program. It is in a session of its own, so that no key of the terminal and no
 * signal to the job reaches it.
 */
import { type ChildProcess, spawn } from "node:child_process";
import { rememberRuntimeChild } from "./spawn.ts";

/** Nothing is ever written. */
const SCRIPT = 'read -r _; exec "$@" </dev/null';

/** Stands by from now on; to be called where the program was started, before anything else is done. `command` is what ends it. Gives what sends the guard away. */
export function startRunGuard(command: readonly string[]): () => void {
  const child = spawnShell(command);
  // Not by a word in the pipe: that might be on its way still when this program ends.
  return () => void child?.kill("SIGKILL");
}

/** Null where the system refuses it: what runs does not depend on it. It has nothing of the program's environment, so that whoever looks for what belongs to a home does not find it. */
function spawnShell(command: readonly string[]): ChildProcess | null {
  try {
    const child = spawn("/bin/sh", ["-c", SCRIPT, "ghost-guard", ...command], {
      argv0: "ghost-guard",
      cwd: "/",
      detached: true,
      env: { PATH: process.env.PATH ?? "/usr/bin:/bin", HOME: "/" },
      stdio: ["pipe", "ignore", "ignore"],
    });
    rememberRuntimeChild(child);
    child.on("error", () => {});
    child.stdin?.on("error", () => {});
    child.unref();
    return child;
  } catch {
    // Bun throws what Node emits.
    return null;
  }
}
