import { writeSync } from "node:fs";
import { FIRST_HELD } from "../process/keeper-shell.ts";
import type { ReadyLine } from "./launch.ts";

/** How the daemon was started: `foreground` by a service manager or a person, else by another command, which wants to hear when it is ready: `explicit` by `ghost daemon`, `auto` by one that only needed it. */
export type Mode = "foreground" | "explicit" | "auto";

/** What only this process is to know of its start. */
export interface Origin {
  readonly mode: Mode;
  /** How many daemons in a row died young before it. */
  readonly revivals: number;
  /** Descriptors of FIFOs that the keeper, or the daemon that became this one, held for it. */
  readonly held: readonly number[];
}

/** Reads what launcher and keeper left in the environment, and takes it out: what this process starts must not believe it was meant. */
export function takeOrigin(environment: NodeJS.ProcessEnv): Origin {
  const { GHOST_DAEMON, GHOST_REVIVALS, GHOST_HELD, GHOST_HELD_FDS } = environment;
  for (const name of ["GHOST_DAEMON", "GHOST_REVIVALS", "GHOST_HELD", "GHOST_HELD_FDS", "PAUSE"]) delete environment[name];
  const mode = GHOST_DAEMON === "explicit" || GHOST_DAEMON === "auto" ? GHOST_DAEMON : "foreground";
  return { mode, revivals: Number(GHOST_REVIVALS ?? 0), held: [...heldByKeeper(GHOST_HELD), ...heldBySelf(GHOST_HELD_FDS)] };
}

/** A keeper inherits what it holds after its own three descriptors, and passes it on so. */
function heldByKeeper(count = "0"): number[] {
  return Array.from({ length: Number(count) }, (_, index) => FIRST_HELD + index);
}

/** A daemon that became this one kept what it could, by number: `17,18,23`. */
function heldBySelf(numbers = ""): number[] {
  return numbers.split(",").filter(Boolean).map(Number);
}

/** Tells whoever started a daemon in the background how that went. */
export function tellStarter(mode: Mode, line: ReadyLine): void {
  if (mode === "foreground") return;
  try {
    writeSync(1, `${JSON.stringify(line)}\n`);
  } catch {
    // Nobody listens any more.
  }
}
