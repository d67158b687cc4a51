import { fileURLToPath } from "node:url";

/** The children that tests control; the first lines of each file say what it takes and does. */
export type ProgramName =
  | "busy.sh"
  | "count-starts.sh"
  | "daemonize.sh"
  | "environment.sh"
  | "exit.sh"
  | "forks.sh"
  | "graceful.sh"
  | "http.mjs"
  | "ignore-term.sh"
  | "lines.sh"
  | "memory.mjs"
  | "signals.sh";

/** The absolute path of a program; the `.sh` ones are executable, the `.mjs` ones want `node` or `bun` before them. */
export function program(name: ProgramName): string {
  return fileURLToPath(new URL(`programs/${name}`, import.meta.url));
}
