/** Which program comes after a daemon in the background: its own, unless `daemon restart` of another one asked for that one. */
import { rmSync } from "node:fs";
import { writeFileAtomically } from "../system/atomic-file.ts";
import { selfCommand } from "../system/self.ts";
import type { Home } from "./home.ts";

/**
 * The keeper learns its command when it is started, long before anybody knows who is asked to come next; so the last step looks for a choice
 * (`chooseSuccessor`) first. The choice is a line of shell that replaces the words behind it.
 */
const LAST_STEP = '[ ! -r "$0" ] || . "$0"; exec "$@"';

/** What the keeper runs to bring the next daemon. */
export function successorCommand(home: Home): string[] {
  return ["/bin/sh", "-c", LAST_STEP, home.successorFile, ...daemonCommand(selfCommand(), home)];
}

/** The next daemon of this home, and only that one, is `program`: a file by its absolute path, and words before its arguments. Throws what the system refuses. */
export function chooseSuccessor(home: Home, program: readonly string[]): void {
  writeFileAtomically(home.successorFile, `set -- ${daemonCommand(program, home).map(quote).join(" ")}\n`);
}

/** To be called by the daemon that came: whoever comes after it is its own affair. */
export function forgetChoice(home: Home): void {
  rmSync(home.successorFile, { force: true });
}

function daemonCommand(program: readonly string[], home: Home): string[] {
  return [...program, "daemon", "--foreground", "--home", home.root];
}

function quote(word: string): string {
  return `'${word.replaceAll("'", "'\\''")}'`;
}
